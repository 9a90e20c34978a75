"""Whether bytes can be text, in whatever encoding."""

import codecs
import unicodedata

_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
_WIDE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
_LOOKED_AT_BYTES = 65_536
_MOST_CONTROLS = 0.005
"""The share of stray control characters that a text may have."""

_TEXT_CONTROLS = frozenset(b"\a\b\t\n\v\f\r\x1a\x1b")
_CONTROLS = bytes(code for code in [*range(32), 127] if code not in _TEXT_CONTROLS)
_LEAST_ORDINARY = 0.9
"""The share of letters, digits, spaces and punctuation without which a guess is none."""


def decoded(head: bytes) -> str:
    """Return the text that bytes are by their mark or their zeros, else one character a byte."""
    for mark, encoding in _MARKS.items():
        if head.startswith(mark):
            return head[len(mark) :].decode(encoding, "replace").lstrip("\ufeff")
    wide = wide_encoding(head) if b"\0" in head[:64] else None
    return head.decode(wide, "replace") if wide else head.decode("latin-1")


def is_plausible(head: bytes) -> bool:
    """Return whether bytes can be text: with a mark, in UTF-16 or UTF-32, or a byte encoding."""
    head = head[:_LOOKED_AT_BYTES]
    for mark, encoding in _MARKS.items():
        if head.startswith(mark):
            return _is_ordinary(head[len(mark) :].decode(encoding, "replace"))
    if wide_encoding(head) is not None:
        return True
    if b"\0" in head.rstrip(b"\0\x1a"):
        return False
    controls = len(head) - len(head.translate(None, _CONTROLS))
    return controls <= _MOST_CONTROLS * len(head)


def wide_encoding(head: bytes) -> str | None:
    """Return the encoding of two or four bytes a character that bytes without a mark have.

    Everywhere there are line ends, spaces or digits, whose upper bytes are zero; bytes of any other
    kind of file, decoded so, are full of characters that nobody writes beside each other.
    """
    for encoding in _WIDE:
        width = int(encoding[4:6]) // 8
        whole = head[:4096]
        text = whole[: len(whole) // width * width].decode(encoding, "replace")
        if any(mark in text for mark in "\n\r \t") and _is_ordinary(text):
            return encoding
    return None


def _is_ordinary(text: str) -> bool:
    """Return whether nearly all characters are such as people write."""
    if not text or "\0" in text.rstrip("\0"):
        return False
    ordinary = sum(
        unicodedata.category(character)[0] in "LMNPSZ" or character in "\t\n\r\f"
        for character in text
    )
    odd = sum(unicodedata.category(character) in {"Cn", "Co", "Cs"} for character in text)
    odd += text.count("\ufffd")
    return ordinary >= _LEAST_ORDINARY * len(text) and odd <= _MOST_CONTROLS * len(text) + 1
