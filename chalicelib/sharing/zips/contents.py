"""What the page of a shared collection's zip shows."""

from collections.abc import Sequence
from datetime import datetime

from chalicelib.processing.zips import jobs
from chalicelib.processing.zips.models import ZipJob
from chalicelib.sharing.pages import texts
from chalicelib.sharing.pages.contents import downloads_left
from chalicelib.sharing.visiting.opening import Item, Opened
from chalicelib.sharing.zips import shared


def zip_values(opened: Opened, job: ZipJob | None, now: datetime) -> dict[str, object]:
    """Return what the page of a shared collection's zip shows, for its template."""
    made = [] if job is None else shared.files(opened, job, now)
    state = None if job is None else job.status
    if state == "completed" and not made:  # not open any more, so it has to be made anew
        state = "failed"
    return {
        "title": opened.title,
        "action": f"/share/{opened.link.uuid}/",
        "state": state,
        "percent": 0 if job is None else jobs.describe(job, now).progress_percent,
        "files": [{"count": len(items), "size": _size(items)} for items in made],
        "missing": 0 if job is None else job.left_out,
        "left": downloads_left(opened.link),
        "count": len(opened.items),
        "size": _size(opened.items),
    }


def _size(items: Sequence[Item]) -> str:
    return texts.size(sum(item.face.size_bytes for item in items))
