"""The zip of a shared collection: made once for what the share holds, and taken by its visitors.

Its job's id follows from the share's address, the versions that it serves and the day, so that
however often visitors ask, it is made once, and what it holds is what the page shows.
"""

from datetime import datetime

from chalicelib.analytics.openings import VISITOR
from chalicelib.assets import downloads
from chalicelib.core import clock
from chalicelib.core.errors import NotFound
from chalicelib.core.outbox import record
from chalicelib.processing.zips import jobs
from chalicelib.processing.zips.models import ZipJob
from chalicelib.sharing.visiting import taking
from chalicelib.sharing.visiting.opening import Item, Opened
from chalicelib.sharing.visiting.taking import DownloadLimitReached, DownloadNotAllowed, Taken


def find(opened: Opened, now: datetime) -> ZipJob | None:
    """Return the job that makes a share's zip; None where nobody has asked for it today.

    Raises:
        NotFound: the share is of one asset.
        DownloadNotAllowed: the link forbids downloads.
    """
    _require_collection(opened)
    try:
        return jobs.get(opened.link.tenant_id, _job_id(opened, now), now)
    except NotFound:
        return None


def request(opened: Opened, now: datetime) -> None:
    """Have a share's zip made; a failed one is tried again.

    Raises:
        NotFound: the share is of one asset.
        DownloadNotAllowed, DownloadLimitReached: nobody could take it.
        ZipTooLarge: it is too much for a zip.
    """
    job, link = find(opened, now), opened.link
    if link.max_downloads is not None and link.download_count >= link.max_downloads:
        raise DownloadLimitReached
    if job is None:
        jobs.request(
            link.tenant_id,
            [(item.asset, item.face) for item in opened.items],
            VISITOR,
            now,
            name=opened.title,
            job_id=_job_id(opened, now),
        )
    elif job.status == "failed":
        jobs.retry(job)


def files(opened: Opened, job: ZipJob, now: datetime) -> list[list[Item]]:
    """Return what is in each file of a zip that is done; a large one has several."""
    return [_items(opened, asset_ids) for _, asset_ids in jobs.files(job, now)]


def take(opened: Opened, number: int, now: datetime) -> tuple[Taken, list[Item]]:
    """Spend one download of a link; return where a file of its zip is, and what is in it.

    Args:
        opened: the share, which the visitor may see.
        number: which of the zip's files, from 1.
        now: when.

    Raises:
        NotFound: the zip is not made, or has no such file.
        DownloadNotAllowed, DownloadLimitReached, ShareRevoked, ShareExpired: there is none to take.
    """
    job = find(opened, now)
    made = jobs.files(job, now) if job is not None else []
    if not 1 <= number <= len(made):
        raise NotFound("There is no such zip any more, or not yet.")
    url, asset_ids = made[number - 1]
    items, link = _items(opened, asset_ids), opened.link
    taking.spend(link, now)
    told = {
        "asset_ids": asset_ids,
        "size_bytes": sum(item.face.size_bytes for item in items),
    }
    subject = ("share", link.share_id)
    record(link.tenant_id, VISITOR, "share.zip_downloaded", subject, now, new=told).save()
    return Taken(url, clock.timestamp(now + downloads.LIFETIME)), items


def _require_collection(opened: Opened) -> None:
    if opened.link.shared.collection_id is None:
        raise NotFound("There is no zip of a single asset.")
    if not opened.link.allow_download:
        raise DownloadNotAllowed


def _items(opened: Opened, asset_ids: list[str]) -> list[Item]:
    return [item for item in opened.items if item.asset.asset_id in {*asset_ids}]


def _job_id(opened: Opened, now: datetime) -> str:
    served = " ".join(f"{item.asset.asset_id} {item.face.number}" for item in opened.items)
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return clock.derived_id(day, f"{opened.link.uuid} {opened.title} {served}")
