"""An asset as answers show it."""

from datetime import datetime
from typing import Any, Literal

import msgspec

from chalicelib.assets import downloads, faces, lifecycle
from chalicelib.assets.descriptions import shown_rights
from chalicelib.assets.faces import Face, Scan, Status
from chalicelib.assets.models import AssetMetadata
from chalicelib.core import signing

Kind = Literal["image", "video", "audio", "document", "link", "other"]


class PersonShown(msgspec.Struct):
    """A person."""

    id: str
    email: str


class Thumbnail(msgspec.Struct):
    """A thumbnail: a signed URL that lives for minutes, and its size in pixels."""

    url: str
    width: int
    height: int


class AssetShown(msgspec.Struct, kw_only=True):
    """An asset as this member sees it."""

    id: str
    title: str
    description: str
    alt_text: str
    filename: str
    category: str | None
    tags: list[str]
    keywords: list[str]
    custom_fields: dict[str, Any]
    focal_point: dict[str, float] | None
    rights: dict[str, str | None]
    kind: str
    content_type: str
    size_bytes: int
    sha256: str | None
    status: Status
    status_reason: str | None
    scan: Scan
    technical: dict[str, Any]
    current_version: int
    published_version: int | None
    thumbnails: dict[str, Thumbnail]
    renditions: list[dict[str, Any]]
    uploaded_by: PersonShown
    created_at: str
    updated_at: str


def shown(asset: AssetMetadata, face: Face, now: datetime) -> AssetShown:
    """Show an asset with one of its faces; time itself can make it expired."""
    return AssetShown(
        id=asset.asset_id,
        title=asset.title,
        description=asset.description,
        alt_text=asset.alt_text,
        filename=face.filename,
        category=asset.category,
        tags=asset.tags,
        keywords=asset.keywords,
        custom_fields=asset.custom_fields,
        focal_point=asset.focal_point,
        rights=shown_rights(asset.rights),
        kind=face.kind,
        content_type=face.content_type,
        size_bytes=face.size_bytes,
        sha256=face.sha256,
        status=lifecycle.shown_status(asset, face, now),
        status_reason=face.status_reason,
        scan=face.scan,
        technical=face.technical,
        current_version=face.number,
        published_version=int(asset.published_version) if asset.published_version else None,
        thumbnails=_thumbnails(asset.tenant_id, face, now),
        renditions=face.renditions,
        uploaded_by=PersonShown(**asset.uploaded_by),
        created_at=asset.created_at,
        updated_at=asset.updated_at,
    )


def _thumbnails(tenant_id: str, face: Face, now: datetime) -> dict[str, Thumbnail]:
    if not face.thumbnails or face.sha256 is None or not downloads.is_open(face):
        return {}
    query = signing.folder_query(f"renditions/{tenant_id}", now)
    urls = {
        size: signing.unsigned_url(
            f"renditions/{faces.thumbnail_path(tenant_id, face.sha256, size)}"
        )
        for size in face.thumbnails
    }
    return {
        size: Thumbnail(f"{urls[size]}?{query}", width, height)
        for size, (width, height) in face.thumbnails.items()
    }
