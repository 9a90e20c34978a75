"""Downloads: a short-lived signed URL to bytes that were scanned and found clean."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Literal, NamedTuple
from urllib.parse import quote

import msgspec

from chalicelib.analytics.visits import Kind, Source, Visit
from chalicelib.assets import catalog, faces, file_names, lifecycle
from chalicelib.assets.faces import Face, Rendition
from chalicelib.assets.models import AssetMetadata
from chalicelib.core import signing
from chalicelib.core.api.identity import Actor
from chalicelib.core.errors import Conflict, Forbidden, NotFound
from chalicelib.core.hooks import Hook
from chalicelib.core.outbox import AuditRecord, Person, record
from chalicelib.core.settings import settings

LIFETIME = timedelta(minutes=5)


class NotReady(Conflict):
    """There are no bytes to give: they are not here yet, or could not be used."""

    code, title = "not_ready", "Not ready"


class Quarantined(Forbidden):
    """The file is infected and is kept from everybody."""

    code, title = "quarantined", "Quarantined"


def chosen_face(asset: AssetMetadata, actor: Actor, number: int | None, now: datetime) -> Face:
    """Return which version an actor downloads: the published one, else the newest they may see.

    Raises:
        NotFound: there is none for them.
    """
    full = catalog.sees_everything(asset, actor)
    reviewed = asset.reviewed
    if reviewed is not None:
        by_default = number is None and asset.published is None
        if by_default or number == reviewed.number:
            return reviewed.face
    if not full and not lifecycle.may_be_shown(asset, now):
        raise NotFound("Nothing of this asset is published.")
    if number is not None:
        if asset.published is not None and asset.published_version == number:
            return asset.published
        version = catalog.version(asset.tenant_id, asset.asset_id, number) if full else None
        if version is None:
            raise NotFound("There is no such version.")
        return version.face
    if asset.published is not None:
        return asset.published
    if not full:
        raise NotFound("Nothing of this asset is published.")
    return asset.current


def is_open(face: Face) -> bool:
    """Return whether bytes are kept that were found clean, or that this deployment never scans."""
    skipped = face.scan.status == "skipped" and settings().allow_unscanned
    return face.sha256 is not None and (face.scan.status == "clean" or skipped)


class Download(NamedTuple):
    """Where bytes lie that may be handed out, and as what; `folder` is that of the media domain."""

    folder: Literal["originals", "renditions"]
    key: str
    name: str
    content_type: str
    size_bytes: int


MakeRendition = Callable[[Actor, AssetMetadata, Face, str], Rendition]
rendition_on_demand: Hook[MakeRendition] = Hook(
    "what makes a rendition that is not there yet, and gives it to the member who asks?"
)


def chosen_rendition(
    asset: AssetMetadata, face: Face, name: str | None, actor: Actor
) -> Rendition | None:
    """Return the rendition that a member downloads, made now where it can be; None: the original.

    Raises:
        Quarantined, NotReady: there are no bytes to give, or the rendition is still being made.
        NotFound: there is no such rendition.
    """
    require_bytes(face)
    made = None if name is None else _made(asset, face, name)
    if name is None or (made is not None and made.recipe is msgspec.UNSET):
        return made
    return rendition_on_demand.get()(actor, asset, face, name)


def _made(asset: AssetMetadata, face: Face, name: str) -> Rendition | None:
    """Return a rendition that is there; of several of a name the newest."""
    return next((one for one in reversed(asset.renditions_of(face)) if one.name == name), None)


def require_bytes(face: Face) -> None:
    """Refuse what has no bytes to give.

    Raises:
        Quarantined: they are infected.
        NotReady: there are none, or they are not known to be clean.
    """
    if face.status == "quarantined" or face.scan.status == "infected":
        raise Quarantined
    if not is_open(face) or face.status in {"uploading", "scanning", "failed"}:
        raise NotReady(f"There is nothing to download: the version is {face.status}.")


def find_bytes(asset: AssetMetadata, face: Face, rendition: Rendition | str | None) -> Download:
    """Find a version's bytes, of a rendition that is there by itself or by its name.

    Raises:
        Quarantined, NotReady: there are none, as `require_bytes` says.
        NotFound: there is no such rendition.
    """
    require_bytes(face)
    tenant_id, sha256 = asset.tenant_id, str(face.sha256)
    if rendition is None:
        name = file_names.download_name(face.filename, face.content_type)
        key = f"{tenant_id}/{sha256}"
        return Download("originals", key, name, face.content_type, face.size_bytes)
    made = _made(asset, face, rendition) if isinstance(rendition, str) else rendition
    if made is None:
        raise NotFound("There is no such rendition.")
    if made.sha256 == sha256:
        name = file_names.rendition_name(face.filename, made.name, face.content_type)
        key = f"{tenant_id}/{sha256}"
        return Download("originals", key, name, face.content_type, face.size_bytes)
    key = faces.rendition_path(tenant_id, sha256, made)
    name = file_names.rendition_name(face.filename, made.name, made.content_type)
    return Download("renditions", key, name, made.content_type, made.size_bytes)


def signed_url(
    asset: AssetMetadata, face: Face, rendition: Rendition | str | None, now: datetime
) -> str:
    """Sign the URL of a version's bytes.

    Raises:
        Quarantined, NotReady, NotFound: as `find_bytes`.
    """
    found = find_bytes(asset, face, rendition)
    return signing.media_url(
        f"{found.folder}/{found.key}",
        now,
        LIFETIME,
        {
            "response-content-disposition": disposition(found.name),
            "response-content-type": found.content_type,
        },
    )


def download_record(asset: AssetMetadata, face: Face, by: Person, now: datetime) -> AuditRecord:
    """Describe one download for the audit trail."""
    return record(
        asset.tenant_id,
        by,
        "asset.downloaded",
        ("asset", asset.asset_id),
        now,
        new={"version": face.number, "size_bytes": face.size_bytes},
    )


def size_bytes(asset: AssetMetadata, face: Face, rendition: Rendition | str | None) -> int:
    """Return how many bytes a download gives: those of the original, or of a rendition."""
    made = _made(asset, face, rendition) if isinstance(rendition, str) else rendition
    return face.size_bytes if made is None else made.size_bytes


def visit(
    asset: AssetMetadata, face: Face, rendition: Rendition | str | None, download: AuditRecord
) -> Visit:
    """Return a member's download as it is counted, under the id of its record.

    Of the member it says nothing: who downloaded what is the audit trail's to tell.
    """
    return Visit(
        id=str(download.sk),
        tenant_id=asset.tenant_id,
        at=datetime.fromisoformat(download.at),
        kind=Kind.DOWNLOAD,
        source=Source.MEMBER,
        asset_ids=(str(asset.asset_id),),
        size_bytes=size_bytes(asset, face, rendition),
    )


def disposition(filename: str) -> str:
    """Write a Content-Disposition that saves under this name (RFC 6266, RFC 8187)."""
    plain = re.sub(r'[^\x20-\x7e]|["\\%]', "_", filename)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
