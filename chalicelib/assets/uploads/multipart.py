"""Uploads in parts: their URLs, what arrived, completing and aborting."""

from contextlib import suppress
from datetime import datetime, timedelta

from pynamodb.expressions.condition import Condition

from chalicelib.assets.models import AssetMetadata, asset_key
from chalicelib.assets.upload_models import Upload
from chalicelib.assets.uploads import life as upload_life
from chalicelib.assets.uploads.shapes import ArrivedPart, PartUrl
from chalicelib.assets.versions import life, moves
from chalicelib.assets.versions.moves import Move, VersionRef
from chalicelib.core import clock, signing, storage
from chalicelib.core.api.identity import Actor
from chalicelib.core.errors import Conflict, NotFound, invalid
from chalicelib.core.outbox import SYSTEM
from chalicelib.core.settings import settings
from chalicelib.core.tables import ConditionFailed, find, update
from chalicelib.tenants import roles

_JOINING = timedelta(minutes=1)
"""Whoever joins parts for longer has died, since a request lives for 29 seconds."""

PART_LIFETIME = timedelta(hours=1)
"""A URL dies with the credentials of the function that signed it, too, which last for hours."""


def get(actor: Actor, upload_id: str) -> Upload:
    """Read an upload of the actor's, or one into an asset that they may edit.

    Raises:
        NotFound: there is none.
    """
    upload = find(Upload, asset_key(actor.tenant_id, upload_id), "UPLOAD")
    if upload is None or not (upload.created_by.id == actor.id or _may_edit(actor, upload)):
        raise NotFound("There is no such upload.")
    return upload


def part_urls(upload: Upload, numbers: list[int], now: datetime) -> tuple[list[PartUrl], datetime]:
    """Return presigned URLs for parts, and when they expire.

    Raises:
        Conflict: the upload is not in parts, is over, or has expired.
        Invalid: a number beyond the upload's parts.
    """
    most = upload.part_count
    if most is not None and any(not 1 <= number <= most for number in numbers):
        raise invalid("part_numbers", f"This upload has parts 1 to {most}")
    multipart_id, _ = _open_multipart(upload)
    expires = datetime.fromisoformat(upload.expires_at)
    if expires <= now:
        raise Conflict("This upload has expired; start a new one.")
    bucket = settings().uploads_bucket
    lifetime = min(PART_LIFETIME, expires - now)
    urls = [
        PartUrl(
            part_number=number,
            url=signing.presigned_part(bucket, upload.key, multipart_id, number, lifetime),
            headers={},
        )
        for number in numbers
    ]
    return urls, now + lifetime


def arrived(upload: Upload) -> list[ArrivedPart]:
    """List the parts that have arrived, as S3 knows them.

    Raises:
        Conflict: the upload is not in parts, or is over.
    """
    multipart_id, _ = _open_multipart(upload)
    try:
        listed = storage.parts(settings().uploads_bucket, upload.key, multipart_id)
    except storage.ObjectGone:
        raise Conflict("This upload is complete or aborted.") from None
    return [ArrivedPart(p["PartNumber"], p["Size"], p["ETag"].strip('"')) for p in listed]


def complete(upload: Upload, now: datetime) -> None:
    """Join the parts. Idempotent.

    Raises:
        Conflict: parts are missing, are not what was declared, or the upload was aborted.
    """
    if upload.state == "ended" and upload.object_version is None:
        raise Conflict("This upload was aborted.")
    if upload.state != "open":
        return
    bucket = settings().uploads_bucket
    multipart_id, count = _open_multipart(upload)
    try:
        listed = storage.parts(bucket, upload.key, multipart_id)
        _require_whole(upload, count, listed)
        _join(upload, multipart_id, listed, now)
    except storage.PartsRefused as refused:
        raise Conflict(f"The parts do not fit together: {refused}") from refused
    except storage.ObjectGone:
        if storage.first_version(bucket, upload.key) is None:
            raise Conflict("This upload was aborted.") from None


def _require_whole(upload: Upload, count: int, listed: list[storage.Part]) -> None:
    """Refuse to join what is not all that was declared, or more.

    Raises:
        Conflict: parts are missing, or they have another size together.
    """
    present = {part["PartNumber"] for part in listed}
    missing = [n for n in range(1, count + 1) if n not in present]
    if missing:
        some = ", ".join(str(number) for number in missing[:10])
        raise Conflict(f"{len(missing)} parts are missing: {some}.")
    sent, declared = sum(part["Size"] for part in listed), upload.declared.size_bytes
    if sent != declared:
        raise Conflict(f"The parts have {sent} bytes, and {declared} were declared.")


def _join(upload: Upload, multipart_id: str, listed: list[storage.Part], now: datetime) -> None:
    """Join the parts, while nobody can abort the upload.

    Raises:
        Conflict: it was aborted just before.
    """
    mark = clock.timestamp(now)
    try:
        update(upload, Upload.joining_since.set(mark), condition=Upload.state == "open")
    except ConditionFailed:
        fresh = find(Upload, upload.pk, upload.sk)
        if fresh is None or fresh.object_version is None:
            raise Conflict("This upload was aborted.") from None
        return  # another request has joined them
    try:
        storage.complete_multipart(settings().uploads_bucket, upload.key, multipart_id, listed)
    except (storage.PartsRefused, storage.ObjectGone):
        with suppress(ConditionFailed):  # another request has begun to join them
            update(upload, Upload.joining_since.remove(), condition=_joined_since(mark))
        raise


def _joined_since(mark: str | None) -> Condition:
    since: Condition = Upload.joining_since.does_not_exist()
    return since if mark is None else Upload.joining_since == mark


def abort(actor: Actor, upload: Upload, now: datetime) -> None:
    """Abort an upload, release its quota and delete its parts. Idempotent.

    Raises:
        Conflict: its bytes have arrived, or its parts are just being joined.
    """
    bucket = settings().uploads_bucket
    if upload.state == "open" and not _is_joining(upload, now):
        if upload.joining_since is not None:
            drop_parts(upload)  # whoever joined them has died; S3 lets one of the two win
        if storage.first_version(bucket, upload.key) is None:
            give_up(upload, "aborted", now, actor)
    fresh = find(Upload, upload.pk, upload.sk)
    if fresh is None or fresh.state != "ended" or fresh.object_version is not None:
        raise Conflict("The bytes have arrived; delete the asset instead.")
    drop_parts(upload)


def drop_parts(upload: Upload) -> None:
    """Delete the parts of an upload in parts, so that nothing joins them any more. Idempotent."""
    if upload.multipart_id is not None:
        bucket = settings().uploads_bucket
        storage.abort_multipart(bucket, upload.key, str(upload.multipart_id))


def _is_joining(upload: Upload, now: datetime) -> bool:
    since = upload.joining_since
    return since is not None and datetime.fromisoformat(since) > now - _JOINING


def give_up(upload: Upload, reason: str, now: datetime, actor: Actor | None = None) -> None:
    """End an upload whose bytes never came: its version fails, its quota is free again.

    Where a request has begun to join its parts since it was read, nothing happens.
    """
    as_read = _joined_since(upload.joining_since)
    ending = upload_life.moved(upload, upload_life.GIVEN_UP, None, condition=as_read)
    ref = VersionRef(upload.tenant_id, upload.asset_id, upload.number)
    try:
        moves.move(
            ref,
            Move(
                life.ABORTED if reason == "aborted" else life.EXPIRED,
                now,
                actor=actor.person if actor else SYSTEM,
                found={"status_reason": reason},
                also=[ending],
            ),
        )
    except ConditionFailed:
        return
    if upload.upload_request_id is not None:
        upload_life.never_came.get()(upload)


def _may_edit(actor: Actor, upload: Upload) -> bool:
    if actor.has(roles.EDITORS):
        return True
    asset = find(AssetMetadata, asset_key(actor.tenant_id, upload.asset_id), "ASSET")
    return asset is not None and asset.uploaded_by.id == actor.id


def _open_multipart(upload: Upload) -> tuple[str, int]:
    """Return the id that S3 gave an upload in parts, and how many parts it has."""
    if upload.multipart_id is None or upload.part_count is None:
        raise Conflict("This upload is a single POST, not in parts.")
    if upload.state != "open":
        raise Conflict("This upload is complete or aborted.")
    return upload.multipart_id, upload.part_count
