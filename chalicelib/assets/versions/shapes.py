"""Versions and branches as requests give them and answers show them."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec

from chalicelib.assets import faces
from chalicelib.core.outbox import Person

Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class VersionShown(msgspec.Struct, kw_only=True):
    """One version of an asset.

    Attributes:
        number: from 1 upwards, through all branches of the asset.
        branch: the branch that it is on.
        parent: the number of the version that it came from; null for the first, and for what is
            hidden from you.
        change_description: what its maker says is new; may be empty.
        filename: the name of its file.
        content_type: the media type, told by the bytes as soon as they are there.
        size_bytes: the size of the original.
        sha256: of the original, in hexadecimal; null until it has been read.
        status: how far it is.
        status_reason: why it failed or was rejected, as a code such as `type_mismatch`; null
            otherwise.
        published: whether viewers, shares and devices get this one.
        deduplicated: whether its bytes were there already, so that none were kept twice.
        created_by: who made it.
        created_at: when it was reserved or made.
    """

    number: int
    branch: str
    parent: int | None
    change_description: str
    filename: str
    content_type: str
    size_bytes: int
    sha256: str | None
    status: faces.Status
    status_reason: str | None
    published: bool
    deduplicated: bool
    created_by: Person
    created_at: str


class BranchShown(msgspec.Struct):
    """A branch: `head` is its newest version.

    Attributes:
        name: its name; `main` is the one that is published.
        head: the number of its newest version.
        from_version: the number of the version where it began; null for `main`.
        created_at: when it was begun.
    """

    name: str
    head: int
    from_version: int | None
    created_at: str


class NewBranch(msgspec.Struct):
    """A branch to begin at a version.

    Attributes:
        name: letters of any script, digits and a few marks; not one that is there.
        from_version: the number of the version where it begins.
    """

    name: str
    from_version: int


class Publication(msgspec.Struct):
    """When to publish; now unless said otherwise.

    Attributes:
        at: when to publish; null or left out means now. Until then it can be taken back by
            `unpublish/`.
    """

    at: Moment | None = None


class Merge(msgspec.Struct):
    """How to merge a branch that `main` has moved away from.

    Attributes:
        strategy: `theirs` takes the branch's version although `main` has moved on since it began;
            left out, that is refused.
    """

    strategy: Literal["theirs"] | None = None


class Change(msgspec.Struct):
    """One difference.

    Attributes:
        old: the value before.
        new: the value after.
    """

    old: Any
    new: Any


class FieldChange(msgspec.Struct):
    """One difference of what is said.

    Attributes:
        field: what is said, such as `title` or `custom_fields.season`.
        old: the value before; null where there was none.
        new: the value after; null where there is none.
    """

    field: str
    old: Any
    new: Any


class VisualChange(msgspec.Struct):
    """The share of pixels that changed, 0 to 1, and a picture that shows them.

    Attributes:
        difference_ratio: the share of pixels that differ, from 0 to 1.
        image_url: a picture that marks where they differ, behind a signed URL.
    """

    difference_ratio: float
    image_url: str


class Difference(msgspec.Struct):
    """What changed between two versions.

    Attributes:
        content: what differs of the file, by field, such as `size_bytes`.
        metadata: what differs of what is said of the asset.
        visual: how far the pictures differ; null where one of them has none.
    """

    content: dict[str, Change]
    metadata: list[FieldChange]
    visual: VisualChange | None
