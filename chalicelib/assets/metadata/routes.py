"""What is said of assets over HTTP: editing, its history, going back."""

from typing import Any

import msgspec

from chalicelib.assets import catalog, contents, downloads
from chalicelib.assets.admission import RuleBlocks
from chalicelib.assets.metadata import answers, edits, revisions, schema
from chalicelib.assets.metadata.answers import Answers
from chalicelib.assets.metadata.descriptions import (
    checked_category,
    checked_title,
    merged,
    shown_rights,
    stored_rights,
    unique_words,
)
from chalicelib.assets.metadata.edits import AssetTrashed
from chalicelib.assets.metadata.shapes import (
    CustomFieldsChange,
    Described,
    MetadataQuery,
    MetadataShown,
    RevisionChosen,
    RevisionShown,
    SchemaChange,
    SchemaChanged,
    SchemaShown,
)
from chalicelib.assets.models import AssetMetadata, AssetVersion, MetadataRevision
from chalicelib.core import clock
from chalicelib.core.api import lists
from chalicelib.core.api.http import is_known
from chalicelib.core.api.identity import Actor
from chalicelib.core.api.lists import ListQuery
from chalicelib.core.api.replies import NotModified, Page, Tagged
from chalicelib.core.api.routing import Routes
from chalicelib.core.errors import Conflict, PreconditionFailed
from chalicelib.core.pages import Position
from chalicelib.tenants import accounts, scopes
from chalicelib.tenants.roles import ADMINS, CONTRIBUTORS, MEMBERS

api = Routes[Actor](
    __name__,
    scopes=scopes.ASSETS,
    loaders={"asset_id": ("asset", catalog.visible)},
    variables={"asset_id": "The asset's id."},
    tags={"metadata": "What is said of assets, with its history."},
)


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
        embedded=_embedded(version) if version else {},
    )


def _embedded(version: AssetVersion) -> dict[str, Any]:
    """Return what a file says of itself; where it was taken only while the tenant lets it be."""
    said = version.embedded or {}
    if "gps" in said and not accounts.settings_of(version.tenant_id).extract_gps:
        return {name: value for name, value in said.items() if name != "gps"}
    return said


_answers = Answers(_shown)


@api.get("/metadata/schema", may=MEMBERS)
def show_schema(actor: Actor) -> SchemaShown:
    """Show the schema of the tenant's custom fields; an empty one lets everything stand."""
    return SchemaShown(schema.fields_of(actor.tenant_id) or [])


@api.put("/metadata/schema", may=ADMINS, problems=[Conflict])
def replace_schema(actor: Actor, body: SchemaChange) -> SchemaChanged:
    """Replace the schema of custom fields; values that no longer fit stay, and are told."""
    schema.replace(actor.tenant_id, body.fields, actor.person, clock.now())
    unfit, is_complete = schema.misfits(actor.tenant_id)
    return SchemaChanged(body.fields, unfit, is_complete)


@api.get("/metadata/{asset_id}", may=MEMBERS)
def show_metadata(
    actor: Actor, asset: AssetMetadata, query: MetadataQuery, if_none_match: str | None
) -> Tagged[MetadataShown] | NotModified:
    """Show what is said of an asset, with technical and embedded metadata.

    With `text=true` comes the beginning of the text of a document, as far as it was read.
    """
    tag = answers.tag(actor, asset)
    if is_known(if_none_match, tag):
        return NotModified(tag)
    answer = _answers.tagged(actor, asset)
    if query.text:
        answer.body.text = _text(actor, asset)
    return answer


@api.put(
    "/metadata/{asset_id}",
    may=CONTRIBUTORS,
    guard=catalog.require_edit,
    problems=[AssetTrashed, RuleBlocks, PreconditionFailed],
)
def replace_metadata(
    actor: Actor, asset: AssetMetadata, body: Described, if_match: str | None
) -> Tagged[MetadataShown]:
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
    return _answers.edited(actor, asset, if_match, lambda _: values)


@api.post(
    "/metadata/{asset_id}/bulk_update",
    may=CONTRIBUTORS,
    guard=catalog.require_edit,
    problems=[AssetTrashed, RuleBlocks, PreconditionFailed],
)
def merge_custom_fields(
    actor: Actor, asset: AssetMetadata, body: CustomFieldsChange, if_match: str | None
) -> Tagged[MetadataShown]:
    """Set some custom fields; null removes one."""

    def with_changes(before: dict[str, Any]) -> dict[str, Any]:
        return {"custom_fields": merged(before["custom_fields"], body.custom_fields)}

    return _answers.edited(actor, asset, if_match, with_changes)


@api.get("/metadata/{asset_id}/history", may=MEMBERS)
def list_revisions(actor: Actor, asset: AssetMetadata, query: ListQuery) -> Page[RevisionShown]:
    """List the edits that you see, newest first: all, or those since the first publication.

    What a moderator rejects is not seen in it any more: it begins anew with what comes after.
    """
    whole = catalog.sees_everything(asset, actor)

    def read(limit: int, position: Position) -> tuple[list[MetadataRevision], Position]:
        if whole or asset.public_since is not None:
            after = 0 if whole else asset.public_since or 0
            return revisions.history(asset, limit, position, after=after)
        return [], None

    def show(edit: MetadataRevision) -> RevisionShown:
        number = edit.revision if whole else edits.public_revision(asset, edit.revision)
        return RevisionShown(number, edit.at, edit.actor, edit.changes)

    name = f"revisions of {asset.asset_id} for {actor.id}"
    return lists.page(name, actor.tenant_id, query, read, show)


@api.post(
    "/metadata/{asset_id}/revert",
    may=CONTRIBUTORS,
    guard=catalog.require_edit,
    problems=[AssetTrashed, RuleBlocks, PreconditionFailed],
)
def revert_metadata(
    actor: Actor, asset: AssetMetadata, body: RevisionChosen, if_match: str | None
) -> Tagged[MetadataShown]:
    """Restore what was said after an earlier edit."""
    with _answers.showing_current(actor, asset):
        asset = edits.revert(asset, body.revision, actor.person, clock.now(), if_match)
    return _answers.tagged(actor, asset)


def _text(actor: Actor, asset: AssetMetadata) -> str:
    face = catalog.face_for(asset, actor, clock.now())
    if face is None or face.sha256 is None or not downloads.is_open(face):
        return ""
    content = contents.get(asset.tenant_id, face.sha256)
    return "" if content is None else str(content.text)
