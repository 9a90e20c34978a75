"""Uploads: checked, reserved and described before a byte moves."""

import hashlib
import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec

from chalicelib.assets import faces, media_types
from chalicelib.assets.descriptions import (
    CategoryPath,
    CustomFields,
    Rights,
    Text,
    Title,
    Words,
    checked_category,
    checked_filename,
    stored_rights,
    title_of,
    unique_words,
)
from chalicelib.assets.faces import Face
from chalicelib.assets.models import (
    AssetMetadata,
    AssetVersion,
    Upload,
    asset_key,
    version_key,
)
from chalicelib.core import clock, signing, storage
from chalicelib.core.errors import Forbidden, PayloadTooLarge, UnsupportedMediaType
from chalicelib.core.identity import Actor
from chalicelib.core.outbox import record
from chalicelib.core.settings import Settings, settings
from chalicelib.core.tables import find, put, transact
from chalicelib.tenants import accounts, quotas, roles

MULTIPART_ABOVE_BYTES = 100 * 1024 * 1024
LIFETIME = timedelta(hours=1)
MULTIPART_LIFETIME = timedelta(hours=24)
DUE_SHARDS = 4
FIRST_LOOK = timedelta(minutes=3)
"""When the sweeper first asks S3 whether the event of an upload got lost."""
_MIB = 1024 * 1024
_MAX_PARTS = 10_000


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


@dataclass(frozen=True)
class Reserved:
    """A reserved upload with the asset that it will fill."""

    asset: AssetMetadata
    upload: Upload


def reserve(actor: Actor, request: UploadRequest, now: datetime) -> Reserved:
    """Reserve quota for a new asset, write it as `uploading`, and prepare its upload.

    Raises:
        Invalid: the file's name, category or rights cannot be.
        FileTooLarge, UnsupportedMediaType, QuotaExceeded, WorkflowRequired: refused before a
            byte moves.
    """
    filename = checked_filename(request.filename)
    rights = stored_rights(request.rights)
    category = checked_category(request.category) if request.category else None
    effective = accounts.settings_of(accounts.get(actor.tenant_id))
    content_type = _accepted_type(request, effective)
    upload = _upload(actor, request, filename, content_type, effective, now)
    reservation = (actor.tenant_id, upload.upload_id, request.size_bytes, 1)
    usage = quotas.reserve(*reservation, quota_bytes=effective.storage_quota_bytes)
    for left_behind in quotas.abandoned(usage, now):
        _resolve(actor.tenant_id, *left_behind)
    if not request.create_workflow and not actor.has(roles.ADMINS):
        quotas.cancel(*reservation)
        raise WorkflowRequired
    try:
        if upload.part_count is not None:
            bucket = settings().uploads_bucket
            upload.multipart_id = storage.start_multipart(bucket, upload.key)
        face = _face(1, filename, content_type, request.size_bytes)
        asset = _asset(actor, upload, request, face, now)
        asset.category, asset.rights = category, rights
        _write(actor, asset, upload, face, now)
    except BaseException:
        quotas.cancel(*reservation)
        raise
    quotas.settle(*reservation)
    return Reserved(asset, upload)


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


def due(moment: datetime, identifier: str) -> tuple[str, str]:
    """Give the shard and time under which the sweeper finds an unfinished upload."""
    shard = int(hashlib.sha256(identifier.encode()).hexdigest(), 16) % DUE_SHARDS
    return str(shard), f"{clock.timestamp(moment)}#{identifier}"


def _resolve(tenant_id: str, reservation: str, size_bytes: int, assets: int) -> None:
    """Settle a reservation whose upload was written before the crash, or give it back."""
    written = find(Upload, asset_key(tenant_id, reservation), "UPLOAD")
    end = quotas.settle if written else quotas.cancel
    end(tenant_id, reservation, size_bytes, assets)


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


def _upload(
    actor: Actor,
    request: UploadRequest,
    filename: str,
    content_type: str,
    effective: Settings,
    now: datetime,
) -> Upload:
    upload_id = clock.new_id()
    multipart = request.multipart or request.size_bytes > MULTIPART_ABOVE_BYTES
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
        asset_id=clock.new_id(),
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
        created_by=msgspec.to_builtins(actor.person),
        created_at=clock.timestamp(now),
        expires_at=clock.timestamp(expires),
    )
    upload.due_shard, upload.due_at = due(now + FIRST_LOOK, upload_id)
    if multipart:
        size = max(8 * _MIB, math.ceil(request.size_bytes / _MAX_PARTS / _MIB) * _MIB)
        upload.part_size_bytes = size
        upload.part_count = max(1, math.ceil(request.size_bytes / size))
    return upload


def _face(number: int, filename: str, content_type: str, size_bytes: int) -> Face:
    return Face(
        number=number,
        filename=filename,
        kind=media_types.kind_of(content_type),
        content_type=content_type,
        size_bytes=size_bytes,
    )


def _asset(
    actor: Actor, upload: Upload, request: UploadRequest, face: Face, now: datetime
) -> AssetMetadata:
    return AssetMetadata(
        asset_key(actor.tenant_id, upload.asset_id),
        "ASSET",
        tenant_id=actor.tenant_id,
        asset_id=upload.asset_id,
        listed_in=actor.tenant_id,
        title=request.title or title_of(face.filename),
        description=request.description,
        tags=unique_words(request.tags),
        keywords=unique_words(request.keywords),
        custom_fields=request.custom_fields,
        current=faces.stored(face),
        current_version=1,
        uploaded_by=msgspec.to_builtins(actor.person),
        created_at=clock.timestamp(now),
        updated_at=clock.timestamp(now),
    )


def _write(actor: Actor, asset: AssetMetadata, upload: Upload, face: Face, now: datetime) -> None:
    version = AssetVersion(
        asset.pk,
        version_key(face.number),
        tenant_id=actor.tenant_id,
        asset_id=asset.asset_id,
        number=face.number,
        status=face.status,
        face=faces.stored(face),
        upload_id=upload.upload_id,
        created_by=msgspec.to_builtins(actor.person),
        created_at=clock.timestamp(now),
    )
    created = record(
        actor.tenant_id,
        actor.person,
        "asset.created",
        ("asset", asset.asset_id),
        now,
        new={"title": asset.title, "filename": face.filename, "size_bytes": face.size_bytes},
    )
    transact(put(asset), put(version), put(upload), put(created))
