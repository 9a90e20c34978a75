"""Assets and uploads over HTTP."""

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec

from chalicelib.assets import (
    catalog,
    downloads,
    edits,
    lifecycle,
    media_types,
    purging,
    trash,
    usage,
)
from chalicelib.assets.descriptions import AssetChange, changed_values, checked_category
from chalicelib.assets.downloads import NotReady, Quarantined
from chalicelib.assets.edits import AssetTrashed
from chalicelib.assets.faces import Face, Status
from chalicelib.assets.models import AssetMetadata
from chalicelib.assets.shapes import AssetShown, Kind, shown
from chalicelib.core import clock, lists
from chalicelib.core.errors import Forbidden, PreconditionFailed
from chalicelib.core.http import Incoming, Page, Reply
from chalicelib.core.identity import Actor
from chalicelib.core.lists import ListQuery
from chalicelib.core.routing import Routes
from chalicelib.tenants import roles
from chalicelib.tenants.roles import CONTRIBUTORS, MEMBERS

api = Routes(__name__, loaders={"asset_id": ("asset", catalog.visible)})

Moment = Annotated[datetime, msgspec.Meta(tz=True)]


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
    trashed: bool = False
    sort: Literal["created_at"] = "created_at"
    order: Literal["asc", "desc"] = "desc"


class DeleteQuery(msgspec.Struct):
    """Whether to remove an asset for good."""

    purge: bool = False


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
    keep = _Filter(query, clock.now())

    def read(position: Any) -> tuple[list[AssetShown], Any]:
        now = clock.now()
        found, following = catalog.page(
            actor,
            query.limit,
            position,
            keep,
            now,
            trashed=query.trashed,
            newest_first=query.order == "desc",
        )
        return [shown(asset, face, now) for asset, face in found], following

    # Whoever holds the cursor sees the list with their own eyes, so a member is part of it.
    return lists.page(f"assets of {actor.id}", actor.tenant_id, query, read)


@api.get("/assets/{asset_id}", may=MEMBERS)
def show_asset(actor: Actor, asset: AssetMetadata) -> AssetShown:
    """Show one asset."""
    return _tagged(actor, asset)


@api.patch(
    "/assets/{asset_id}",
    may=CONTRIBUTORS,
    guard=catalog.require_edit,
    problems=[AssetTrashed, PreconditionFailed],
)
def change_asset(
    actor: Actor, asset: AssetMetadata, body: AssetChange, incoming: Incoming
) -> AssetShown:
    """Change what is said of an asset; rights and custom fields merge, null removes."""
    if_match = incoming.headers.get("if-match")
    with _showing_current(actor, asset):
        asset = edits.edit(
            asset,
            lambda before: changed_values(before, body),
            actor.person,
            clock.now(),
            if_match,
        )
    return _tagged(actor, asset)


@api.delete(
    "/assets/{asset_id}",
    may=CONTRIBUTORS,
    guard=catalog.require_edit,
    problems=[PreconditionFailed],
)
def delete_asset(
    actor: Actor, asset: AssetMetadata, query: DeleteQuery, incoming: Incoming
) -> None:
    """Put an asset into the trash, or remove it for good."""
    if query.purge and not actor.has(roles.ADMINS):
        raise Forbidden("Only admins remove assets for good.")
    now = clock.now()
    with _showing_current(actor, asset):
        if query.purge:
            edits.require_match(asset, incoming.headers.get("if-match"))
            if trash.purge(asset, actor.person, now):
                purging.work(asset, now)
        else:
            trash.trash(asset, actor.person, now, incoming.headers.get("if-match"))


@api.post("/assets/{asset_id}/restore", may=CONTRIBUTORS, guard=catalog.require_edit)
def restore_asset(actor: Actor, asset: AssetMetadata) -> AssetShown:
    """Take an asset out of the trash."""
    return _tagged(actor, trash.restore(asset, actor.person, clock.now()))


@api.get("/assets/{asset_id}/usage", may=MEMBERS)
def show_usage(asset: AssetMetadata) -> dict[str, int]:
    """Say in how many places of each kind an asset is used."""
    return usage.count(asset.tenant_id, asset.asset_id)


@api.get(
    "/assets/{asset_id}/download",
    may=MEMBERS,
    status=302,
    problems=[NotReady, Quarantined],
)
def download_asset(actor: Actor, asset: AssetMetadata, query: DownloadQuery) -> SignedUrl:
    """Redirect to a signed URL of the bytes, or with `redirect=false` show it; one download."""
    now = clock.now()
    face = downloads.chosen_face(asset, actor, query.version, now)
    url = downloads.signed_url(asset, face, query.rendition, now)
    downloads.download_record(asset, face, actor, now).save()
    if not query.redirect:
        signed = SignedUrl(url, clock.timestamp(now + downloads.LIFETIME))
        return Reply(signed, status=200)  # type: ignore[return-value]
    return Reply(None, headers={"Location": url})  # type: ignore[return-value]


def _tagged(actor: Actor, asset: AssetMetadata) -> AssetShown:
    now = clock.now()
    face = catalog.face_for(asset, actor, now)
    assert face is not None  # the loader has seen to it
    headers = {"ETag": edits.etag(asset)}
    return Reply(shown(asset, face, now), headers=headers)  # type: ignore[return-value]


@contextmanager
def _showing_current(actor: Actor, asset: AssetMetadata) -> Iterator[None]:
    """Let a failed precondition show the asset as it is now."""
    try:
        yield
    except PreconditionFailed as failure:
        fresh = catalog.visible(actor, asset.asset_id)
        reply = _tagged(actor, fresh)
        failure.extra = {"current": msgspec.to_builtins(reply.body)}  # type: ignore[attr-defined]
        raise


class _Filter:
    """Says whether an asset, with the face that its reader sees, fits a query."""

    def __init__(self, query: AssetQuery, now: datetime) -> None:
        self._query = query
        self._now = now
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
            and query.status in (None, lifecycle.shown_status(asset, face, self._now))
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
