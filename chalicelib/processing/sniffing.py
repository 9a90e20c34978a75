"""The content type of a file, told from its first bytes alone."""

import os
import re
from functools import lru_cache

import magic

from chalicelib.assets import media_types

HEAD_BYTES = 1_048_576
"""How much of a file's beginning is worth handing to `sniff`."""

_LAYER_MAGIC = "/opt/share/misc/magic.mgc"
"""libmagic's database in Lambda's layer, where the library itself does not look."""

EMPTY = "application/x-empty"
PLAYLIST = "application/vnd.apple.mpegurl"

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
_BYTE_ORDER_MARKS = {
    b"\xef\xbb\xbf": "utf-8",
    b"\xff\xfe\0\0": "utf-32-le",
    b"\0\0\xfe\xff": "utf-32-be",
    b"\xff\xfe": "utf-16-le",
    b"\xfe\xff": "utf-16-be",
}
_MARKUP_START = re.compile(r"(?>\s|<!--.*?-->|<\?xml.*?\?>)*+(<!?[a-zA-Z][\w:-]*)(.*)", re.DOTALL)
"""Atomic, so that a row of comments cannot make it try every way to split them."""
_HTML_STARTS = {"<html", "<head", "<body", "<script", "<iframe", "<title", "<meta", "<style"}
_SVG = re.compile(r"<(?:\w+:)?svg[\s>]")

_QUICKTIME_BRANDS = {b"qt  "}
_HEIF_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}
_AVIF_BRANDS = {b"avif", b"avis"}
_AUDIO_BRANDS = {b"M4A ", b"M4B ", b"M4P ", b"F4A "}
_QUICKTIME_BOXES = {b"moov", b"mdat", b"wide", b"pnot", b"free", b"skip"}

_MPEG_BIT_RATES = {
    (1, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (1, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (1, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (2, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""kbit/s by MPEG generation (2 stands for 2 and 2.5) and layer, ISO 11172-3 and 13818-3."""
_MPEG_SAMPLE_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


def sniff(head: bytes) -> str:
    """Tell the canonical content type from the first bytes of a file, at most `HEAD_BYTES`.

    Containers are told by their own structure, markup by its first element, and the rest by
    libmagic. All harmless text is `text/plain`, whatever language it is written in; an unknown
    file is `application/octet-stream`.
    """
    head = head[:HEAD_BYTES]
    if not head:
        return EMPTY
    return _container(head) or _mpeg_audio(head) or _markup(head) or _by_libmagic(head)


def _container(head: bytes) -> str | None:
    if head[4:8] == b"ftyp":
        return _iso_brand(head)
    if head[4:8] in _QUICKTIME_BOXES and int.from_bytes(head[:4], "big") in range(8, 1 << 31):
        return "video/quicktime"
    if head[:4] == b"RIFF":
        riff = {b"WEBP": "image/webp", b"AVI ": "video/x-msvideo", b"WAVE": "audio/wav"}
        return riff.get(head[8:12])
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return "video/webm" if b"\x42\x82\x84webm" in head[:128] else "video/x-matroska"
    if head[:4] == b"OggS":
        video = b"\x80theora" in head[:4096] or b"BBCD\0" in head[:512]
        return "video/ogg" if video else "audio/ogg"
    if head[:4] == b"fLaC":
        return "audio/flac"
    return None


def _iso_brand(head: bytes) -> str:
    """Read the brands of an ISO base media file (ISO 14496-12, 4.3); the major one leads."""
    size = min(int.from_bytes(head[:4], "big"), 512)
    major, others = head[8:12], {head[at : at + 4] for at in range(16, size, 4)}
    if major in _QUICKTIME_BRANDS:
        return "video/quicktime"
    if major in _AVIF_BRANDS or (major in _HEIF_BRANDS and others & _AVIF_BRANDS):
        return "image/avif"
    if major in _HEIF_BRANDS:
        return "image/heic"
    if major in _AUDIO_BRANDS:
        return "audio/mp4"
    if major == b"jp2 ":
        return "image/jp2"
    return "video/mp4"


def _mpeg_audio(head: bytes) -> str | None:
    """Know MP3 by its ID3 tag, or by two frames that follow each other."""
    start = 0
    if head[:3] == b"ID3" and len(head) > 10 and all(byte < 0x80 for byte in head[6:10]):
        size = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
        start = 10 + size + (10 if head[5] & 0x10 else 0)
        return "audio/flac" if head[start : start + 4] == b"fLaC" else "audio/mpeg"
    first = _mpeg_frame_length(head, start)
    if first and _mpeg_frame_length(head, start + first):
        return "audio/mpeg"
    return None


def _mpeg_frame_length(head: bytes, at: int) -> int | None:
    if len(head) < at + 4 or head[at] != 0xFF or head[at + 1] & 0xE0 != 0xE0:
        return None
    version, layer = head[at + 1] >> 3 & 3, 4 - (head[at + 1] >> 1 & 3)
    rate, frequency, padding = head[at + 2] >> 4, head[at + 2] >> 2 & 3, head[at + 2] >> 1 & 1
    if version == 1 or layer == 4 or rate in (0, 15) or frequency == 3:
        return None
    kilobits = _MPEG_BIT_RATES[(1 if version == 3 else 2, layer)][rate - 1]
    sample_rate = _MPEG_SAMPLE_RATES[version][frequency]
    if layer == 1:
        return (12_000 * kilobits // sample_rate + padding) * 4
    slots = 72_000 if layer == 3 and version != 3 else 144_000
    return slots * kilobits // sample_rate + padding


def _markup(head: bytes) -> str | None:
    """Know HTML, SVG and playlists, which libmagic misses when something stands before them."""
    text = _as_text(head[:65_536])
    if text.startswith(("#EXTM3U", "#EXTINF")):
        return PLAYLIST
    start = _MARKUP_START.match(text)
    if start is None:
        return None
    element, rest = start[1].lower(), start[2]
    doctype = rest[:40].lower() if element == "<!doctype" else ""
    if element in _HTML_STARTS or doctype.lstrip().startswith("html"):
        return "text/html"
    if element.endswith((":svg", "<svg")) or (doctype and _SVG.search(text)):
        return "image/svg+xml"
    return None


def _as_text(head: bytes) -> str:
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if head.startswith(mark):
            return head[len(mark) :].decode(encoding, "replace")
    return head.decode("latin-1")


def _by_libmagic(head: bytes) -> str:
    name = media_types.canonical(_libmagic().from_buffer(head))
    if name in _PLAIN_AFTER_ALL:
        return "text/plain"
    if name.startswith("text/") and name not in _OWN_TEXT_TYPES:
        return "text/plain"
    return name


@lru_cache(maxsize=1)
def _libmagic() -> magic.Magic:
    return magic.Magic(mime=True, magic_file=_LAYER_MAGIC if os.path.exists(_LAYER_MAGIC) else None)
