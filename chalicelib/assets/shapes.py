"""An asset as answers show it."""

from datetime import datetime
from typing import Any, Literal

import msgspec

from chalicelib.assets import catalog, downloads, faces, lifecycle
from chalicelib.assets.faces import Face, RenditionShown, Scan, Status
from chalicelib.assets.metadata.descriptions import shown_rights
from chalicelib.assets.models import AssetMetadata
from chalicelib.core import signing
from chalicelib.core.api.identity import Actor
from chalicelib.core.outbox import Person

MediaKind = Literal["image", "video", "audio", "document", "link", "other"]


class Thumbnail(msgspec.Struct):
    """A thumbnail: a signed URL that lives for minutes, and its size in pixels.

    Attributes:
        url: signed, and good for some minutes.
        width: in pixels, as it is shown.
        height: in pixels, as it is shown.
    """

    url: str
    width: int
    height: int


class PendingEdit(msgspec.Struct):
    """An edit that waits for a review; until then all stays as it was.

    Attributes:
        workflow_id: of the review.
        values: what would stand in each field.
    """

    workflow_id: str
    values: dict[str, Any]


class AssetShown(msgspec.Struct, kw_only=True):
    """An asset as this member sees it.

    Attributes:
        id: its id, which it keeps for ever.
        title: what people call it; made from the file name unless the uploader chose one.
        description: a longer text, or an empty one.
        alt_text: what is read aloud in place of the picture, or an empty text.
        filename: the name of the newest version's file, without what systems do not allow in one.
        category: a path such as `campaigns/winter`; null where it has none.
        pending_category: a category that waits for the approval of the template it brings, and null
            where none does; left out for those who see published versions alone.
        pending_edit: an edit that waits for a review; left out where none does, and for those who
            see published versions alone.
        tags: words to find it by, in the spelling that came first.
        keywords: more words to find it by, for searching alone.
        custom_fields: values by the names of the tenant's own fields.
        focal_point: the point that crops keep, as `x` and `y` from 0 to 1; null where nobody chose
            one.
        rights: who owns it and when it may be shown; what was not said is null.
        kind: image, video, audio, document, link or other; told by the bytes as soon as they are
            there.
        content_type: the media type, told by the bytes as soon as they are there.
        size_bytes: the size of the original.
        sha256: of the original, in hexadecimal; null until it has been read.
        status: how far the version is, or why it is not to be had.
        status_reason: why it failed or was rejected, as a code such as `type_mismatch`; null
            otherwise.
        scan: what the virus scan said.
        technical: what Reef measured, such as `width` and `height` in pixels, `duration_seconds`,
            `pages`; only what the kind of file has.
        current_version: the number of the newest `main` version that you see, which the rest is
            about.
        published_version: the number of the version that viewers, shares and devices get; null
            while there is none.
        thumbnails: by `small`, `medium` and `large`; empty until they are made.
        renditions: what was made from the original besides: `name`, `content_type`, `width`,
            `height`, `size_bytes`.
        duplicate_of: ids of other assets that you see, where the scan found their bytes to be the
            same; else null; only where one asset is asked for.
        pages: signed URLs of the pages of a document, in order, good for some minutes; only where
            one asset is asked for.
        uploaded_by: who uploaded it.
        created_at: when the upload was reserved.
        updated_at: when something that you can see changed last.
        purge_at: when it goes from the trash for good; left out where it is not in the trash.
    """

    id: str
    title: str
    description: str
    alt_text: str
    filename: str
    category: str | None
    pending_category: str | msgspec.UnsetType | None = msgspec.UNSET
    pending_edit: PendingEdit | msgspec.UnsetType = msgspec.UNSET
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
    renditions: list[RenditionShown]
    duplicate_of: list[str] | msgspec.UnsetType | None = msgspec.UNSET
    pages: list[str] | msgspec.UnsetType = msgspec.UNSET
    uploaded_by: Person
    created_at: str
    updated_at: str
    purge_at: str | msgspec.UnsetType = msgspec.UNSET


def shown(asset: AssetMetadata, face: Face, now: datetime, actor: Actor) -> AssetShown:
    """Show an asset with one of its faces; time itself can make it expired.

    Whoever does not see everything of it learns nothing of when that changed.
    """
    whole = catalog.sees_everything(asset, actor)
    pending = asset.pending if whole else None
    return AssetShown(
        id=asset.asset_id,
        title=asset.title,
        description=asset.description,
        alt_text=asset.alt_text,
        filename=face.filename,
        category=asset.category,
        pending_category=pending["values"].get("category", msgspec.UNSET)
        if pending is not None
        else msgspec.UNSET,
        pending_edit=msgspec.convert(pending, PendingEdit)
        if pending is not None
        else msgspec.UNSET,
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
        published_version=asset.published_version,
        thumbnails=thumbnails(asset.tenant_id, face, now),
        renditions=_renditions(asset, face),
        uploaded_by=asset.uploaded_by,
        created_at=asset.created_at,
        updated_at=asset.updated_at if whole else asset.seen_at or asset.created_at,
        purge_at=asset.purge_at if whole and asset.purge_at is not None else msgspec.UNSET,
    )


def _renditions(asset: AssetMetadata, face: Face) -> list[RenditionShown]:
    """Show the last rendition of each name."""
    last = {one.name: one for one in asset.renditions_of(face)}
    names = RenditionShown.__struct_fields__
    return [RenditionShown(*(getattr(one, name) for name in names)) for one in last.values()]


def thumbnails(tenant_id: str, face: Face, now: datetime) -> dict[str, Thumbnail]:
    """Show the thumbnails of a face; none of bytes that nobody may fetch."""
    if not face.thumbnails or face.sha256 is None or not downloads.is_open(face):
        return {}
    query = signing.folder_query(f"renditions/{tenant_id}/{face.sha256}", now)
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
