"""What is said of assets over HTTP: editing, its history, going back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import msgspec

from chalicelib.assets import catalog, edits
from chalicelib.assets.descriptions import (
    CategoryPath,
    CustomFields,
    FocalPoint,
    Rights,
    Scalar,
    Text,
    Title,
    Word,
    Words,
    checked_category,
    checked_title,
    merged,
    shown_rights,
    stored_rights,
    unique_words,
)
from chalicelib.assets.edits import AssetTrashed
from chalicelib.assets.models import AssetMetadata
from chalicelib.core import clock, lists
from chalicelib.core.errors import PreconditionFailed
from chalicelib.core.http import Incoming, Page, Reply
from chalicelib.core.identity import Actor
from chalicelib.core.lists import ListQuery
from chalicelib.core.outbox import Person
from chalicelib.core.routing import Routes
from chalicelib.tenants.roles import CONTRIBUTORS, MEMBERS

api = Routes(__name__, loaders={"asset_id": ("asset", catalog.visible)})


class MetadataShown(msgspec.Struct, kw_only=True):
    """Everything said of an asset, with what Reef found out."""

    title: str
    description: str
    alt_text: str
    category: str | None
    tags: list[str]
    keywords: list[str]
    rights: dict[str, str | None]
    custom_fields: dict[str, Any]
    focal_point: dict[str, float] | None
    technical: dict[str, Any]
    embedded: dict[str, Any]


class Described(msgspec.Struct, kw_only=True):
    """All that people say of an asset; what is left out becomes empty."""

    title: Title
    description: Text = ""
    alt_text: Text = ""
    category: CategoryPath | None = None
    tags: Words = []
    keywords: Words = []
    rights: Rights | None = None
    custom_fields: CustomFields = {}
    focal_point: FocalPoint | None = None


class CustomFieldsChange(msgspec.Struct):
    """Custom fields to set; null removes one."""

    custom_fields: Annotated[dict[Word, Scalar | None], msgspec.Meta(max_length=200)]


class RevisionShown(msgspec.Struct):
    """One edit."""

    revision: int
    at: str
    actor: Person
    changes: list[dict[str, Any]]


class RevisionChosen(msgspec.Struct):
    """The revision to go back to."""

    revision: Annotated[int, msgspec.Meta(ge=1)]


@api.get("/metadata/{asset_id}", may=MEMBERS)
def show_metadata(actor: Actor, asset: AssetMetadata, incoming: Incoming) -> MetadataShown:
    """Show what is said of an asset, with technical and embedded metadata."""
    tag = edits.etag(asset)
    known = incoming.headers.get("if-none-match", "")
    if {tag, f"W/{tag}", "*"} & {entry.strip() for entry in known.split(",")}:
        return Reply(None, status=304, headers={"ETag": tag})  # type: ignore[return-value]
    return Reply(_shown(actor, asset), headers={"ETag": tag})  # type: ignore[return-value]


@api.put(
    "/metadata/{asset_id}",
    may=CONTRIBUTORS,
    guard=catalog.require_edit,
    problems=[AssetTrashed, PreconditionFailed],
)
def replace_metadata(
    actor: Actor, asset: AssetMetadata, body: Described, incoming: Incoming
) -> MetadataShown:
    """Replace everything that people say of an asset."""
    values = {
        "title": checked_title(body.title),
        "description": body.description,
        "alt_text": body.alt_text,
        "category": checked_category(body.category) if body.category else None,
        "tags": unique_words(body.tags),
        "keywords": unique_words(body.keywords),
        "rights": stored_rights(body.rights),
        "custom_fields": body.custom_fields,
        "focal_point": msgspec.to_builtins(body.focal_point),
    }
    return _edited(actor, asset, incoming, lambda _: values)


@api.post(
    "/metadata/{asset_id}/bulk_update",
    may=CONTRIBUTORS,
    guard=catalog.require_edit,
    problems=[AssetTrashed, PreconditionFailed],
)
def merge_custom_fields(
    actor: Actor, asset: AssetMetadata, body: CustomFieldsChange, incoming: Incoming
) -> MetadataShown:
    """Set some custom fields; null removes one."""

    def with_changes(before: dict[str, Any]) -> dict[str, Any]:
        return {"custom_fields": merged(before["custom_fields"], body.custom_fields)}

    return _edited(actor, asset, incoming, with_changes)


@api.get("/metadata/{asset_id}/history", may=MEMBERS)
def list_revisions(actor: Actor, asset: AssetMetadata, query: ListQuery) -> Page[RevisionShown]:
    """List the edits, newest first."""

    def read(position: Any) -> tuple[list[RevisionShown], Any]:
        found, following = edits.history(asset, query.limit, position)
        return [
            RevisionShown(int(r.revision), r.at, Person(**r.actor), r.changes) for r in found
        ], following

    return lists.page(f"revisions of {asset.asset_id}", actor.tenant_id, query, read)


@api.post(
    "/metadata/{asset_id}/revert",
    may=CONTRIBUTORS,
    guard=catalog.require_edit,
    problems=[AssetTrashed, PreconditionFailed],
)
def revert_metadata(
    actor: Actor, asset: AssetMetadata, body: RevisionChosen, incoming: Incoming
) -> MetadataShown:
    """Say again what was said after an earlier edit."""
    if_match = incoming.headers.get("if-match")
    with _showing_current(actor, asset):
        asset = edits.revert(asset, body.revision, actor.person, clock.now(), if_match)
    return _tagged(actor, asset)


def _edited(
    actor: Actor,
    asset: AssetMetadata,
    incoming: Incoming,
    new_values: Callable[[dict[str, Any]], dict[str, Any]],
) -> MetadataShown:
    if_match = incoming.headers.get("if-match")
    with _showing_current(actor, asset):
        asset = edits.edit(asset, new_values, actor.person, clock.now(), if_match)
    return _tagged(actor, asset)


def _tagged(actor: Actor, asset: AssetMetadata) -> MetadataShown:
    headers = {"ETag": edits.etag(asset)}
    return Reply(_shown(actor, asset), headers=headers)  # type: ignore[return-value]


@contextmanager
def _showing_current(actor: Actor, asset: AssetMetadata) -> Iterator[None]:
    """Let a failed precondition show the metadata as it is now."""
    try:
        yield
    except PreconditionFailed as failure:
        fresh = catalog.visible(actor, asset.asset_id)
        failure.extra = {"current": msgspec.to_builtins(_shown(actor, fresh))}
        raise


def _shown(actor: Actor, asset: AssetMetadata) -> MetadataShown:
    face = catalog.face_for(asset, actor, clock.now())
    assert face is not None  # the loader has seen to it
    version = catalog.version(asset.tenant_id, asset.asset_id, face.number)
    return MetadataShown(
        title=asset.title,
        description=asset.description,
        alt_text=asset.alt_text,
        category=asset.category,
        tags=asset.tags,
        keywords=asset.keywords,
        rights=shown_rights(asset.rights),
        custom_fields=asset.custom_fields,
        focal_point=asset.focal_point,
        technical=face.technical,
        embedded=(version.embedded if version else None) or {},
    )
