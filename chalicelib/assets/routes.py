"""Assets and uploads over HTTP."""

import unicodedata
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec

from chalicelib.assets import catalog, downloads, faces, media_types, multipart, uploads
from chalicelib.assets.descriptions import checked_category, shown_rights
from chalicelib.assets.downloads import NotReady, Quarantined
from chalicelib.assets.faces import Face, Scan, Status
from chalicelib.assets.models import AssetMetadata, Upload
from chalicelib.assets.uploads import FileTooLarge, UploadRequest, WorkflowRequired
from chalicelib.core import clock, lists, signing
from chalicelib.core.errors import Conflict, UnsupportedMediaType
from chalicelib.core.http import Page, Reply
from chalicelib.core.identity import Actor
from chalicelib.core.lists import ListQuery
from chalicelib.core.routing import Routes
from chalicelib.tenants.quotas import QuotaExceeded
from chalicelib.tenants.roles import CONTRIBUTORS, MEMBERS

api = Routes(
    __name__,
    loaders={
        "asset_id": ("asset", catalog.visible),
        "upload_id": ("upload", multipart.get),
    },
)

Kind = Literal["image", "video", "audio", "document", "link", "other"]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]


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


class AssetQuery(ListQuery, kw_only=True):
    """Which assets; all filters combine."""

    kind: Kind | None = None
    content_type: str | None = None
    status: Status | None = None
    category: str | None = None
    tag: list[str] = []
    uploaded_by: str | None = None
    created_after: Moment | None = None
    created_before: Moment | None = None
    min_size_bytes: Annotated[int, msgspec.Meta(ge=0)] | None = None
    max_size_bytes: Annotated[int, msgspec.Meta(ge=0)] | None = None
    sha256: str | None = None
    sort: Literal["created_at"] = "created_at"
    order: Literal["asc", "desc"] = "desc"


class NewAsset(msgspec.Struct):
    """The asset that an upload will fill."""

    id: str
    status: Status


class NewVersion(msgspec.Struct):
    """The version that an upload will fill."""

    number: int


class NewJob(msgspec.Struct):
    """The job that processes an upload."""

    id: str
    status: Literal["pending"] = "pending"


class UploadShown(msgspec.Struct, kw_only=True, omit_defaults=True):
    """How to send the bytes: a presigned POST, or the plan of a multipart upload."""

    upload_id: str
    method: Literal["POST", "MULTIPART"]
    expires_at: str
    url: str | None = None
    fields: dict[str, str] | None = None
    part_size_bytes: int | None = None
    part_count: int | None = None


class UploadReserved(msgspec.Struct):
    """A reserved upload; `duplicate_of` lists assets with the same sha256."""

    asset: NewAsset
    version: NewVersion
    duplicate_of: list[str] | None
    upload: UploadShown | None
    job: NewJob


class PartNumbers(msgspec.Struct):
    """The parts to sign URLs for."""

    part_numbers: Annotated[
        list[Annotated[int, msgspec.Meta(ge=1, le=10_000)]],
        msgspec.Meta(min_length=1, max_length=1000),
    ]


class PartUrl(msgspec.Struct):
    """Where and how to PUT one part."""

    part_number: int
    url: str
    headers: dict[str, str]


class PartUrls(msgspec.Struct):
    """Where to PUT parts."""

    parts: list[PartUrl]


class ArrivedPart(msgspec.Struct):
    """A part that S3 has."""

    part_number: int
    size_bytes: int
    etag: str


class ArrivedParts(msgspec.Struct):
    """The parts that S3 has."""

    parts: list[ArrivedPart]


class DownloadQuery(msgspec.Struct):
    """Which bytes of an asset."""

    version: Annotated[int, msgspec.Meta(ge=1)] | None = None
    rendition: str | None = None
    redirect: bool = True


class SignedUrl(msgspec.Struct):
    """Where bytes can be fetched for a few minutes, for programs that cannot follow a redirect."""

    url: str
    expires_at: str


@api.get("/assets", may=MEMBERS)
def list_assets(actor: Actor, query: AssetQuery) -> Page[AssetShown]:
    """List the assets that you see, newest first."""
    keep = _Filter(query)

    def read(position: Any) -> tuple[list[AssetShown], Any]:
        found, following = catalog.page(
            actor, query.limit, position, keep, newest_first=query.order == "desc"
        )
        now = clock.now()
        return [_shown(asset, face, now) for asset, face in found], following

    # Whoever holds the cursor sees the list with their own eyes, so a member is part of it.
    return lists.page(f"assets of {actor.id}", actor.tenant_id, query, read)


@api.get("/assets/{asset_id}", may=MEMBERS)
def show_asset(actor: Actor, asset: AssetMetadata) -> AssetShown:
    """Show one asset."""
    face = catalog.face_for(asset, actor)
    assert face is not None  # the loader has seen to it
    shown = _shown(asset, face, clock.now())
    return Reply(shown, headers={"ETag": f'"{int(asset.revision)}"'})  # type: ignore[return-value]


@api.post(
    "/assets/upload",
    may=CONTRIBUTORS,
    status=201,
    problems=[FileTooLarge, UnsupportedMediaType, QuotaExceeded, WorkflowRequired],
)
def reserve_upload(actor: Actor, body: UploadRequest) -> UploadReserved:
    """Reserve an upload: everything is checked before a byte moves."""
    now = clock.now()
    duplicates = catalog.with_sha256(actor, body.sha256.lower()) if body.sha256 else []
    reserved = uploads.reserve(actor, body, now)
    return UploadReserved(
        asset=NewAsset(reserved.asset.asset_id, "uploading"),
        version=NewVersion(int(reserved.upload.number)),
        duplicate_of=duplicates or None,
        upload=msgspec.convert(uploads.described(reserved.upload, now), UploadShown),
        job=NewJob(reserved.upload.upload_id),
    )


@api.post("/uploads/{upload_id}/parts", may=CONTRIBUTORS, problems=[Conflict])
def sign_parts(upload: Upload, body: PartNumbers) -> PartUrls:
    """Sign URLs to PUT parts to."""
    urls = multipart.part_urls(upload, body.part_numbers, clock.now())
    return PartUrls([PartUrl(**url) for url in urls])


@api.get("/uploads/{upload_id}/parts", may=CONTRIBUTORS, problems=[Conflict])
def list_parts(upload: Upload) -> ArrivedParts:
    """List the parts that have arrived."""
    return ArrivedParts([ArrivedPart(**part) for part in multipart.arrived(upload)])


@api.post("/uploads/{upload_id}/complete", may=CONTRIBUTORS, problems=[Conflict])
def complete_upload(actor: Actor, upload: Upload) -> AssetShown:
    """Join the parts of an upload; again gives the same answer."""
    multipart.complete(upload)
    asset = catalog.visible(actor, upload.asset_id)
    return _shown(asset, faces.read(asset.current), clock.now())


@api.delete("/uploads/{upload_id}", may=CONTRIBUTORS, problems=[Conflict])
def abort_upload(actor: Actor, upload: Upload) -> None:
    """Abort an upload and free its quota; again is fine."""
    multipart.abort(actor, upload, clock.now())


@api.get(
    "/assets/{asset_id}/download",
    may=MEMBERS,
    status=302,
    problems=[NotReady, Quarantined],
)
def download_asset(actor: Actor, asset: AssetMetadata, query: DownloadQuery) -> SignedUrl:
    """Redirect to a signed URL of the bytes, or with `redirect=false` show it; one download."""
    now = clock.now()
    face = downloads.chosen_face(asset, actor, query.version)
    url = downloads.signed_url(asset, face, query.rendition, now)
    downloads.download_record(asset, face, actor, now).save()
    if not query.redirect:
        shown = SignedUrl(url, clock.timestamp(now + downloads.LIFETIME))
        return Reply(shown, status=200)  # type: ignore[return-value]
    return Reply(None, headers={"Location": url})  # type: ignore[return-value]


class _Filter:
    """Says whether an asset, with the face that its reader sees, fits a query."""

    def __init__(self, query: AssetQuery) -> None:
        self._query = query
        self._tags = {_folded(tag) for tag in query.tag}
        self._category = checked_category(query.category) if query.category else None
        self._type = media_types.canonical(query.content_type) if query.content_type else None
        self._uploader = query.uploaded_by.lower() if query.uploaded_by else None

    def __call__(self, asset: AssetMetadata, face: Face) -> bool:
        query, uploader = self._query, asset.uploaded_by
        created = datetime.fromisoformat(asset.created_at)
        return (
            query.kind in (None, face.kind)
            and self._type in (None, face.content_type)
            and query.status in (None, face.status)
            and (query.sha256 is None or query.sha256.lower() == face.sha256)
            and self._uploader in (None, uploader["id"], uploader["email"].lower())
            and (query.created_after is None or created > query.created_after)
            and (query.created_before is None or created < query.created_before)
            and (query.min_size_bytes is None or face.size_bytes >= query.min_size_bytes)
            and (query.max_size_bytes is None or face.size_bytes <= query.max_size_bytes)
            and self._tags <= {_folded(tag) for tag in asset.tags}
            and (self._category is None or _below(asset.category, self._category))
        )


def _folded(word: str) -> str:
    return unicodedata.normalize("NFKC", word).casefold()


def _below(path: str | None, ancestor: str) -> bool:
    return path is not None and f"{path}/".startswith(f"{ancestor}/")


def _shown(asset: AssetMetadata, face: Face, now: datetime) -> AssetShown:
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
        status=face.status,
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
