"""Types that a file's own structure tells: boxes, chunks, elements, pages and archives."""

import re

from chalicelib.processing.media.audio_video.lengths import read_size
from chalicelib.processing.media.types import office_binary

_QUICKTIME_BRANDS = {b"qt  "}
_HEIF_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}
_AVIF_BRANDS = {b"avif", b"avis"}
_AUDIO_BRANDS = {b"M4A ", b"M4B ", b"M4P ", b"F4A "}
_OTHER_BRANDS = {b"jp2 ": "image/jp2", b"jpx ": "image/jp2", b"crx ": "image/x-canon-cr3"}
_BEFORE_FTYP = {b"free", b"skip", b"wide", b"uuid", b"pdin", b"styp"}
_QUICKTIME_BOXES = {b"moov", b"mdat", b"wide", b"pnot", b"free", b"skip"}
_MOST_BRANDS_BYTES = 512

_EBML = b"\x1a\x45\xdf\xa3"
_DOCTYPE = 0x4282
_MOST_ELEMENTS = 64

_PICTURES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}
_FIXED = {
    b"II*\0": "image/tiff",
    b"MM\0*": "image/tiff",
    b"II+\0\x08\0\0\0": "image/tiff",
    b"MM\0+\0\x08\0\0": "image/tiff",
    b"8BPS\0\1": "image/vnd.adobe.photoshop",
    b"8BPS\0\2": "image/vnd.adobe.photoshop",
    b"\0\0\0\x0cjP  \r\n\x87\n": "image/jp2",
    b"\xff\x4f\xff\x51": "image/jp2",
    b"\x30\x26\xb2\x75\x8e\x66\xcf\x11": "video/x-ms-wmv",
    b"FLV\1": "video/x-flv",
}
"""Signatures, each long enough that nothing else begins so by chance."""

_BMP_HEADERS = {12, 16, 40, 52, 56, 64, 108, 124}
_PDF = re.compile(rb"%PDF-[12]\.\d")
PDF_WITHIN_BYTES = 1024
"""As Acrobat and pdfium look for it (Adobe's PDF 1.7, implementation note 13)."""

_OFFICE = {
    "word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
_MEMBER, _DIRECTORY = b"PK\x03\x04", b"PK\x01\x02"
_MOST_MEMBERS = 1000


def sniff(head: bytes) -> str | None:
    """Return the type of a container or picture by its structure; None where there is none."""
    for signature, content_type in (_PICTURES | _FIXED).items():
        if head.startswith(signature):
            return content_type
    if _is_bitmap(head):
        return "image/bmp"
    if _is_icon(head):
        return "image/vnd.microsoft.icon"
    if head[:8] == office_binary.SIGNATURE:
        return office_binary.content_type(head)
    if head[:4] == b"RIFF":
        riff = {b"WEBP": "image/webp", b"AVI ": "video/x-msvideo", b"WAVE": "audio/wav"}
        return riff.get(head[8:12])
    if head[:4] in (b"RF64", b"BW64") and head[8:12] == b"WAVE":
        return "audio/wav"
    if head[:4] == _EBML:
        return "video/webm" if _doctype(head) == b"webm" else "video/x-matroska"
    if head[:4] == b"OggS":
        video = re.search(rb"\x80theora|BBCD\0|OVP80", head[:8192])
        return "video/ogg" if video else "audio/ogg"
    if head[:4] == b"fLaC":
        return "audio/flac"
    if head[:4] == _MEMBER:
        return _archive(head)
    return _boxes(head)


def is_pdf(head: bytes, within: int = PDF_WITHIN_BYTES) -> bool:
    """Return whether a PDF begins within so many bytes, and is not merely spoken of."""
    start = _PDF.search(head[: within + 8])
    if start is None or start.start() >= within:
        return False
    spoken_of = start.start() > 0 or within < PDF_WITHIN_BYTES
    return not spoken_of or re.search(rb"\d\s+obj\b", head[start.end() :]) is not None


def _is_bitmap(head: bytes) -> bool:
    """Return whether a Windows bitmap begins here: its second header has one of few lengths."""
    return head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in _BMP_HEADERS


def _is_icon(head: bytes) -> bool:
    """Return whether the directory of an icon or a cursor begins here, and its first entry fits."""
    if head[:4] not in (b"\0\0\1\0", b"\0\0\2\0") or len(head) < 22 or head[9]:
        return False
    count = int.from_bytes(head[4:6], "little")
    length, at = (int.from_bytes(head[start : start + 4], "little") for start in (14, 18))
    return count > 0 and length > 0 and at >= 6 + 16 * count


def _boxes(head: bytes) -> str | None:
    """Find `ftyp` among the first boxes (ISO 14496-12, 4.3); QuickTime may do without."""
    at, first = 0, head[4:8]
    for _ in range(_MOST_ELEMENTS):
        size, name = int.from_bytes(head[at : at + 4], "big"), head[at + 4 : at + 8]
        if name == b"ftyp":
            return _brand(head[at:])
        if name not in _BEFORE_FTYP or size < 8:
            break
        at += size
    sized = int.from_bytes(head[:4], "big") in range(8, 1 << 31) or head[:4] == b"\0\0\0\1"
    return "video/quicktime" if first in _QUICKTIME_BOXES and sized else None


def _brand(box: bytes) -> str:
    """Tell a type by its brands; the major one leads."""
    size = min(int.from_bytes(box[:4], "big"), _MOST_BRANDS_BYTES)
    major, others = box[8:12], {box[at : at + 4] for at in range(16, size, 4)}
    if major in _QUICKTIME_BRANDS:
        return "video/quicktime"
    if major in _AVIF_BRANDS or (major in _HEIF_BRANDS and others & _AVIF_BRANDS):
        return "image/avif"
    if major in _HEIF_BRANDS:
        return "image/heic"
    if major in _AUDIO_BRANDS:
        return "audio/mp4"
    return _OTHER_BRANDS.get(major, "video/mp4")


def _doctype(head: bytes) -> bytes:
    """Read an EBML header's DocType (RFC 8794, 11.2.5), which ends at a NUL if it has one."""
    header = read_size(head, 4)
    if header is None:
        return b""
    length, at = header
    end = len(head) if length is None else min(len(head), at + length)
    for _ in range(_MOST_ELEMENTS):
        if at >= end or not head[at]:
            break
        width = 9 - head[at].bit_length()
        identifier, size = int.from_bytes(head[at : at + width], "big"), read_size(head, at + width)
        if size is None or size[0] is None:
            break
        at = size[1] + size[0]
        if identifier == _DOCTYPE:
            return head[size[1] : at].partition(b"\0")[0]
    return b""


def _archive(head: bytes) -> str | None:
    """Tell Office's and OpenDocument's files from other archives, in whatever order they lie."""
    members, all_seen = _members(head)
    names = [name for name, _ in members]
    if names[:1] == ["mimetype"] and members[0][1]:
        return members[0][1].decode("ascii", "replace").strip()
    if "[Content_Types].xml" in names:
        for folder, content_type in _OFFICE.items():
            if any(name.startswith(folder) for name in names):
                return content_type
    elif all_seen and "META-INF/MANIFEST.MF" not in names:
        return "application/zip"
    return None


def _members(head: bytes) -> tuple[list[tuple[str, bytes]], bool]:
    """List an archive's members as far as they are seen: names, and what is stored as it is.

    Returns:
        The members, and whether these are all.
    """
    found: list[tuple[str, bytes]] = []
    at = 0
    while at >= 0 and head[at : at + 4] == _MEMBER and len(found) < _MOST_MEMBERS:
        header = head[at : at + 30]
        if len(header) < 30:
            break
        flags, method = (int.from_bytes(header[i : i + 2], "little") for i in (6, 8))
        packed = int.from_bytes(header[18:22], "little")
        name_length, more = (int.from_bytes(header[i : i + 2], "little") for i in (26, 28))
        name = head[at + 30 : at + 30 + name_length].decode("utf-8", "replace")
        begin = at + 30 + name_length + more
        found.append((name, head[begin : begin + packed] if method == 0 else b""))
        # Where the length stands behind the content, the next member has to be searched for.
        unknown = bool(flags & 8) and packed == 0
        following = head.find(_MEMBER, begin)
        directory = head.find(_DIRECTORY, begin)
        at = (following if following >= 0 else directory) if unknown else begin + packed
    return found, at >= 0 and head[at : at + 4] == _DIRECTORY
