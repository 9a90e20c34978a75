"""The content type of a file, told from its first bytes; what its uploader says breaks ties."""

import ctypes
import os
import re
import zlib
from functools import lru_cache
from typing import TYPE_CHECKING

from chalicelib.assets import media_types
from chalicelib.processing.media.types import containers, mpeg_audio, office_binary, prose

if TYPE_CHECKING:
    import magic

HEAD_BYTES = 1_048_576
"""How much of a file's beginning is worth handing to `sniff`."""

_LAYER_LIBRARY = "/opt/lib/libmagic.so.1"
_LAYER_MAGIC = "/opt/share/misc/magic.mgc"
"""libmagic in Lambda's layer, and the database that goes with this version of it alone."""

EMPTY = "application/x-empty"
PLAYLIST = "application/vnd.apple.mpegurl"
UNKNOWN = "application/octet-stream"

_PLAIN_AFTER_ALL = {
    "application/json",
    "application/x-ndjson",
    "application/javascript",
    "application/csv",
    "application/x-wine-extension-ini",
    "application/pgp-keys",
    "application/pgp-signature",
    "message/rfc822",
    "message/news",
    "application/mbox",
}
_OWN_TEXT_TYPES = {"text/html", "text/xml", "text/rtf", "text/calendar"}
_KEPT_TEXT_TYPES = {"text/csv"}
_MARKUP_START = re.compile(r"(?>\s|<!--.*?-->|<\?.*?\?>)*+(<!?[a-zA-Z][\w:-]*)(.*)", re.DOTALL)
"""Atomic, so that a row of comments cannot make it try every way to split them."""
_XML_START = re.compile(r"\s*<\?xml\s")
_HTML_STARTS = {"<html", "<head", "<body", "<script", "<iframe", "<title", "<meta", "<style"}
_SVG = re.compile(r"<(?:\w+:)?svg[\s>]")
_DOCTYPE_CHARACTERS = 65_536

_GZIP, _WITH_GZIP_HEADER = b"\x1f\x8b", 31

_NO_SOUND = (
    b"MZ",
    b"\x7fELF",
    b"\xca\xfe\xba\xbe",
    b"\xcf\xfa\xed\xfe",
    b"\xce\xfa\xed\xfe",
    b"CWS",
    b"FWS",
    b"PK\3\4",
    b"\x1f\x8b",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\xd0\xcf\x11\xe0",
)
"""Programs and archives, which frames of sound somewhere in them do not change."""

_OLDER_OFFICE = ("application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint")
_OFFICE = (*_OLDER_OFFICE, "application/vnd.openxmlformats-officedocument.")

_JPEG, _LEADING = b"\xff\xd8\xff", b"\0\t\n\r "


def sniff(head: bytes, declared: str = "") -> str:
    """Tell the canonical content type from the first bytes of a file, at most `HEAD_BYTES`.

    Containers are told by their own structure, markup by its first element. Where the bytes leave
    it open, a plausible declaration counts: text that its uploader calls text is text, whatever
    it begins with or mentions; and only then libmagic is asked. All harmless text is `text/plain`,
    whatever language it is written in; an unknown file is `application/octet-stream`.

    Args:
        head: the file's beginning.
        declared: what its uploader says that it is.
    """
    head = head[:HEAD_BYTES]
    if not head:
        return EMPTY
    said = media_types.canonical(declared)
    if head[:8] == office_binary.SIGNATURE:
        return _office_binary(head, said)
    if said == "image/svg+xml" and head[:2] == _GZIP:
        return _packed_markup(head) or _by_libmagic(head)
    if said.startswith("text/") and prose.is_plausible(head):
        plain = said if said in _KEPT_TEXT_TYPES else "text/plain"
        return _markup(head) or ("application/pdf" if containers.is_pdf(head, 1) else plain)
    return _certain(head) or _sound(head, said) or _guessed(head, said)


def _office_binary(head: bytes, said: str) -> str:
    """Tell Office's older files; where the directory is not seen, or hidden, the uploader says."""
    found = containers.sniff(head)
    if found is not None:
        return found
    hidden = office_binary.is_encrypted(head)
    if said.startswith(_OFFICE if hidden else _OLDER_OFFICE):
        return said
    return _by_libmagic(head)


def _certain(head: bytes) -> str | None:
    found = containers.sniff(head) or _markup(head)
    if found is None and containers.is_pdf(head):
        return "application/pdf"
    return found


def _sound(head: bytes, said: str) -> str | None:
    """Know what stands behind tags; an MP3 needs no more than the tags."""
    begin = mpeg_audio.after_tags(head)
    if begin >= len(head):
        return said if said in ("audio/flac", "audio/aac") else "audio/mpeg"
    behind = containers.sniff(head[begin : begin + 65_536]) if begin else None
    return behind or mpeg_audio.sniff(head) or ("audio/mpeg" if begin else None)


def _markup(head: bytes) -> str | None:
    """Know HTML, SVG, XML, RTF and playlists, which libmagic misses when something is before."""
    text = prose.decoded(head)
    if text.startswith(("#EXTM3U", "#EXTINF")):
        return PLAYLIST
    if text.startswith("{\\rtf"):
        return "application/rtf"
    start = _MARKUP_START.match(text)
    element, rest = (start[1].lower(), start[2]) if start else ("", "")
    doctype = rest[:40].lower() if element == "<!doctype" else ""
    if element in _HTML_STARTS or doctype.lstrip().startswith("html"):
        return "text/html"
    if element.endswith((":svg", "<svg")) or (doctype and _SVG.search(rest[:_DOCTYPE_CHARACTERS])):
        return "image/svg+xml"
    return "application/xml" if _XML_START.match(text) else None


def _packed_markup(head: bytes) -> str | None:
    try:
        text = zlib.decompressobj(_WITH_GZIP_HEADER).decompress(head, _DOCTYPE_CHARACTERS)
    except zlib.error:
        return None
    return "image/svg+xml" if _markup(text) == "image/svg+xml" else None


def _guessed(head: bytes, said: str) -> str:
    guess = _by_libmagic(head)
    open_to_sound = not (guess.startswith("video/") or head.startswith(_NO_SOUND))
    if media_types.kind_of(said) == "audio" and open_to_sound and mpeg_audio.is_inside_frames(head):
        return "audio/mpeg"
    if said == "image/jpeg" and head[:64].lstrip(_LEADING).startswith(_JPEG):
        return said
    return guess


def _by_libmagic(head: bytes) -> str:
    name = media_types.canonical(_libmagic().from_buffer(head))
    if name in _PLAIN_AFTER_ALL:
        return "text/plain"
    if name.startswith("text/") and name not in _OWN_TEXT_TYPES:
        return "text/plain"
    return name


@lru_cache(maxsize=1)
def _libmagic() -> "magic.Magic":
    if not os.path.exists(_LAYER_LIBRARY):
        import magic

        return magic.Magic(mime=True)
    # Loaded by its path before python-magic asks for it by name, which finds the image's own first.
    ctypes.CDLL(_LAYER_LIBRARY)
    import magic

    return magic.Magic(mime=True, magic_file=_LAYER_MAGIC)
