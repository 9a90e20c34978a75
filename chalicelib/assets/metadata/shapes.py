"""What the routes of metadata take and answer."""

from typing import Annotated, Any

import msgspec

from chalicelib.assets.metadata.descriptions import (
    CategoryPath,
    CustomFields,
    FocalPoint,
    Rights,
    Scalar,
    Text,
    Title,
    Word,
    Words,
)
from chalicelib.assets.metadata.schema import Field, Fields, Misfit
from chalicelib.core.outbox import Person


class MetadataQuery(msgspec.Struct):
    """What to show beside.

    Attributes:
        text: the beginning of a document's text, as far as it was read.
    """

    text: bool = False


class MetadataShown(msgspec.Struct, kw_only=True):
    """Everything said of an asset, with what Reef found out.

    `text` is the beginning of what can be read in it, and left out unless it was asked for.

    Attributes:
        title: what people call it.
        description: a longer text, or an empty one.
        alt_text: what is read aloud in place of the picture, or an empty text.
        category: a path such as `campaigns/winter`; null where it has none.
        tags: words to find it by, in the spelling that came first.
        keywords: more words to find it by, for searching alone.
        rights: who owns it and when it may be shown; what was not said is null.
        custom_fields: values by the names of the tenant's own fields.
        focal_point: the point that crops keep, as `x` and `y` from 0 to 1; null where nobody chose
            one.
        technical: what Reef measured, such as `width` and `height` in pixels, `duration_seconds`,
            `pages`; only what the kind of file has.
        embedded: what the file says of itself, by `exif`, `iptc` and `xmp`; places are left out
            unless the tenant keeps them.
        text: the beginning of the text that can be read in it; left out unless it was asked for.
    """

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
    text: str | msgspec.UnsetType = msgspec.UNSET


class Described(msgspec.Struct, kw_only=True):
    """All that people say of an asset; what is left out becomes empty.

    Attributes:
        title: what people call it.
        description: a longer text.
        alt_text: what is read aloud in place of the picture.
        category: a path such as `campaigns/winter`; null for none. Of a published asset it may have
            to be approved first.
        tags: words to find it by; they are one where they differ by case alone.
        keywords: more words to find it by.
        rights: who owns it and when it may be shown; null for none said.
        custom_fields: values by the names of the tenant's own fields.
        focal_point: the point that crops keep; null for none.
    """

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
    """Custom fields to set; null removes one.

    Attributes:
        custom_fields: values by name; null removes a field, and those that are not named stay.
    """

    custom_fields: Annotated[dict[Word, Scalar | None], msgspec.Meta(max_length=200)]


class RevisionShown(msgspec.Struct):
    """One edit.

    Attributes:
        revision: its number, from 1 upwards; it is also the asset's `ETag`.
        at: when it was made.
        actor: who made it.
        changes: what it changed, as `field` with its `old` and `new` value.
    """

    revision: int
    at: str
    actor: Person
    changes: list[dict[str, Any]]


class RevisionChosen(msgspec.Struct):
    """The revision to go back to.

    Attributes:
        revision: everything becomes as it was after this one, which is a new revision.
    """

    revision: Annotated[int, msgspec.Meta(ge=1)]


class SchemaShown(msgspec.Struct):
    """The custom fields of a tenant.

    Attributes:
        fields: all that there are; with none, every name and value may stand.
    """

    fields: list[Field]


class SchemaChange(msgspec.Struct):
    """A schema in place of the one there is.

    Attributes:
        fields: all fields; none lets every name and value stand.
    """

    fields: Fields


class SchemaChanged(msgspec.Struct):
    """A schema, and what it does not fit.

    Attributes:
        fields: all that there are.
        unfit: assets whose values do not fit, a hundred at most; nothing of theirs is lost.
        complete: whether these are all; in large libraries not every asset is looked at.
    """

    fields: list[Field]
    unfit: list[Misfit]
    complete: bool
