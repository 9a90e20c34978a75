"""Uploads: checked, reserved and described before a byte moves."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple

from chalicelib.assets import reservations
from chalicelib.assets.admission import RuleBlocks
from chalicelib.assets.metadata import edits, schema
from chalicelib.assets.metadata.descriptions import require_room
from chalicelib.assets.models import GUEST, AssetMetadata, Branch, asset_key
from chalicelib.assets.upload_models import Upload
from chalicelib.assets.uploads import drafts, multipart, open_uploads
from chalicelib.assets.uploads.drafts import UploadRequest, VersionRequest
from chalicelib.assets.versions import branches, moves
from chalicelib.assets.versions.life import MAIN
from chalicelib.core import queues, signing, storage
from chalicelib.core.api.identity import Actor
from chalicelib.core.errors import Forbidden, ReefError
from chalicelib.core.optimistic_locking import despite_others
from chalicelib.core.outbox import record
from chalicelib.core.repeatable_ids import under_way
from chalicelib.core.settings import Settings, settings
from chalicelib.core.tables import Write, change, find, put, transact
from chalicelib.tenants import accounts, quotas, roles

log = logging.getLogger(__name__)


class WorkflowRequired(Forbidden):
    """Only admins may upload past the approval workflow."""

    code, title = "workflow_required", "Approval is required"


class Guest(NamedTuple):
    """Somebody without an account who sends a file for a member.

    Args:
        comment: what they say of it.
        request_id: the upload request by which they send it.
        counted: the write that counts it there; it fails where there is no room.
    """

    comment: str
    request_id: str
    counted: Write


def reserve(
    actor: Actor,
    request: UploadRequest,
    now: datetime,
    *,
    link: bool = False,
    guest: Guest | None = None,
) -> Upload:
    """Reserve quota for a new asset, write it as `uploading`, and prepare its upload.

    Args:
        actor: who uploads.
        request: what.
        now: when.
        link: take the tenant's own bytes with this sha256, which the actor sees, instead of
            having them sent.
        guest: who sends it, if the actor does not: their asset it is all the same.

    Raises:
        Invalid: the file's name, category or rights cannot be.
        FileTooLarge, UnsupportedMediaType, QuotaExceeded, WorkflowRequired, TooManyRequests:
            refused before a byte moves.
        ConditionFailed: there is no room for the guest's file.
    """
    values = drafts.values(request)
    require_room(values)
    if values["custom_fields"]:
        schema.require_fit(actor.tenant_id, {}, values["custom_fields"])
    made = _made_before(actor, now)
    if made is not None:
        _started(made)
        return made
    effective = accounts.settings_of(actor.tenant_id)
    upload = drafts.new_upload(
        actor,
        request,
        under_way(now).id("asset"),
        effective,
        now,
        link=link,
        in_parts=guest is None,
    )
    open_uploads.require_room(actor, upload, effective, now)
    with _reserved(actor, request, upload, effective, now, assets=1) as also:
        face = drafts.new_face(upload, 1)
        asset = drafts.new_asset(actor, upload, face, values, now)
        said = {"title": asset.title, "filename": face.filename, "size_bytes": face.size_bytes}
        version = drafts.new_version(actor, upload, request, face, now)
        if guest is not None:
            version.created_by, version.change_description = GUEST, guest.comment
            upload.upload_request_id = said["upload_request_id"] = guest.request_id
            also = [*also, guest.counted]
        subject = ("asset", str(asset.asset_id))
        created = record(
            actor.tenant_id, version.created_by, "asset.created", subject, now, new=said
        )
        transact(put(asset), put(version), put(upload), put(created), *also)
    _started(upload)
    return upload


def reserve_version(
    actor: Actor, asset: AssetMetadata, request: VersionRequest, now: datetime, *, link: bool
) -> Upload:
    """Reserve quota for a new version of an asset, and prepare its upload.

    Raises:
        NotFound: there is no such branch.
        AssetTrashed: the asset is in the trash.
        TooManyVersions: the asset has as many as one may have.
        Conflict: too many people add versions at the same time.
        RuleBlocks: a moderation rule refuses what it says of the asset.
        Invalid, FileTooLarge, UnsupportedMediaType, QuotaExceeded, WorkflowRequired: as `reserve`.
    """
    said = {name: value for name, value in drafts.values(request).items() if value}
    require_room(edits.values_of(asset) | said)
    if "custom_fields" in said:
        schema.require_fit(actor.tenant_id, asset.custom_fields, said["custom_fields"])
    made = _made_before(actor, now)
    if made is not None:
        edits.edit(asset, lambda _: said, actor.person, now)
        _started(made)
        return made
    branch = branches.get(asset, request.branch)
    effective = accounts.settings_of(actor.tenant_id)
    upload = drafts.new_upload(actor, request, str(asset.asset_id), effective, now, link=link)
    open_uploads.require_room(actor, upload, effective, now)
    with _reserved(actor, request, upload, effective, now, assets=0) as also:

        def write(read: tuple[AssetMetadata, Branch]) -> AssetMetadata:
            edits.require_live(read[0])
            moves.require_room(read[0])
            _require_sayable(actor, read[0], said, now)
            _write_version(actor, *read, upload, request, now, also)
            return read[0]

        def read_again(read: tuple[AssetMetadata, Branch]) -> tuple[AssetMetadata, Branch]:
            fresh = edits.read_again(read[0])
            return fresh, branches.get(fresh, request.branch)

        refusal = "Too many versions come at the same time; try again."
        asset = despite_others(write, (asset, branch), read_again, refusal)
    try:
        edits.edit(asset, lambda _: said, actor.person, now)
    except RuleBlocks:
        multipart.give_up(upload, "aborted", now, actor)
        raise
    _started(upload)
    return upload


def described(upload: Upload, now: datetime) -> dict[str, Any]:
    """Return how the bytes are to be sent: a presigned POST, or the plan of a multipart upload."""
    common = {"upload_id": upload.upload_id, "expires_at": upload.expires_at}
    if upload.part_count is not None:
        plan = {"part_size_bytes": upload.part_size_bytes, "part_count": upload.part_count}
        return common | {"method": "MULTIPART"} | plan
    size_bytes = upload.declared.size_bytes
    size_limit = ["content-length-range", size_bytes, size_bytes]
    lifetime = datetime.fromisoformat(upload.expires_at) - now
    post = signing.presigned_post(settings().uploads_bucket, upload.key, [size_limit], {}, lifetime)
    return common | {"method": "POST", "url": post["url"], "fields": post["fields"]}


@contextmanager
def _reserved(
    actor: Actor,
    request: UploadRequest,
    upload: Upload,
    effective: Settings,
    now: datetime,
    *,
    assets: int,
) -> Iterator[Sequence[Write]]:
    """Hold the upload's bytes while it is written; they are given back if it is not.

    Yield what else belongs into the transaction: for the id of a repeated request may be so old
    that a later upload takes its reservation for one that was left behind.

    Where AWS fails, it may be written all the same, its answer being lost. What cannot be told then
    a later upload finds out, as after a crash.
    """
    reservation = (actor.tenant_id, str(upload.upload_id), request.size_bytes, assets)
    reservations.reserve(*reservation, effective.storage_quota_bytes, now)
    try:
        if not request.create_workflow and not actor.has(roles.ADMINS):
            raise WorkflowRequired
        if upload.part_count is not None:
            bucket = settings().uploads_bucket
            upload.multipart_id = storage.start_multipart(bucket, upload.key)
        yield [quotas.settled(*reservation)] if under_way(now).is_repeat else []
    except ReefError:
        quotas.cancel(*reservation)
        raise
    except Exception:
        try:
            reservations.resolve(*reservation)
        except Exception:
            log.exception("the reservation stays", extra={"upload_id": upload.upload_id})
        raise
    quotas.settle(*reservation)


def _write_version(
    actor: Actor,
    asset: AssetMetadata,
    branch: Branch,
    upload: Upload,
    request: VersionRequest,
    now: datetime,
    also: Sequence[Write],
) -> None:
    """Write a new version as the next of its asset.

    Raises:
        ConditionFailed: another request added a version, or moved the branch, meanwhile.
    """
    upload.number = asset.last_version + 1
    face = drafts.new_face(upload, upload.number)
    version = drafts.new_version(actor, upload, request, face, now)
    version.branch, version.parent = branch.name, branch.head
    version.change_description = request.change_description
    written = record(
        actor.tenant_id,
        actor.person,
        "version.created",
        ("asset", str(asset.asset_id)),
        now,
        new={"version": face.number, "branch": branch.name, "size_bytes": face.size_bytes},
    )
    writes = moves.added(asset, version, publish=False, now=now)
    if branch.name != MAIN:
        ahead = Branch.head.set(face.number)
        writes.append(change(branch, ahead, condition=Branch.head == branch.head))
    transact(*writes, put(upload), put(written), *also)


def _made_before(actor: Actor, now: datetime) -> Upload | None:
    """Find the upload that this request made when it was sent before and got no answer."""
    making = under_way(now)
    if not making.is_repeat:
        return None
    return find(Upload, asset_key(actor.tenant_id, making.id("upload")), "UPLOAD")


def _require_sayable(
    actor: Actor, asset: AssetMetadata, said: dict[str, Any], now: datetime
) -> None:
    """Refuse what a moderation rule blocks before anything is written, but for its flag.

    Raises:
        RuleBlocks: a rule refuses it.
    """
    try:
        edits.foreseen(asset, lambda _: said, now)
    except RuleBlocks:
        edits.edit(asset, lambda _: said, actor.person, now)  # which tells moderators, too


def _started(upload: Upload) -> None:
    """Have a linked upload attached at once; the sweeper would find it a little later."""
    if upload.linked:
        ids = {"tenant_id": upload.tenant_id, "upload_id": upload.upload_id}
        queues.send(settings().scan_small_queue, str(upload.tenant_id), ids)
