"""Uploads in parts: their URLs, what arrived, completing and aborting."""

from datetime import datetime
from typing import Any

from chalicelib.assets import versions
from chalicelib.assets.faces import Face
from chalicelib.assets.models import Upload, asset_key
from chalicelib.assets.versions import VersionRef
from chalicelib.core import signing, storage
from chalicelib.core.errors import Conflict, NotFound, invalid
from chalicelib.core.identity import Actor
from chalicelib.core.outbox import SYSTEM
from chalicelib.core.settings import settings
from chalicelib.core.tables import ConditionFailed, change, find
from chalicelib.tenants import roles


def get(actor: Actor, upload_id: str) -> Upload:
    """Read an upload of the actor's, or any of the tenant's for editors.

    Raises:
        NotFound: there is none.
    """
    upload = find(Upload, asset_key(actor.tenant_id, upload_id), "UPLOAD")
    own = upload is not None and upload.created_by["id"] == actor.id
    if upload is None or not (own or actor.has(roles.EDITORS)):
        raise NotFound("There is no such upload.")
    return upload


def part_urls(upload: Upload, numbers: list[int], now: datetime) -> list[dict[str, Any]]:
    """Give presigned URLs for parts.

    Raises:
        Conflict: the upload is not in parts, is over, or has expired.
        Invalid: a number beyond the upload's parts.
    """
    multipart_id = _open_multipart(upload)
    expires = datetime.fromisoformat(upload.expires_at)
    if expires <= now:
        raise Conflict("This upload has expired; start a new one.")
    count = int(upload.part_count)
    if any(not 1 <= number <= count for number in numbers):
        raise invalid("part_numbers", f"This upload has parts 1 to {count}")
    bucket = settings().uploads_bucket
    return [
        {
            "part_number": number,
            "url": signing.presigned_part(bucket, upload.key, multipart_id, number, expires - now),
            "headers": {},
        }
        for number in numbers
    ]


def arrived(upload: Upload) -> list[dict[str, Any]]:
    """List the parts that have arrived, as S3 knows them.

    Raises:
        Conflict: the upload is not in parts, or is over.
    """
    multipart_id = _open_multipart(upload)
    try:
        listed = storage.parts(settings().uploads_bucket, upload.key, multipart_id)
    except storage.ObjectGone:
        raise Conflict("This upload is complete or aborted.") from None
    return [
        {"part_number": p["PartNumber"], "size_bytes": p["Size"], "etag": p["ETag"].strip('"')}
        for p in listed
    ]


def complete(upload: Upload) -> None:
    """Join the parts; again is fine.

    Raises:
        Conflict: parts are missing, or the upload was aborted.
    """
    if upload.state == "ended" and upload.object_version is None:
        raise Conflict("This upload was aborted.")
    if upload.state != "open":
        return
    bucket = settings().uploads_bucket
    multipart_id = _open_multipart(upload)
    try:
        listed = storage.parts(bucket, upload.key, multipart_id)
        present = {part["PartNumber"] for part in listed}
        missing = [n for n in range(1, int(upload.part_count) + 1) if n not in present]
        if missing:
            some = ", ".join(str(number) for number in missing[:10])
            raise Conflict(f"{len(missing)} parts are missing: {some}.")
        storage.complete_multipart(bucket, upload.key, multipart_id, listed)
    except storage.PartsRefused as refused:
        raise Conflict(f"The parts do not fit together: {refused}") from refused
    except storage.ObjectGone:
        if storage.first_version(bucket, upload.key) is None:
            raise Conflict("This upload was aborted.") from None


def abort(actor: Actor, upload: Upload, now: datetime) -> None:
    """Give an upload up, release its quota and throw its parts away; again is fine.

    Raises:
        Conflict: its bytes have arrived.
    """
    bucket = settings().uploads_bucket
    if upload.state == "open" and storage.first_version(bucket, upload.key) is None:
        give_up(upload, "aborted", now, actor)
    fresh = find(Upload, upload.pk, upload.sk)
    if fresh is None or fresh.state != "ended" or fresh.object_version is not None:
        raise Conflict("The bytes have arrived; delete the asset instead.")
    if upload.multipart_id:
        storage.abort_multipart(bucket, upload.key, upload.multipart_id)


def give_up(upload: Upload, reason: str, now: datetime, actor: Actor | None = None) -> None:
    """End an upload whose bytes never came: its version fails, its quota is free again."""

    def fail(face: Face) -> None:
        face.status, face.status_reason = "failed", reason

    ending = change(
        upload,
        Upload.state.set("ended"),
        Upload.due_shard.remove(),
        Upload.due_at.remove(),
        condition=Upload.state == "open",
    )
    ref = VersionRef(upload.tenant_id, upload.asset_id, int(upload.number))
    try:
        versions.move(
            ref,
            ["uploading"],
            fail,
            now,
            action=f"upload.{reason}",
            release=True,
            also=[ending],
            actor=actor.person if actor else SYSTEM,
        )
    except ConditionFailed:
        return


def _open_multipart(upload: Upload) -> str:
    if upload.multipart_id is None:
        raise Conflict("This upload is a single POST, not in parts.")
    if upload.state != "open":
        raise Conflict("This upload is complete or aborted.")
    return str(upload.multipart_id)
