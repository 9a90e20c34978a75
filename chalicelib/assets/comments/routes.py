"""Comments on assets over HTTP."""

from functools import partial

from chalicelib.assets import catalog
from chalicelib.assets.comments import shapes, threads, unread
from chalicelib.assets.comments.models import AssetComment
from chalicelib.assets.comments.shapes import (
    AssetCommentShown,
    CommentChange,
    CommentQuery,
    NewComment,
    ReadThrough,
    Unread,
)
from chalicelib.assets.metadata.edits import AssetTrashed
from chalicelib.assets.models import AssetMetadata
from chalicelib.core import clock
from chalicelib.core.api import lists
from chalicelib.core.api.identity import Actor
from chalicelib.core.api.replies import Page
from chalicelib.core.api.routing import Routes
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.tenants import scopes
from chalicelib.tenants.roles import MEMBERS

api = Routes[Actor](
    __name__,
    scopes=scopes.ASSETS,
    loaders={"asset_id": ("asset", catalog.visible)},
    inner_loaders={"comment_id": ("comment", threads.visible)},
    variables={"asset_id": "The asset's id.", "comment_id": "The comment's id."},
)


@api.get("/assets/{asset_id}/comments", may=MEMBERS)
def list_asset_comments(
    actor: Actor, asset: AssetMetadata, query: CommentQuery
) -> Page[AssetCommentShown]:
    """List the comments on an asset that you see, the oldest first; `parent_id` makes threads."""
    read = partial(threads.page, actor, asset, query)
    name = f"comments of {asset.asset_id} for {actor.id}"
    return lists.page(name, actor.tenant_id, query, read, shapes.shown)


@api.post("/assets/{asset_id}/comments", may=MEMBERS, status=201, problems=[NotFound, AssetTrashed])
def comment_on_asset(actor: Actor, asset: AssetMetadata, body: NewComment) -> AssetCommentShown:
    """Comment on an asset, or answer a comment on it; members whom it mentions are told."""
    return shapes.shown(threads.add(actor, asset, body, clock.now()))


@api.get("/assets/{asset_id}/comments/unread", may=MEMBERS)
def count_unread_comments(actor: Actor, asset: AssetMetadata) -> Unread:
    """Count the comments of others that you have not read yet."""
    return Unread(unread.count(actor, asset))


@api.post("/assets/{asset_id}/comments/read", may=MEMBERS, problems=[NotFound])
def mark_comments_read(actor: Actor, asset: AssetMetadata, body: ReadThrough) -> Unread:
    """Note that you have read the comments on an asset, all or up to one."""
    unread.mark_read(actor, asset, body.comment_id)
    return Unread(unread.count(actor, asset))


@api.patch(
    "/assets/{asset_id}/comments/{comment_id}",
    may=MEMBERS,
    guard=threads.require_author,
    problems=[Conflict],
)
def change_comment(
    actor: Actor, asset: AssetMetadata, comment: AssetComment, body: CommentChange
) -> AssetCommentShown:
    """Edit a comment of yours."""
    return shapes.shown(threads.edit(asset, comment, body, actor.person, clock.now()))


@api.delete(
    "/assets/{asset_id}/comments/{comment_id}",
    may=MEMBERS,
    guard=threads.require_author,
    problems=[Conflict],
)
def delete_comment(actor: Actor, asset: AssetMetadata, comment: AssetComment) -> None:
    """Delete a comment of yours; where it was answered, its place in the thread stays."""
    threads.delete(asset, comment, actor.person, clock.now())


@api.post(
    "/assets/{asset_id}/comments/{comment_id}/resolve",
    may=MEMBERS,
    guard=threads.require_author_or_editor,
    problems=[Conflict],
)
def resolve_comment(actor: Actor, asset: AssetMetadata, comment: AssetComment) -> AssetCommentShown:
    """Resolve a comment. Idempotent."""
    done = threads.resolve(asset, comment, actor.person, clock.now(), resolved=True)
    return shapes.shown(done)


@api.post(
    "/assets/{asset_id}/comments/{comment_id}/reopen",
    may=MEMBERS,
    guard=threads.require_author_or_editor,
    problems=[Conflict],
)
def reopen_comment(actor: Actor, asset: AssetMetadata, comment: AssetComment) -> AssetCommentShown:
    """Open a resolved comment again. Idempotent."""
    done = threads.resolve(asset, comment, actor.person, clock.now(), resolved=False)
    return shapes.shown(done)
