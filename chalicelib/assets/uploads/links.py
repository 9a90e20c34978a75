"""Links: assets without bytes, such as web pages, which screens show from where they are."""

import re
from datetime import datetime
from typing import Annotated, Any, Literal
from urllib.parse import SplitResult, quote, urlsplit

import msgspec

from chalicelib.assets import admission, lifecycle, reservations
from chalicelib.assets.admission import Candidate
from chalicelib.assets.faces import Face, Scan
from chalicelib.assets.metadata.descriptions import (
    CategoryPath,
    CustomFields,
    Rights,
    Text,
    Title,
    Words,
    checked_category,
    checked_title,
    require_room,
    stored_rights,
    unique_words,
)
from chalicelib.assets.models import AssetMetadata, AssetVersion, asset_key, version_key
from chalicelib.assets.uploads.creation import WorkflowRequired
from chalicelib.assets.versions import published_version
from chalicelib.core import clock
from chalicelib.core.api.identity import Actor
from chalicelib.core.errors import invalid
from chalicelib.core.outbox import record
from chalicelib.core.repeatable_ids import under_way
from chalicelib.core.tables import find, put, transact
from chalicelib.tenants import accounts, quotas, roles

LinkType = Literal["webpage", "stream", "youtube"]

CONTENT_TYPE = "text/uri-list"
"""The media type of a link, by which templates and rules see it (RFC 2483)."""

_SCHEMES = {
    "webpage": ("http", "https"),
    "stream": ("http", "https", "rtsp"),
    "youtube": ("http", "https"),
}
"""What Anthias plays by address (v2026.08)."""

_YOUTUBE = re.compile(r"((www|m|music)\.)?(youtube\.com|youtube-nocookie\.com)|youtu\.be")
_SAFE = "!#$%&()*+,/:;=?@[]~"
"""What stays as it is in an address; Anthias spoils quotes and angle brackets."""


class LinkWanted(msgspec.Struct, kw_only=True):
    """An address to be shown on screens, and what to say of it.

    Attributes:
        url: the address.
        link_type: what is there: a web page, a stream of pictures, or a film on YouTube.
        title: what people call it.
        description: a longer text.
        category: a path such as `campaigns/winter`, which may decide who has to approve it.
        tags: words to find it by; they are one where they differ by case alone.
        keywords: more words to find it by.
        custom_fields: values by the names of the tenant's own fields.
        rights: who owns it and when it may be shown.
        create_workflow: false lets it be approved without review; for admins.
    """

    url: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
    link_type: LinkType
    title: Title
    description: Text = ""
    category: CategoryPath | None = None
    tags: Words = []
    keywords: Words = []
    custom_fields: CustomFields = {}
    rights: Rights | None = None
    create_workflow: bool = True


def create(actor: Actor, wanted: LinkWanted, now: datetime) -> AssetMetadata:
    """Make an asset of an address; it is judged like an upload, and never fetched.

    Raises:
        Invalid: the address is not one that screens show, or what is said of it cannot be.
        WorkflowRequired: only admins may have it approved without review.
        QuotaExceeded: the tenant's quota is used up.
    """
    url, values = checked_url(wanted.url, wanted.link_type), _values(wanted)
    require_room(values)
    making = under_way(now)
    key = asset_key(actor.tenant_id, making.id("asset"))
    if making.is_repeat and (made := find(AssetMetadata, key, "ASSET")):
        return made
    if not wanted.create_workflow and not actor.has(roles.ADMINS):
        raise WorkflowRequired
    face = Face(
        number=1,
        filename=urlsplit(url).hostname or "",
        kind="link",
        content_type=CONTENT_TYPE,
        size_bytes=0,
        status="processing",
        scan=Scan(status="skipped"),
        technical={"url": url, "link_type": wanted.link_type},
    )
    asset, version = _drafts(actor, wanted, making.id("asset"), face, values, now)
    candidate = Candidate(asset=asset, version=version, face=face, text=lambda: url)
    admitted = admission.admit(candidate, now)
    face.status, face.status_reason = admitted.status, admitted.reason
    version.status = face.status
    version.approved_at = clock.timestamp(now) if face.status == "approved" else None
    for name, value in admitted.kept.items():
        setattr(version, name, value)
    new = {"title": asset.title, "url": url, "status": face.status}
    created = record(
        *(actor.tenant_id, actor.person, "asset.created", ("asset", str(asset.asset_id)), now),
        new=new,
    )
    writes = [put(created), *admitted.writes]
    if admitted.publish and face.status == "approved":
        asset.published, asset.published_version = face, 1
        asset.seen_at, asset.public_since = clock.timestamp(now), 1
        told = published_version.record_of(asset, actor.person, None, 1, now)
        writes.append(put(told))
    reservation = (actor.tenant_id, making.id("reservation"), 0, 1)
    quota = accounts.settings_of(actor.tenant_id).storage_quota_bytes
    reservations.reserve(*reservation, quota, now)
    fresh = AssetMetadata.pk.does_not_exist()
    try:
        transact(put(asset, fresh), put(version), quotas.settled(*reservation), *writes)
    except BaseException:
        quotas.cancel(*reservation)
        raise
    admitted.afterwards()
    return asset


def checked_url(url: str, link_type: LinkType) -> str:
    """Return an address as it is kept, with what players spoil written by its code.

    Raises:
        Invalid: it is none, or not of the kind that is said.
    """
    try:
        parts = urlsplit(url.strip())
        host, _ = parts.hostname, parts.port  # a port that is none raises
    except ValueError:
        raise invalid("url", "Not an address") from None
    allowed = _SCHEMES[link_type]
    if parts.scheme.lower() not in allowed:
        schemes = ", ".join(f"{scheme}://" for scheme in allowed)
        raise invalid("url", f"An address that begins with one of {schemes} is needed")
    if not host or any(ord(character) < 33 for character in parts.netloc):
        raise invalid("url", "The address names no host")
    if link_type == "youtube" and not _YOUTUBE.fullmatch(host):
        raise invalid("url", "Not an address of YouTube")
    return _written(parts)


def _written(parts: SplitResult) -> str:
    return quote(parts._replace(scheme=parts.scheme.lower()).geturl(), safe=_SAFE)


def _values(wanted: LinkWanted) -> dict[str, Any]:
    return {
        "title": checked_title(wanted.title),
        "description": wanted.description,
        "category": checked_category(wanted.category) if wanted.category else None,
        "tags": unique_words(wanted.tags),
        "keywords": unique_words(wanted.keywords),
        "custom_fields": wanted.custom_fields,
        "rights": stored_rights(wanted.rights),
    }


def _drafts(
    actor: Actor,
    wanted: LinkWanted,
    asset_id: str,
    face: Face,
    values: dict[str, Any],
    now: datetime,
) -> tuple[AssetMetadata, AssetVersion]:
    """Draft an asset and its first version, still to be judged and written."""
    at = clock.timestamp(now)
    asset = AssetMetadata(
        asset_key(actor.tenant_id, asset_id),
        "ASSET",
        tenant_id=actor.tenant_id,
        asset_id=asset_id,
        listed_in=actor.tenant_id,
        current=face,
        current_version=1,
        uploaded_by=actor.person,
        created_at=at,
        updated_at=at,
        **values,
    )
    asset.make_due(lifecycle.next_due(asset, now), asset_id)
    version = AssetVersion(
        asset.pk,
        version_key(1),
        tenant_id=actor.tenant_id,
        asset_id=asset_id,
        number=1,
        status=face.status,
        face=face,
        wants_workflow=wanted.create_workflow,
        created_by=actor.person,
        created_at=at,
    )
    return asset, version
