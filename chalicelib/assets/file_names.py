"""Names of files: as they are kept, and as they are saved by whoever downloads them."""

import re
import unicodedata

from chalicelib.assets.media_types import extension_for

LONGEST_BYTES = 255
"""What every file system takes, in UTF-8."""

_LONGEST_EXTENSION_BYTES = 32
_UNSEEN = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Control characters, half surrogates, line and paragraph separators."""

_DIRECTIONS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""What lets a name be read in another order than it is written."""

_BYTE_ORDER_MARK = "\ufeff"

_RUN = frozenset(
    re.findall(
        r"\w+",
        """
        ahk app applescript bash bat cgi chm cmd com command cpl csh desktop dll elf exe fish gadget
        hlp hta htm html inf inx ipa isu jar job js jse jsx ksh lnk lua mht mhtml mjs msc msh msi
        msp mst osx out php phtml pif pl pm ps1 ps1xml ps2 psc1 psc2 psd1 psm1 py pyc pyo pyw pyz rb
        reg rgs run scf scpt scr sct sh shb shs shtml svg svgz tcl terminal tool u3p url vb vbe vbs
        vbscript webloc wish ws wsc wsf wsh xht xhtml xml xsl zsh
        """,
    )
)
"""Extensions of files that some system runs, or a browser runs scripts of, when they are opened."""

_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)", re.IGNORECASE)
"""Names that Windows keeps for devices, whatever their extension."""


def cleaned(name: str) -> str:
    """Return a file's name as it is kept: one segment of a path, in 255 bytes.

    It loses what nobody sees and what turns the direction of reading; its extension stays. Nothing
    may be left.
    """
    seen = "".join(
        character
        for character in name
        if unicodedata.category(character) not in _UNSEEN
        and character not in _DIRECTIONS
        and character != _BYTE_ORDER_MARK
    )
    segment = re.split(r"[/\\]", unicodedata.normalize("NFC", seen))[-1].strip()
    if not segment.strip(". "):
        return ""
    return _shortened(segment)


def download_name(name: str, content_type: str) -> str:
    """Return the name under which a download is saved: no text is saved as a program."""
    safe = cleaned(name).rstrip(". ") or "file"
    _, dot, extension = safe.rpartition(".")
    if content_type.startswith("text/") and dot and extension.lower() in _RUN:
        safe = _shortened(safe, LONGEST_BYTES - len(".txt")) + ".txt"
    return f"_{safe}" if _RESERVED.match(safe) else safe


def rendition_name(name: str, rendition: str, content_type: str) -> str:
    """Return the name under which a rendition of a file is saved: `plan-page-1.webp`."""
    stem, extension = _parted(cleaned(name).rstrip(". ") or "file")[0], extension_for(content_type)
    end = f"-{rendition}.{extension}"
    return download_name(_cut(stem, LONGEST_BYTES - len(end.encode())) + end, content_type)


def numbered(name: str, number: int) -> str:
    """Return a name with a number before its extension, in 255 bytes: `photo (2).jpg`."""
    stem, end = _parted(name)
    mark = f" ({number}){end}"
    return _cut(stem, LONGEST_BYTES - len(mark.encode())) + mark


def _shortened(name: str, most_bytes: int = LONGEST_BYTES) -> str:
    if len(name.encode()) <= most_bytes:
        return name
    stem, end = _parted(name)
    return _cut(stem, most_bytes - len(end.encode())) + end


def _parted(name: str) -> tuple[str, str]:
    """Part a name before the dot of its extension; what is too long is none."""
    stem, dot, extension = name.rpartition(".")
    if not stem or len(extension.encode()) > _LONGEST_EXTENSION_BYTES:
        return name, ""
    return stem, dot + extension


def _cut(text: str, most_bytes: int) -> str:
    if len(text.encode()) <= most_bytes:
        return text
    # Half an emoji's sequence is no character of its own.
    return text.encode()[:most_bytes].decode("utf-8", "ignore").rstrip("\u200d ")
