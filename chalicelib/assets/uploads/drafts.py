"""Drafts of what an upload makes, from what its client asks for; nothing is written here."""

import math
from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec

from chalicelib.assets import lifecycle, media_types
from chalicelib.assets.faces import Face
from chalicelib.assets.metadata.descriptions import (
    CategoryPath,
    CustomFields,
    Rights,
    Text,
    Title,
    Words,
    checked_category,
    checked_filename,
    checked_title,
    stored_rights,
    title_of,
    unique_words,
)
from chalicelib.assets.models import AssetMetadata, AssetVersion, asset_key, version_key
from chalicelib.assets.tasks import ContentTask
from chalicelib.assets.upload_models import Declared, Upload
from chalicelib.assets.uploads import open_uploads
from chalicelib.assets.versions.life import MAIN
from chalicelib.core import clock
from chalicelib.core.api.identity import Actor
from chalicelib.core.errors import PayloadTooLarge, UnsupportedMediaType
from chalicelib.core.repeatable_ids import under_way
from chalicelib.core.settings import Settings

MULTIPART_ABOVE_BYTES = 100 * 1024 * 1024
LIFETIME = timedelta(hours=1)
MULTIPART_LIFETIME = timedelta(hours=24)
FIRST_LOOK = timedelta(minutes=3)
"""When the sweeper first asks S3 whether the event of an upload got lost."""
_MIB = 1024 * 1024
_MAX_PARTS = 10_000

Sha256 = Annotated[
    str,
    msgspec.Meta(
        pattern="^[0-9a-fA-F]{64}$",
        max_length=64,
        examples=["e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
    ),
]


class FileTooLarge(PayloadTooLarge):
    """The file is larger than this tenant allows."""

    code, title = "file_too_large", "The file is too large"


class UploadRequest(msgspec.Struct, kw_only=True):
    """A file to be uploaded, and what to say of it.

    Attributes:
        filename: the file's own name, without folders; what no system allows in one is taken out,
            and it ends at 255 bytes.
        size_bytes: exactly how many bytes will come; others are refused.
        content_type: the media type; what the bytes turn out to be wins, and fails if it is of
            another kind.
        sha256: of the bytes, in hexadecimal; makes sure that they arrive whole, and finds
            duplicates before they are sent.
        title: what people call it; made from the file name where it is left out.
        description: a longer text.
        category: a path such as `campaigns/winter`, which may decide who has to approve it.
        tags: words to find it by; they are one where they differ by case alone.
        keywords: more words to find it by.
        custom_fields: values by the names of the tenant's own fields.
        rights: who owns it and when it may be shown.
        generate_thumbnail: false makes no thumbnails; the file is decoded once all the same.
        extract_metadata: false keeps nothing that is embedded in the file.
        virus_scan: false is heeded only where the deployment allows unscanned files.
        create_workflow: false lets it be approved without review; for admins.
        multipart: true sends it in parts, as is done above 100 MiB anyway.
        link_existing: true takes the bytes of an asset that you see with this `sha256` instead of
            sending them; `upload` is null then.
    """

    filename: Annotated[str, msgspec.Meta(min_length=1, max_length=4096)]
    size_bytes: Annotated[int, msgspec.Meta(ge=0)]
    content_type: Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
    sha256: Sha256 | None = None
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
    """A file to be uploaded as a new version; what it says of the asset replaces what is said.

    Attributes:
        branch: the branch to add to, which has to exist; `main` is the one that is published.
        change_description: what is new in this version.
    """

    branch: Annotated[str, msgspec.Meta(min_length=1, max_length=100)] = MAIN
    change_description: Text = ""


def new_upload(
    actor: Actor,
    request: UploadRequest,
    asset_id: str,
    effective: Settings,
    now: datetime,
    *,
    link: bool,
    in_parts: bool = True,
) -> Upload:
    """Draft an upload of a file; its number is that of a first version.

    Without `in_parts` it is one form, however large the file is.

    Raises:
        Invalid, FileTooLarge, UnsupportedMediaType: the file is not one that the tenant takes.
    """
    filename = checked_filename(request.filename)
    content_type = _accepted_type(request, effective)
    upload_id = under_way(now).id("upload")
    large = request.multipart or request.size_bytes > MULTIPART_ABOVE_BYTES
    multipart = in_parts and not link and large
    expires = now + (MULTIPART_LIFETIME if multipart else LIFETIME)
    tasks: list[ContentTask] = []
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
        declared=Declared(
            filename=filename,
            content_type=content_type,
            size_bytes=request.size_bytes,
            sha256=request.sha256.lower() if request.sha256 else None,
            virus_scan=request.virus_scan,
        ),
        tasks=tasks,
        linked=link,
        state="arrived" if link else "open",
        created_by=actor.person,
        created_at=clock.timestamp(now),
        expires_at=clock.timestamp(expires),
    )
    upload.make_due(now + FIRST_LOOK, upload_id)
    if not link:
        upload.open_of = open_uploads.owner_key(actor)
        upload.open_until = open_uploads.expiry_key(expires, upload_id)
    if multipart:
        size = max(8 * _MIB, math.ceil(request.size_bytes / _MAX_PARTS / _MIB) * _MIB)
        upload.part_size_bytes = size
        upload.part_count = max(1, math.ceil(request.size_bytes / size))
    return upload


def new_face(upload: Upload, number: int) -> Face:
    """Draft what is known of a content before it came."""
    declared = upload.declared
    return Face(
        number=number,
        filename=declared.filename,
        kind=media_types.kind_of(declared.content_type),
        content_type=declared.content_type,
        size_bytes=declared.size_bytes,
        status="scanning" if upload.linked else "uploading",
    )


def new_asset(
    actor: Actor, upload: Upload, face: Face, values: dict[str, Any], now: datetime
) -> AssetMetadata:
    """Draft the asset that an upload makes."""
    values["title"] = values["title"] or title_of(face.filename)
    asset = AssetMetadata(
        asset_key(actor.tenant_id, str(upload.asset_id)),
        "ASSET",
        tenant_id=actor.tenant_id,
        asset_id=upload.asset_id,
        listed_in=actor.tenant_id,
        current=face,
        current_version=1,
        uploaded_by=actor.person,
        created_at=clock.timestamp(now),
        updated_at=clock.timestamp(now),
        **values,
    )
    asset.make_due(lifecycle.next_due(asset, now), str(asset.asset_id))
    return asset


def new_version(
    actor: Actor, upload: Upload, request: UploadRequest, face: Face, now: datetime
) -> AssetVersion:
    """Draft the version that an upload makes."""
    return AssetVersion(
        asset_key(actor.tenant_id, str(upload.asset_id)),
        version_key(face.number),
        tenant_id=actor.tenant_id,
        asset_id=upload.asset_id,
        number=face.number,
        status=face.status,
        face=face,
        upload_id=upload.upload_id,
        wants_workflow=request.create_workflow,
        created_by=actor.person,
        created_at=clock.timestamp(now),
    )


def values(request: UploadRequest) -> dict[str, Any]:
    """Return what a request says of the asset, by field.

    Raises:
        Invalid: a title, a category, rights or the file's name that cannot be.
    """
    checked_filename(request.filename)
    return {
        "title": None if request.title is None else checked_title(request.title),
        "description": request.description,
        "category": checked_category(request.category) if request.category else None,
        "tags": unique_words(request.tags),
        "keywords": unique_words(request.keywords),
        "custom_fields": request.custom_fields,
        "rights": stored_rights(request.rights),
    }


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
