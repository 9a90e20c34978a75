"""Compound files of Word, Excel or PowerPoint, told by the streams that they have ([MS-CFB])."""

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_STREAMS = {
    "WordDocument": "application/msword",
    "Workbook": "application/vnd.ms-excel",
    "Book": "application/vnd.ms-excel",
    "PowerPoint Document": "application/vnd.ms-powerpoint",
}
ENCRYPTED = "EncryptedPackage"
"""The stream that holds a whole newer Office file behind a password ([MS-OFFCRYPTO], 2.3.4)."""

_MARKS = {name.encode("utf-16-le") + b"\0\0": kind for name, kind in _STREAMS.items()}
_ENTRY_BYTES = 128


def content_type(head: bytes) -> str | None:
    """Tell a type by the first stream with a name that Office gives; None where none is seen.

    The directory may lie behind the bytes at hand.
    """
    found = sorted((at, kind) for mark, kind in _MARKS.items() if (at := _entry(head, mark)) >= 0)
    return found[0][1] if found else None


def is_encrypted(head: bytes) -> bool:
    """Return whether the streams of an encrypted Office file are seen."""
    return _entry(head, ENCRYPTED.encode("utf-16-le") + b"\0\0") >= 0


def _entry(head: bytes, mark: bytes) -> int:
    """Find a name where an entry of the directory begins."""
    at = head.find(mark)
    while at >= 0 and at % _ENTRY_BYTES:
        at = head.find(mark, at + 1)
    return at
