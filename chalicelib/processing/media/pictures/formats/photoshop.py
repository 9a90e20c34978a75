"""Photoshop's image resources, of which IPTC's datasets are one."""

import struct

_SIGNATURES = (b"8BIM", b"MeSa", b"PHUT", b"AgHg", b"DCSR")
_IPTC = 0x0404
_DATASET = b"\x1c"
_DEEPEST = 3


def iptc_of(block: bytes) -> bytes:
    """Return IPTC's datasets from image resources, or the block itself where it begins with one."""
    for _ in range(_DEEPEST):
        if not block.startswith(_SIGNATURES):
            break
        block = resources(block)[0].get(_IPTC, b"")
    return block if block.startswith(_DATASET) else b""


def resources(block: bytes) -> tuple[dict[int, bytes], bool]:
    """Return the resources by their numbers, and whether the block was whole."""
    found: dict[int, bytes] = {}
    at = 0
    while at + 12 <= len(block) and block[at : at + 4] in _SIGNATURES:
        number, name = struct.unpack_from(">HB", block, at + 4)
        start = at + 6 + (name + 1 + 1) // 2 * 2
        if start + 4 > len(block):
            return found, False
        size = struct.unpack_from(">I", block, start)[0]
        data = block[start + 4 : start + 4 + size]
        found.setdefault(number, data)
        if len(data) < size:
            return found, False
        at = start + 4 + size + (size & 1)
    return found, not block[at:].strip(b"\0")
