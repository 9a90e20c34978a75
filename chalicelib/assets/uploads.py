"""Uploads: checked, reserved and described before a byte moves."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec

from chalicelib.assets import (
    branches,
    edits,
    faces,
    lifecycle,
    media_types,
    reservations,
    versions,
)
from chalicelib.assets.descriptions import (
    CategoryPath,
    CustomFields,
    Rights,
    Text,
    Title,
    Words,
    checked_category,
    checked_filename,
    require_room,
    stored_rights,
    title_of,
    unique_words,
)
from chalicelib.assets.due import due_key
from chalicelib.assets.faces import Face
from chalicelib.assets.models import (
    AssetMetadata,
    AssetVersion,
    Branch,
    Upload,
    asset_key,
    version_key,
)
from chalicelib.core import clock, queues, signing, storage
from chalicelib.core.errors import (
    Conflict,
    Forbidden,
    PayloadTooLarge,
    ReefError,
    UnsupportedMediaType,
)
from chalicelib.core.identity import Actor
from chalicelib.core.outbox import record
from chalicelib.core.settings import Settings, settings
from chalicelib.core.tables import ConditionFailed, change, put, transact
from chalicelib.tenants import accounts, quotas, roles

MULTIPART_ABOVE_BYTES = 100 * 1024 * 1024
LIFETIME = timedelta(hours=1)
MULTIPART_LIFETIME = timedelta(hours=24)
FIRST_LOOK = timedelta(minutes=3)
"""When the sweeper first asks S3 whether the event of an upload got lost."""
_MIB = 1024 * 1024
_MAX_PARTS = 10_000
_ATTEMPTS = 10


class FileTooLarge(PayloadTooLarge):
    """The file is larger than this tenant allows."""

    code, title = "file_too_large", "The file is too large"


class WorkflowRequired(Forbidden):
    """Only admins may upload past the approval workflow."""

    code, title = "workflow_required", "Approval is required"


class UploadRequest(msgspec.Struct, kw_only=True):
    """A file to be uploaded, and what to say of it."""

    filename: Annotated[str, msgspec.Meta(min_length=1, max_length=4096)]
    size_bytes: Annotated[int, msgspec.Meta(ge=0)]
    content_type: Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-fA-F]{64}$", max_length=64)] | None = None
    title: Title | None = None
    description: Text = ""
    category: CategoryPath | None = None
    tags: Words = []
    keywords: Words = []
    custom_fields: CustomFields = {}
    rights: Rights | None = None
    generate_thumbnail: bool = True
    extract_metadata: bool = True
    virus_scan: bool = True
    create_workflow: bool = True
    multipart: bool = False
    link_existing: bool = False


class VersionRequest(UploadRequest, kw_only=True):
    """A file to be uploaded as a new version; what it says of the asset replaces what is said."""

    branch: Annotated[str, msgspec.Meta(min_length=1, max_length=100)] = versions.MAIN
    change_description: Text = ""


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
    values = _values(request)
    require_room(values)
    effective = accounts.settings_of(accounts.get(actor.tenant_id))
    upload = _upload(actor, request, clock.new_id(now), effective, now, link=link)
    with _reserved(actor, request, upload, effective, now, assets=1):
        face = _face(upload, 1)
        asset = _asset(actor, upload, face, values, now)
        created = record(
            actor.tenant_id,
            actor.person,
            "asset.created",
            ("asset", str(asset.asset_id)),
            now,
            new={"title": asset.title, "filename": face.filename, "size_bytes": face.size_bytes},
        )
        version = _version(actor, upload, request, face, now)
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
    said = {name: value for name, value in _values(request).items() if value}
    require_room(edits.values_of(asset) | said)
    branch = branches.get(asset, request.branch)
    effective = accounts.settings_of(accounts.get(actor.tenant_id))
    upload = _upload(actor, request, str(asset.asset_id), effective, now, link=link)
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

    Where AWS fails, it may be written all the same, its answer being lost. Then the reservation
    stays, and a later upload resolves it as one that a crash left behind.
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
    face = _face(upload, int(upload.number))
    version = _version(actor, upload, request, face, now)
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


def _accepted_type(request: UploadRequest, effective: Settings) -> str:
    content_type = media_types.canonical(request.content_type)
    if request.size_bytes > effective.max_file_size:
        raise FileTooLarge(
            f"The file has {request.size_bytes} bytes; the limit is {effective.max_file_size}."
        )
    allowed = {media_types.canonical(name) for name in effective.allowed_mime_types}
    if content_type not in allowed:
        raise UnsupportedMediaType(
            f"{content_type} is not accepted; these are: {', '.join(sorted(allowed))}."
        )
    return content_type


def _values(request: UploadRequest) -> dict[str, Any]:
    """Give what a request says of the asset, by field."""
    return {
        "title": request.title,
        "description": request.description,
        "category": checked_category(request.category) if request.category else None,
        "tags": unique_words(request.tags),
        "keywords": unique_words(request.keywords),
        "custom_fields": request.custom_fields,
        "rights": stored_rights(request.rights),
    }


def _upload(
    actor: Actor,
    request: UploadRequest,
    asset_id: str,
    effective: Settings,
    now: datetime,
    *,
    link: bool,
) -> Upload:
    filename = checked_filename(request.filename)
    content_type = _accepted_type(request, effective)
    upload_id = clock.new_id(now)
    multipart = not link and (request.multipart or request.size_bytes > MULTIPART_ABOVE_BYTES)
    expires = now + (MULTIPART_LIFETIME if multipart else LIFETIME)
    tasks = []
    if request.generate_thumbnail and effective.auto_generate_thumbnails:
        tasks.append("thumbnail")
    if request.extract_metadata and effective.auto_extract_metadata:
        tasks.append("metadata")
    upload = Upload(
        asset_key(actor.tenant_id, upload_id),
        "UPLOAD",
        tenant_id=actor.tenant_id,
        upload_id=upload_id,
        asset_id=asset_id,
        number=1,
        declared={
            "filename": filename,
            "content_type": content_type,
            "size_bytes": request.size_bytes,
            "max_size_bytes": effective.max_file_size,
            "sha256": request.sha256.lower() if request.sha256 else None,
            "virus_scan": request.virus_scan,
        },
        tasks=tasks,
        linked=link,
        state="arrived" if link else "open",
        created_by=msgspec.to_builtins(actor.person),
        created_at=clock.timestamp(now),
        expires_at=clock.timestamp(expires),
    )
    upload.due_shard, upload.due_at = due_key(now + FIRST_LOOK, upload_id)
    if multipart:
        size = max(8 * _MIB, math.ceil(request.size_bytes / _MAX_PARTS / _MIB) * _MIB)
        upload.part_size_bytes = size
        upload.part_count = max(1, math.ceil(request.size_bytes / size))
    return upload


def _face(upload: Upload, number: int) -> Face:
    declared = upload.declared
    return Face(
        number=number,
        filename=declared["filename"],
        kind=media_types.kind_of(declared["content_type"]),
        content_type=declared["content_type"],
        size_bytes=declared["size_bytes"],
        status="scanning" if upload.linked else "uploading",
    )


def _asset(
    actor: Actor, upload: Upload, face: Face, values: dict[str, Any], now: datetime
) -> AssetMetadata:
    values["title"] = values["title"] or title_of(face.filename)
    asset = AssetMetadata(
        asset_key(actor.tenant_id, str(upload.asset_id)),
        "ASSET",
        tenant_id=actor.tenant_id,
        asset_id=upload.asset_id,
        listed_in=actor.tenant_id,
        current=faces.stored(face),
        current_version=1,
        uploaded_by=msgspec.to_builtins(actor.person),
        created_at=clock.timestamp(now),
        updated_at=clock.timestamp(now),
        **values,
    )
    moment = lifecycle.next_due(asset, now)
    if moment is not None:
        asset.due_shard, asset.due_at = due_key(moment, str(asset.asset_id))
    return asset


def _version(
    actor: Actor, upload: Upload, request: UploadRequest, face: Face, now: datetime
) -> AssetVersion:
    return AssetVersion(
        asset_key(actor.tenant_id, str(upload.asset_id)),
        version_key(face.number),
        tenant_id=actor.tenant_id,
        asset_id=upload.asset_id,
        number=face.number,
        status=face.status,
        face=faces.stored(face),
        upload_id=upload.upload_id,
        wants_workflow=request.create_workflow,
        created_by=msgspec.to_builtins(actor.person),
        created_at=clock.timestamp(now),
    )
