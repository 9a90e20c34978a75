"""Downloads: a short-lived signed URL to bytes that were scanned and found clean."""

import re
from datetime import datetime, timedelta
from urllib.parse import quote

from chalicelib.assets import catalog, faces, lifecycle
from chalicelib.assets.faces import Face
from chalicelib.assets.models import AssetMetadata
from chalicelib.core import signing
from chalicelib.core.errors import Conflict, Forbidden, NotFound
from chalicelib.core.identity import Actor
from chalicelib.core.outbox import AuditRecord, record
from chalicelib.core.settings import settings

LIFETIME = timedelta(minutes=5)


class NotReady(Conflict):
    """There are no bytes to give: they are not here yet, or could not be used."""

    code, title = "not_ready", "Not ready"


class Quarantined(Forbidden):
    """The file is infected and is kept from everybody."""

    code, title = "quarantined", "Quarantined"


def chosen_face(asset: AssetMetadata, actor: Actor, number: int | None, now: datetime) -> Face:
    """Say which version an actor downloads: the published one, else the newest they may see.

    Raises:
        NotFound: there is none for them.
    """
    full = catalog.sees_everything(asset, actor)
    reviewed = asset.reviewed
    if reviewed is not None:
        by_default = number is None and asset.published is None
        if by_default or number == reviewed.number:
            return faces.read(reviewed.face)
    if not full and not lifecycle.may_be_shown(asset, now):
        raise NotFound("Nothing of this asset is published.")
    if number is not None:
        if asset.published_version == number:
            return faces.read(asset.published)
        version = catalog.version(asset.tenant_id, asset.asset_id, number) if full else None
        if version is None:
            raise NotFound("There is no such version.")
        return faces.read(version.face)
    if asset.published is not None:
        return faces.read(asset.published)
    if not full:
        raise NotFound("Nothing of this asset is published.")
    return faces.read(asset.current)


def is_open(face: Face) -> bool:
    """Say whether bytes are kept that were found clean, or that this deployment never scans."""
    skipped = face.scan.status == "skipped" and settings().allow_unscanned
    return face.sha256 is not None and (face.scan.status == "clean" or skipped)


def signed_url(asset: AssetMetadata, face: Face, rendition: str | None, now: datetime) -> str:
    """Sign the URL of a version's bytes.

    Raises:
        Quarantined: they are infected.
        NotReady: there are none, or they are not known to be clean.
        NotFound: there is no such rendition.
    """
    if face.status == "quarantined" or face.scan.status == "infected":
        raise Quarantined
    if not is_open(face) or face.status in {"uploading", "scanning", "failed"}:
        raise NotReady(f"There is nothing to download: the version is {face.status}.")
    folder, name, content_type = "originals", "", face.content_type
    if rendition is not None:
        found = [r for r in face.renditions if r["name"] == rendition]
        if not found:
            raise NotFound("There is no such rendition.")
        folder, name, content_type = "renditions", f"/{rendition}", found[0]["content_type"]
    return signing.media_url(
        f"{folder}/{asset.tenant_id}/{face.sha256}{name}",
        now,
        LIFETIME,
        {
            "response-content-disposition": disposition(face.filename),
            "response-content-type": content_type,
        },
    )


def download_record(asset: AssetMetadata, face: Face, actor: Actor, now: datetime) -> AuditRecord:
    """Describe one download for the audit trail."""
    return record(
        asset.tenant_id,
        actor.person,
        "asset.downloaded",
        ("asset", asset.asset_id),
        now,
        new={"version": face.number, "size_bytes": face.size_bytes},
    )


def disposition(filename: str) -> str:
    """Write a Content-Disposition that saves under this name (RFC 6266, RFC 8187)."""
    plain = re.sub(r'[^\x20-\x7e]|["\\%]', "_", filename)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
