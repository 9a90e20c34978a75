"""RTF: what it says, and what it says of itself."""

import re
from pathlib import Path

from striprtf import striprtf

from chalicelib.processing.media.documents import text_files
from chalicelib.processing.media.documents.document import Document
from chalicelib.processing.problems import Unreadable

MOST_BYTES = 4 * 1024**2
"""How much of a file is read; pictures in it are written in hexadecimal, and come late."""

_INFO_BYTES = 65_536
_SAID = {
    "title": "Title",
    "author": "Author",
    "subject": "Subject",
    "keywords": "Keywords",
    "doccomm": "Comment",
    "operator": "LastModifiedBy",
    "manager": "Manager",
    "company": "Company",
    "category": "Category",
}
_ENTRY = re.compile(r"\{\\(" + "|".join(_SAID) + r")\s([^{}]{1,2000})\}")
_DATE = re.compile(r"\{\\(creatim|revtim|printim)\\yr(\d{1,4})\\mo(\d{1,2})\\dy(\d{1,2})")
_DATES = {"creatim": "CreateDate", "revtim": "ModifyDate", "printim": "LastPrinted"}
_COUNT = re.compile(r"\{\\(nofpages|nofwords|nofchars)(\d{1,9})\}")
_COUNTS = {"nofpages": "pages", "nofwords": "words", "nofchars": "characters"}
_PICTURE = re.compile(r"(?:[0-9a-fA-F]{64}\s*){4,}")
"""Long rows of hexadecimal are pictures; without them the text is read in a moment."""


def read(path: str) -> Document:
    """Read a file as far as it goes.

    Raises:
        Unreadable: it is no RTF, or nothing in it can be read.
    """
    with Path(path).open("rb") as file:
        data = file.read(MOST_BYTES)
    source = _PICTURE.sub("", data.decode("latin-1"))
    if "{\\rtf" not in source[:256]:
        raise Unreadable("The file is no rich text.")
    try:
        text = _text(source)
    except (
        ValueError,
        LookupError,
        IndexError,
        TypeError,
        AttributeError,
        OverflowError,
    ) as broken:
        raise Unreadable("The rich text is damaged.") from broken
    info = source[:_INFO_BYTES]
    said = {_SAID[name]: _plain(value) for name, value in _ENTRY.findall(info)}
    said |= {
        _DATES[name]: f"{int(year):04}-{int(month):02}-{int(day):02}"
        for name, year, month, day in _DATE.findall(info)
    }
    return Document(
        text=text_files.clipped(text.strip()),
        said={name: value for name, value in said.items() if value},
        counts={_COUNTS[name]: int(number) for name, number in _COUNT.findall(info)},
    )


def _text(source: str) -> str:
    text: str = striprtf.rtf_to_text(source, encoding="cp1252", errors="ignore")  # type: ignore[no-untyped-call]
    return text


def _plain(value: str) -> str:
    try:
        text = _text("{\\rtf1\\ansi " + value + "}")
    except (ValueError, LookupError, IndexError, TypeError, AttributeError, OverflowError):
        return ""
    return " ".join(text.split())
