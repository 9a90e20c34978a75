"""What a document turned out to hold, whatever format it is in."""

import msgspec

Row = list[str]


class Document(msgspec.Struct):
    """A document as far as it is read.

    Attributes:
        text: what it says, for the search and for its preview, up to 64 KiB.
        rows: the first rows of its first table; empty where it is no table.
        said: what it says of itself, such as `Title` and `Author`.
        counts: how many `pages`, `slides`, `sheets`, `words` or `members` it has.
        thumbnail: a picture that it carries of itself; empty without one.
        encrypted: it opens with a password alone.
        encoding: the encoding of its text, where that had to be told.
    """

    text: str = ""
    rows: list[Row] = []
    said: dict[str, str] = {}
    counts: dict[str, int] = {}
    thumbnail: bytes = b""
    encrypted: bool = False
    encoding: str = ""
