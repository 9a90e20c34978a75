"""What a text file says, in whatever encoding it is written."""

import codecs
from pathlib import Path

import chardet

from chalicelib.processing.media.types import prose

MAX_TEXT_BYTES = 65_536
UNKNOWN = "unknown"

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LABELS = {
    "cp1252": "windows-1252",
    "cp1250": "windows-1250",
    "cp1251": "windows-1251",
    "cp1253": "windows-1253",
    "cp1254": "windows-1254",
    "cp1255": "windows-1255",
    "cp1256": "windows-1256",
    "cp1257": "windows-1257",
    "cp1258": "windows-1258",
    "cp874": "windows-874",
    **{f"iso8859-{part}": f"iso-8859-{part}" for part in (2, 3, 4, 5, 6, 7, 8, 9)},
    **{f"iso8859-{part}": f"iso-8859-{part}" for part in (10, 13, 14, 15, 16)},
    **{wide: wide for wide in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")},
    "koi8-r": "koi8-r",
    "koi8-u": "koi8-u",
    "cp866": "ibm866",
    "mac-roman": "macintosh",
    "mac-cyrillic": "x-mac-cyrillic",
    "cp932": "shift_jis",
    "shift_jis_2004": "shift_jis",
    "euc_jis_2004": "euc-jp",
    "iso2022_jp_2": "iso-2022-jp",
    "iso2022_kr": "iso-2022-kr",
    "gb18030": "gb18030",
    "hz": "hz-gb-2312",
    "big5hkscs": "big5",
    "cp949": "euc-kr",
    "euc_kr": "euc-kr",
}
"""The encodings that people's files are in, by Python's names, with the web's (WHATWG)."""

_USUAL = "cp1252"


def read(path: str, limit: int = MAX_TEXT_BYTES) -> tuple[str, str]:
    """Read the beginning of a text file; give the text and the encoding it was read in."""
    with Path(path).open("rb") as file:
        head = file.read(limit)
    text, encoding = decoded(head)
    return clipped(text), encoding


def decoded(head: bytes) -> tuple[str, str]:
    """Return the text that bytes are, and its encoding by the web's name.

    A mark decides, then zeros in every second or fourth byte, then that UTF-8 fits, then the
    frequency of letters. Where nothing fits, what is not ASCII is lost and the encoding unknown.
    """
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return head[len(mark) :].decode(encoding, "replace"), encoding
    wide = prose.wide_encoding(head) if b"\0" in head else None
    if wide is not None:
        return _cut(head, wide), wide
    if not _may_be_more_than_ascii(head):
        text = _utf8(head)
        if text is not None:
            return text, "utf-8"
    return _guessed(head)


def clipped(text: str) -> str:
    """Cut text to `MAX_TEXT_BYTES` in UTF-8, and drop the characters that no database takes."""
    clean = text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
    encoded = clean.encode("utf-8", "replace")[:MAX_TEXT_BYTES]
    return encoded.decode("utf-8", "ignore")


def _guessed(head: bytes) -> tuple[str, str]:
    found = chardet.detect(
        head,
        include_encodings=["ascii", "utf-8", *_LABELS],
        no_match_encoding="ascii",
        compat_names=False,
    )
    name = found["encoding"]
    if name not in _LABELS:
        text = _utf8(head)
        return (head.decode("ascii", "replace"), UNKNOWN) if text is None else (text, "utf-8")
    text = _cut(head, name)
    # Latin letters stand in the same places in many encodings: then it is the one mostly used.
    if _cut(head, _USUAL) == text:
        name = _USUAL
    return text, _LABELS[name]


def _may_be_more_than_ascii(head: bytes) -> bool:
    """Return whether plain letters may stand for others: by escapes (ISO 2022, HZ), or in pairs."""
    return b"\x1b$" in head or b"~{" in head or 4 * head.count(0) >= len(head) > 0


def _utf8(head: bytes) -> str | None:
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return None


def _cut(head: bytes, name: str) -> str:
    """Decode bytes, of which the last character may be cut off."""
    return codecs.getincrementaldecoder(name)("replace").decode(head)
