"""How long an AVI, Matroska or Windows Media file says that it is."""

import os
import struct

_SEGMENT = b"\x18\x53\x80\x67"
_EBML = b"\x1a\x45\xdf\xa3"
_ASF = bytes.fromhex("3026b2758e66cf11")
_ASF_PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
_ASF_IS_LIVE, _LONGEST_SECONDS = 1, 10_000_000
_UNFINISHED = frozenset({0, 0x7FFFFFFF, 0xFFFFFFFF})
"""What recorders write before they know the length, and leave when they are cut off."""


def is_cut(path: str) -> bool:
    """Return whether a local file has fewer bytes than its outermost box announces.

    False where it announces nothing, as in a live recording, and for any other container.
    """
    length = os.path.getsize(path)
    with open(path, "rb") as file:
        head = file.read(65_536)
    announced = _announced(head)
    return announced is not None and announced > length


def windows_media_seconds(path: str) -> float | None:
    """Return how long a Windows Media file plays by its header (ASF 1.20.3, 3.2).

    None where it is none, or a live recording, whose header does not know.
    """
    with open(path, "rb") as file:
        head = file.read(65_536)
    at = head.find(_ASF_PROPERTIES)
    if not head.startswith(_ASF) or at < 0 or len(head) < at + 92:
        return None
    played, _, before, flags = struct.unpack_from("<QQQI", head, at + 64)
    seconds = played / 10_000_000 - before / 1000
    return seconds if not flags & _ASF_IS_LIVE and 0 < seconds < _LONGEST_SECONDS else None


def _announced(head: bytes) -> int | None:
    if head[:4] == b"RIFF":
        size = int.from_bytes(head[4:8], "little")
        return None if size in _UNFINISHED else size + 8
    if head[:4] != _EBML:
        return None
    header = read_size(head, 4)
    if header is None or header[0] is None:
        return None
    segment = header[1] + header[0]
    if head[segment : segment + 4] != _SEGMENT:
        return None
    size_at = read_size(head, segment + 4)
    if size_at is None or size_at[0] is None:
        return None
    return size_at[1] + size_at[0]


def read_size(data: bytes, at: int) -> tuple[int | None, int] | None:
    """Read an EBML element's length (RFC 8794, 4 and 6.2).

    Returns:
        The length, None where it is unknown, and where the content begins; None for no length.
    """
    if at >= len(data) or not data[at]:
        return None
    width = 9 - data[at].bit_length()
    if at + width > len(data):
        return None
    value = int.from_bytes(data[at : at + width], "big") & ((1 << 7 * width) - 1)
    unknown = value == (1 << 7 * width) - 1
    return (None if unknown else value), at + width
