"""What a list of assets is asked for, and whether an asset is what was asked for."""

from datetime import UTC, datetime
from typing import Annotated, Literal, NamedTuple

import msgspec

from chalicelib.assets import lifecycle, media_types
from chalicelib.assets.faces import Face, Status
from chalicelib.assets.metadata import categories
from chalicelib.assets.metadata.descriptions import checked_category
from chalicelib.assets.models import AssetMetadata
from chalicelib.assets.shapes import MediaKind
from chalicelib.core import clock
from chalicelib.core.api.lists import ListQuery
from chalicelib.core.errors import invalid
from chalicelib.search import terms
from chalicelib.search.words import asked_words, same_word

_BEHIND = f"{terms.BEFORE_ID}~"
"""Behind a sort key's value this sorts after every asset with that value."""

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
Sort = Literal["created_at", "updated_at", "title", "size_bytes", "relevance"]

_MOST_WORDS, _MOST_TAGS = 250, 50


class AssetQuery(ListQuery, kw_only=True):
    """Which assets, and how they are listed; all filters combine.

    Attributes:
        q: words that all stand in title, description, file name, tags, keywords, custom fields or
            text, whatever their case and accents; the last one may be a beginning.
        kind: the kind of media.
        content_type: the media type, such as `image/jpeg`.
        status: the status of the version that you see.
        category: a path, with everything below it.
        tag: all of these, whatever their case.
        uploaded_by: the uploader, by id or address.
        created_after: made later than this.
        created_before: made earlier than this.
        min_size_bytes: at least so large.
        max_size_bytes: at most so large.
        custom: a custom field has this value, or a list with it; as `custom.colour=red`.
        sha256: of the content, in hexadecimal.
        similar_to: the id of an asset: what looks like it, of images, posters of videos and first
            pages of PDFs; the asset itself is left out.
        trashed: list what is in the trash instead.
        sort: what the order goes by; `relevance`, which is the default with `q` and needs it, puts
            what has the words in its title first, and ignores `order`.
        order: `desc` begins with the newest, largest or last.
        facets: count the whole result by kind, status, tag and category.
    """

    q: Annotated[str, msgspec.Meta(max_length=4000)] | None = None
    kind: MediaKind | None = None
    content_type: str | None = None
    status: Status | None = None
    category: str | None = None
    tag: list[str] = []
    uploaded_by: str | None = None
    created_after: Moment | None = None
    created_before: Moment | None = None
    min_size_bytes: Annotated[int, msgspec.Meta(ge=0)] | None = None
    max_size_bytes: Annotated[int, msgspec.Meta(ge=0)] | None = None
    custom: dict[str, str] = {}
    sha256: str | None = None
    similar_to: str | None = None
    trashed: bool = False
    sort: Sort | None = None
    order: Literal["asc", "desc"] = "desc"
    facets: bool = False


class Span(NamedTuple):
    """Sort keys between two bounds, neither of which belongs to it; None leaves a side open."""

    after: str | None = None
    before: str | None = None

    def __bool__(self) -> bool:
        return self.after is not None or self.before is not None


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A query as the index takes it.

    Args:
        words: all of them, the last of which may be a beginning.
        terms: what an asset must have.
        status: the status that is shown, of which time and trash decide, too.
        created: when it was made, as sort keys.
        size: how large it is, as sort keys.
        trashed: look into the trash instead.
        look: what an asset has to look like; "" where there is no such look.
    """

    words: list[str]
    terms: list[str]
    status: Status | None
    created: Span
    size: Span
    trashed: bool
    look: str | None = None

    @property
    def is_plain(self) -> bool:
        """Whether nothing is asked for but the trash or what is not in it."""
        spans = self.created or self.size
        return not (self.words or self.terms or self.status or spans or self.look is not None)


def asked(query: AssetQuery, look: str | None = None) -> Asked:
    """Read a query, with the look of the asset that it names.

    Raises:
        Invalid: a category that cannot be, or too many words.
    """
    if len(query.tag) > _MOST_TAGS:
        raise invalid("tag", f"At most {_MOST_TAGS} tags")
    found = [terms.term(terms.TAG, same_word(tag)) for tag in query.tag]
    if query.category is not None:
        found.append(terms.term(terms.CATEGORY, checked_category(query.category)))
    if query.kind is not None:
        found.append(terms.term(terms.KIND, query.kind))
    if query.content_type is not None:
        found.append(terms.term(terms.TYPE, media_types.canonical(query.content_type)))
    if query.uploaded_by is not None:
        found.append(terms.term(terms.UPLOADER, query.uploaded_by.lower()))
    if query.sha256 is not None:
        found.append(terms.term(terms.SHA256, query.sha256.lower()))
    found += [terms.custom_term(field, value) for field, value in query.custom.items()]
    words = asked_words(query.q or "")
    if len(words) > _MOST_WORDS:
        raise invalid("q", f"At most {_MOST_WORDS} different words")
    smallest, largest = query.min_size_bytes, query.max_size_bytes
    return Asked(
        words=words,
        terms=list(dict.fromkeys(found)),
        status=query.status,
        created=Span(_after(query.created_after), _before(query.created_before)),
        size=Span(
            None if smallest is None else terms.size_key(smallest),
            None if largest is None else terms.size_key(largest) + _BEHIND,
        ),
        trashed=query.trashed,
        look=look,
    )


class Fits:
    """Says whether an asset as it is now, with a face of it, fits all of a query but its words."""

    def __init__(self, query: AssetQuery, now: datetime) -> None:
        self._query = query
        self._now = now
        self._tags = {same_word(tag) for tag in query.tag}
        self._category = checked_category(query.category) if query.category is not None else None
        self._type = media_types.canonical(query.content_type) if query.content_type else None
        self._uploader = query.uploaded_by.lower() if query.uploaded_by else None
        self._custom = {terms.custom_term(field, text) for field, text in query.custom.items()}

    def __call__(self, asset: AssetMetadata, face: Face) -> bool:
        """Return whether it fits."""
        return (
            self._as_content(asset, face) and self._as_described(asset) and self._made_then(asset)
        )

    def _as_content(self, asset: AssetMetadata, face: Face) -> bool:
        query = self._query
        return (
            query.kind in (None, face.kind)
            and self._type in (None, face.content_type)
            and query.status in (None, lifecycle.shown_status(asset, face, self._now))
            and (query.sha256 is None or query.sha256.lower() == face.sha256)
            and (query.min_size_bytes is None or face.size_bytes >= query.min_size_bytes)
            and (query.max_size_bytes is None or face.size_bytes <= query.max_size_bytes)
        )

    def _as_described(self, asset: AssetMetadata) -> bool:
        return (
            self._tags <= {same_word(tag) for tag in asset.tags}
            and (self._category is None or _below(asset.category, self._category))
            and self._custom <= terms.custom_terms(asset)
        )

    def _made_then(self, asset: AssetMetadata) -> bool:
        query, uploader = self._query, asset.uploaded_by
        created = datetime.fromisoformat(asset.created_at)
        return (
            query.trashed == (asset.trashed_at is not None)
            and asset.asset_id != query.similar_to
            and self._uploader in (None, uploader.id.lower(), uploader.email.lower())
            and (query.created_after is None or created > query.created_after)
            and (query.created_before is None or created < query.created_before)
        )


def _below(path: str | None, ancestor: str) -> bool:
    return categories.lies_in(path, ancestor)


def _after(moment: datetime | None) -> str | None:
    return None if moment is None else _timestamp(moment) + _BEHIND


def _before(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    return _timestamp(moment) + (_BEHIND if moment.microsecond % 1000 else "")


def _timestamp(moment: datetime) -> str:
    try:
        return clock.timestamp(moment)
    except OverflowError:  # beyond the years that can be written in UTC
        return clock.timestamp(moment.replace(tzinfo=UTC))
