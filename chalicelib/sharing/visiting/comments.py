"""What visitors say about a share, where its link lets them."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from pynamodb.attributes import UnicodeAttribute

from chalicelib.analytics.openings import VISITOR
from chalicelib.core import clock, pages, sealing, texts
from chalicelib.core.errors import Forbidden
from chalicelib.core.outbox import record
from chalicelib.core.settings import settings
from chalicelib.core.tables import Item, put, transact
from chalicelib.sharing.models import ShareLink
from chalicelib.sharing.visiting import attempts

LONGEST_BODY, LONGEST_NAME = 4000, 100
_PREFIX = "COMMENT#"
_FREE = 20
"""Comments from one address that need not wait."""


class CommentsNotAllowed(Forbidden):
    """This link takes no comments."""

    code, title = "comments_not_allowed", "No comments here"


class CommentWanted(msgspec.Struct, kw_only=True):
    """What a visitor wants to say.

    Attributes:
        body: the comment, as plain text of at most 4000 characters.
        name: who says it, in their own words.
    """

    body: Annotated[str, msgspec.Meta(max_length=LONGEST_BODY)]
    name: Annotated[str, msgspec.Meta(max_length=LONGEST_NAME)] | None = None


class CommentShown(msgspec.Struct, kw_only=True):
    """A visitor's comment.

    Attributes:
        id: its own.
        body: plain text.
        name: who says it, in their own words; null for nobody.
        created_at: when.
    """

    id: str
    body: str
    name: str | None
    created_at: str


class ShareComment(Item):
    """A visitor's comment on a share (`sk` = `COMMENT#` + a UUIDv7, beside the link)."""

    class Meta:  # noqa: D106
        table_name = settings().shares_table

    body = UnicodeAttribute()
    name = UnicodeAttribute(null=True)
    created_at = UnicodeAttribute()


def require_allowed(link: ShareLink) -> None:
    """Let comments be read and written where the link says so.

    Raises:
        CommentsNotAllowed: it does not.
    """
    if not link.allow_comments:
        raise CommentsNotAllowed


def add(link: ShareLink, wanted: CommentWanted, address: str, now: datetime) -> CommentShown:
    """Keep a comment.

    Raises:
        CommentsNotAllowed: the link takes none.
        Invalid: there is nothing to read, or characters that nobody can.
        TooManyAttempts: too many came from this address.
    """
    require_allowed(link)
    body, name = texts.require_text("body", wanted.body), (wanted.name or "").strip()
    if name:
        texts.require_line("name", name)
    hashed = sealing.keyed_hash(address, "address")
    attempts.take(f"comment on {link.tenant_id}#{link.share_id}#{hashed}", _FREE, now)
    identifier = clock.new_id(now)
    comment = ShareComment(
        link.pk,
        f"{_PREFIX}{identifier}",
        body=body,
        name=name or None,
        created_at=clock.timestamp(now),
    )
    subject = ("share", link.share_id)
    told = {"comment_id": identifier, "body": body, "name": name or None}
    written = record(link.tenant_id, VISITOR, "share.commented", subject, now, new=told)
    transact(put(comment), put(written))
    return shown(comment)


def page(link: ShareLink, limit: int, position: Any) -> tuple[list[ShareComment], Any]:
    """Read one page of a share's comments, the oldest first."""
    ours = ShareComment.sk.startswith(_PREFIX)
    return pages.read(ShareComment, link.pk, ours, limit=limit, position=position)


def shown(comment: ShareComment) -> CommentShown:
    """Show a comment."""
    return CommentShown(
        id=str(comment.sk.removeprefix(_PREFIX)),
        body=comment.body,
        name=comment.name,
        created_at=comment.created_at,
    )
