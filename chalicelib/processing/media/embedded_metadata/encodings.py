"""What bytes say as text: of files in any encoding, and of the short texts in pictures."""

import codecs

_UNDEFINED_CODE = bytes(8)
_LATIN_END = 0x250
_ESCAPE, _TO_JIS, _PLAIN_PAIRS = b"\x1b", b"\x1b$B", range(0x21, 0x7F)


def note(data: bytes, encoding: str = "cp1252") -> str:
    """Read a short text up to its first NUL: as UTF-8 where it is that, else as told."""
    text = data.split(b"\0", 1)[0]
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        return text.decode(encoding, "replace")


def utf16(data: bytes, order: str) -> str:
    """Read UTF-16 up to its first NUL; `order` is struct's sign, a mark goes before it."""
    name = "utf-16-le" if order == "<" else "utf-16-be"
    for mark, marked in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if data.startswith(mark):
            data, name = data[2:], marked
    return data.decode(name, "replace").split("\0", 1)[0]


def user_comment(data: bytes, order: str, third_edition: bool) -> str:
    """Read EXIF's UserComment: eight bytes name the code, the text follows (EXIF 3.0, 4.6.5).

    In a file of the third edition text is UTF-8, if it can be that.
    """
    code, text = data[:8], data[8:]
    if code.startswith(b"UNICODE"):
        return _unicode(text, order, third_edition)
    if code.startswith(b"JIS"):
        return _japanese(text)
    if code.startswith(b"ASCII") or code == _UNDEFINED_CODE:
        return note(text)
    return note(data) if third_edition or data.isascii() else ""


def _unicode(text: bytes, order: str, third_edition: bool) -> str:
    plain = text.rstrip(b"\0")
    if third_edition and b"\0" not in plain:
        try:
            read = plain.decode("utf-8")
        except UnicodeDecodeError:
            read = "\0"
        if all(character.isprintable() or character in "\r\n\t" for character in read):
            return read
    as_told = utf16(text, order)
    swapped = utf16(text, ">" if order == "<" else "<")
    # Some programs write their own order: Latin text in the wrong one has no Latin letter left.
    wrong = not any(ord(letter) < _LATIN_END for letter in as_told)
    return swapped if wrong and all(ord(letter) < _LATIN_END for letter in swapped) else as_told


def _japanese(text: bytes) -> str:
    """Read JIS X 0208, as EXIF wants it in plain pairs of bytes, or as programs write it."""
    plain = text.rstrip(b"\0")
    if _ESCAPE not in plain and plain and all(code in _PLAIN_PAIRS for code in plain):
        plain = _TO_JIS + plain
    for encoding in ("iso2022_jp", "shift_jis", "euc_jp"):
        try:
            return plain.decode(encoding)
        except UnicodeDecodeError:
            continue
    return plain.decode("iso2022_jp", "replace")
