"""What the routes of comments take and answer."""

from typing import Annotated

import msgspec

from chalicelib.assets.comments.models import Annotation, AssetComment
from chalicelib.core.api.lists import ListQuery
from chalicelib.core.outbox import Person

Body = Annotated[str, msgspec.Meta(min_length=1, max_length=10_000)]


class NewComment(msgspec.Struct, kw_only=True):
    """What to say of an asset.

    Attributes:
        body: the comment, as plain text; `@` and an address mention a member, who is told of it.
        parent_id: the comment that it answers.
        version: the version that it is about; that of `parent_id`, or the one that you see, unless
            said otherwise.
        annotation: the region or moment that it is about.
    """

    body: Body
    parent_id: str | None = None
    version: Annotated[int, msgspec.Meta(ge=1)] | None = None
    annotation: Annotation | None = None


class CommentChange(msgspec.Struct, kw_only=True):
    """What changes of a comment.

    Attributes:
        body: other words; members whom they mention for the first time are told.
        annotation: another region or moment; null removes it.
    """

    body: Body | msgspec.UnsetType = msgspec.UNSET
    annotation: Annotation | msgspec.UnsetType | None = msgspec.UNSET


class AssetCommentShown(msgspec.Struct, kw_only=True):
    """A comment.

    Attributes:
        id: its id.
        author: who wrote it.
        body: plain text; empty where `deleted`.
        parent_id: the comment that it answers; null where it begins a thread.
        version: the version that it is about, which may have been deleted since.
        annotation: the region or moment that it is about; null for none.
        resolved: whether it was resolved, and not reopened since.
        deleted: whether its author has deleted it after it was answered.
        created_at: when it was written.
        edited_at: when it was edited last; null where it never was.
    """

    id: str
    author: Person
    body: str
    parent_id: str | None
    version: int
    annotation: Annotation | None
    resolved: bool
    deleted: bool
    created_at: str
    edited_at: str | None


class CommentQuery(ListQuery, kw_only=True):
    """Which comments of an asset.

    Attributes:
        version: those on this version alone.
        resolved: those that were resolved, or those that were not.
    """

    version: Annotated[int, msgspec.Meta(ge=1)] | None = None
    resolved: bool | None = None


class ReadThrough(msgspec.Struct):
    """How far you have read.

    Attributes:
        comment_id: the newest comment that you have read; all there are unless given.
    """

    comment_id: str | None = None


class Unread(msgspec.Struct):
    """How much there is to read.

    Attributes:
        unread: how many comments of others are newer than what you have read; 1000 stand for more.
    """

    unread: int


def shown(comment: AssetComment) -> AssetCommentShown:
    """Show a comment."""
    return AssetCommentShown(
        id=comment.id,
        author=comment.author,
        body=comment.body,
        parent_id=comment.parent_id,
        version=comment.version,
        annotation=comment.annotation,
        resolved=comment.resolved,
        deleted=comment.deleted_at is not None,
        created_at=comment.created_at,
        edited_at=comment.edited_at,
    )
