"""Comments on an asset, as the assets table holds them beside it."""

from typing import Annotated

import msgspec
from pynamodb.attributes import BooleanAttribute, UnicodeAttribute

from chalicelib.core.attributes import IntegerAttribute, StructAttribute
from chalicelib.core.outbox import Person
from chalicelib.core.settings import settings
from chalicelib.core.tables import Item

Fraction = Annotated[float, msgspec.Meta(ge=0, le=1)]


class Annotation(msgspec.Struct, kw_only=True):
    """The region of a picture, or the moment of a film or a sound, that a comment is about.

    Attributes:
        x: the region's left edge, as a fraction of the width.
        y: its upper edge, as a fraction of the height.
        width: its width, as a fraction; it ends within the picture.
        height: its height, as a fraction; it ends within the picture.
        at_seconds: the moment, in seconds from the beginning; null for none.
    """

    x: Fraction
    y: Fraction
    width: Fraction
    height: Fraction
    at_seconds: Annotated[float, msgspec.Meta(ge=0, le=10_000_000)] | None = None


class AssetComment(Item):
    """A comment (`pk` = tenant + `#` + asset, `sk` = `COMMENT#` + a UUIDv7).

    `is_public` says that it was made on what was published then, or in answer to such a comment:
    those who see published versions alone see no others. `replies` counts the comments that answer
    it. One that was deleted after it was answered stays with `deleted_at` and without its words.
    """

    class Meta:  # noqa: D106
        table_name = settings().assets_table

    author = StructAttribute(Person)
    body = UnicodeAttribute()
    parent_id = UnicodeAttribute(null=True)
    version = IntegerAttribute()
    is_public = BooleanAttribute(default=False)
    annotation = StructAttribute(Annotation, null=True)
    resolved = BooleanAttribute(default=False)
    replies = IntegerAttribute(default=0)
    revision = IntegerAttribute(default=1)
    created_at = UnicodeAttribute()
    edited_at = UnicodeAttribute(null=True)
    deleted_at = UnicodeAttribute(null=True)

    @property
    def id(self) -> str:
        """The comment's id, which carries the time of its creation."""
        return str(self.sk.removeprefix(PREFIX))


class CommentsRead(Item):
    """How far a member has read the comments of an asset (`sk` = `COMMENTS_READ#` + the member).

    `through` is the id of the newest comment that they have read.
    """

    class Meta:  # noqa: D106
        table_name = settings().assets_table

    through = UnicodeAttribute()


PREFIX = "COMMENT#"
"""What the sort keys of comments begin with."""


def comment_key(comment_id: str) -> str:
    """Return the sort key of a comment."""
    return f"{PREFIX}{comment_id}"


def read_key(member_id: str) -> str:
    """Return the sort key of how far a member has read."""
    return f"COMMENTS_READ#{member_id}"
