"""Uploads: checked, reserved and described before a byte moves."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from chalicelib.assets import branches, drafts, edits, reservations, versions
from chalicelib.assets.descriptions import require_room
from chalicelib.assets.drafts import UploadRequest, VersionRequest
from chalicelib.assets.models import (
    AssetMetadata,
    Branch,
    Upload,
)
from chalicelib.core import clock, queues, signing, storage
from chalicelib.core.errors import (
    Conflict,
    Forbidden,
    ReefError,
)
from chalicelib.core.identity import Actor
from chalicelib.core.outbox import record
from chalicelib.core.settings import Settings, settings
from chalicelib.core.tables import ConditionFailed, change, put, transact
from chalicelib.tenants import accounts, quotas, roles

log = logging.getLogger(__name__)

_ATTEMPTS = 10


class WorkflowRequired(Forbidden):
    """Only admins may upload past the approval workflow."""

    code, title = "workflow_required", "Approval is required"


def reserve(actor: Actor, request: UploadRequest, now: datetime, *, link: bool = False) -> Upload:
    """Reserve quota for a new asset, write it as `uploading`, and prepare its upload.

    Args:
        actor: who uploads.
        request: what.
        now: when.
        link: take the tenant's own bytes with this sha256, which the actor sees, instead of
            having them sent.

    Raises:
        Invalid: the file's name, category or rights cannot be.
        FileTooLarge, UnsupportedMediaType, QuotaExceeded, WorkflowRequired: refused before a
            byte moves.
    """
    values = drafts.values(request)
    require_room(values)
    effective = accounts.settings_of(accounts.get(actor.tenant_id))
    upload = drafts.new_upload(actor, request, clock.new_id(now), effective, now, link=link)
    with _reserved(actor, request, upload, effective, now, assets=1):
        face = drafts.new_face(upload, 1)
        asset = drafts.new_asset(actor, upload, face, values, now)
        created = record(
            actor.tenant_id,
            actor.person,
            "asset.created",
            ("asset", str(asset.asset_id)),
            now,
            new={"title": asset.title, "filename": face.filename, "size_bytes": face.size_bytes},
        )
        version = drafts.new_version(actor, upload, request, face, now)
        transact(put(asset), put(version), put(upload), put(created))
    _started(upload)
    return upload


def reserve_version(
    actor: Actor, asset: AssetMetadata, request: VersionRequest, now: datetime, *, link: bool
) -> Upload:
    """Reserve quota for a new version of an asset, and prepare its upload.

    Raises:
        NotFound: there is no such branch.
        AssetTrashed: the asset is in the trash.
        Conflict: too many people add versions at the same time.
        Invalid, FileTooLarge, UnsupportedMediaType, QuotaExceeded, WorkflowRequired: as `reserve`.
    """
    said = {name: value for name, value in drafts.values(request).items() if value}
    require_room(edits.values_of(asset) | said)
    branch = branches.get(asset, request.branch)
    effective = accounts.settings_of(accounts.get(actor.tenant_id))
    upload = drafts.new_upload(actor, request, str(asset.asset_id), effective, now, link=link)
    with _reserved(actor, request, upload, effective, now, assets=0):
        for attempt in range(_ATTEMPTS):
            edits.require_live(asset)
            try:
                _write_version(actor, asset, branch, upload, request, now)
                break
            except ConditionFailed:
                if attempt == _ATTEMPTS - 1:
                    raise Conflict("Too many versions come at the same time; try again.") from None
                asset = edits.read_again(asset)
                branch = branches.get(asset, request.branch)
    edits.edit(asset, lambda _: said, actor.person, now)
    _started(upload)
    return upload


def described(upload: Upload, now: datetime) -> dict[str, Any]:
    """Say how the bytes are to be sent: a presigned POST, or the plan of a multipart upload."""
    common = {"upload_id": upload.upload_id, "expires_at": upload.expires_at}
    if upload.part_count is not None:
        plan = {"part_size_bytes": upload.part_size_bytes, "part_count": upload.part_count}
        return common | {"method": "MULTIPART"} | {k: int(v) for k, v in plan.items()}
    size_limit = ["content-length-range", 0, upload.declared["max_size_bytes"]]
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
) -> Iterator[None]:
    """Hold the upload's bytes while it is written; they are given back if it is not.

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
        yield
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
) -> None:
    """Write a new version as the next of its asset.

    Raises:
        ConditionFailed: somebody else added a version, or moved the branch, meanwhile.
    """
    upload.number = int(asset.last_version) + 1
    face = drafts.new_face(upload, int(upload.number))
    version = drafts.new_version(actor, upload, request, face, now)
    version.branch, version.parent = branch.name, int(branch.head)
    version.change_description = request.change_description
    written = record(
        actor.tenant_id,
        actor.person,
        "version.created",
        ("asset", str(asset.asset_id)),
        now,
        new={"version": face.number, "branch": branch.name, "size_bytes": face.size_bytes},
    )
    writes = versions.added(asset, version, publish=False, now=now)
    if branch.name != versions.MAIN:
        ahead = Branch.head.set(face.number)
        writes.append(change(branch, ahead, condition=Branch.head == branch.head))
    transact(*writes, put(upload), put(written))


def _started(upload: Upload) -> None:
    """Have a linked upload attached at once; the sweeper would find it a little later."""
    if upload.linked:
        ids = {"tenant_id": upload.tenant_id, "upload_id": upload.upload_id}
        queues.send(settings().scan_small_queue, str(upload.tenant_id), ids)
