"""JPEG, taken apart by its markers (ITU-T T.81, annex B), as forgiving as libjpeg is.

The decoder gets the tables, the frame and the scans; of the application segments only what decides
over colours: that JFIF is there, and Adobe's transform.
"""

import re
import struct
from typing import BinaryIO

import msgspec

from chalicelib.processing.media.pictures.formats import jpeg_notes, parts
from chalicelib.processing.media.pictures.formats.parts import Colours, NotShown, Parts, Piece, Span

SOI, EOI = b"\xff\xd8", b"\xff\xd9"
_SOS, _DRI, _TEM = 0xDA, 0xDD, 0x01
_TABLES = {0xDB, 0xC4, 0xCC, 0xDC, _DRI}
_FRAMES = {0xC0, 0xC1, 0xC2, 0xC9, 0xCA}
_PROGRESSIVE, _ARITHMETIC = {0xC2, 0xCA}, {0xC9, 0xCA}
_APPLICATION = range(0xE0, 0xF0)
_COMMENT = 0xFE
_RESTARTS = range(0xD0, 0xD8)

PADDING = b"\xff\x00" * 8
"""Set bits: no Huffman code is made of them, so that they fill up hardly a block (T.81, C.2)."""

_BLOCK = 1 << 20
_MARKER = re.compile(rb"\xff[^\x00\xff]")


class Frame(msgspec.Struct):
    """What SOF and DRI say: the size, the sampling factors, how the picture is coded."""

    width: int
    height: int
    sampling: list[tuple[int, int]]
    progressive: bool
    arithmetic: bool
    restart_interval: int = 0


class Scans(msgspec.Struct):
    """Where the coded data ends, and what the markers in it say."""

    end: int
    has_end_mark: bool
    starts: list[int]
    restarts: int


class JpegParts(Parts, kw_only=True):
    """A JPEG's parts, with what is needed to tell whether its picture data is complete.

    `head` is all before the first scan; `scan_start` says where the scans begin, `scan_length` how
    far they reach. `in_one_scan` tells a picture that is coded from top to bottom, once.
    """

    head: bytes
    scan_start: int
    scan_length: int
    in_one_scan: bool
    frame: Frame


def take_apart(file: BinaryIO) -> JpegParts:
    """Take a JPEG apart; a camera's several pictures in one file are its first.

    Raises:
        NotShown: what even a browser cannot show.
    """
    if parts.read_at(file, 0, 2) != SOI:
        raise NotShown
    size = parts.size_of(file)
    head, frame, components, damaged = [SOI], None, 0, False
    notes, at = jpeg_notes.Collected(), 2
    while True:
        marker, at, skipped = next_marker(file, at)
        damaged |= skipped
        if marker == _TEM or marker in _RESTARTS:
            continue
        length = max(2, int.from_bytes(parts.read_at(file, at, 2), "big"))
        if marker == _SOS:
            components = parts.read_at(file, at + 2, 1)[0] if at + 2 < size else 0
            break
        body = parts.read_at(file, at + 2, length - 2)
        if marker in _APPLICATION or marker == _COMMENT:
            damaged |= not notes.take(marker, body)
        elif marker in _FRAMES:
            frame = _frame(marker, body, frame)
            head.append(_segment(marker, body))
        elif marker in _TABLES:
            head.append(_segment(marker, body))
            if marker == _DRI and len(body) == 2 and frame is not None:
                frame.restart_interval = int.from_bytes(body, "big")
        else:
            raise NotShown
        at += length
    if frame is None:
        raise NotShown
    return _put_together(file, head, frame, at - 2, components, notes, damaged)


def _put_together(
    file: BinaryIO,
    head: list[bytes],
    frame: Frame,
    scan_start: int,
    components: int,
    collected: jpeg_notes.Collected,
    damaged: bool,
) -> JpegParts:
    size = parts.size_of(file)
    start = b"".join([head[0], *collected.kept, *head[1:]])
    restarts = [body for body in head if body[:2] == b"\xff\xdd"]
    if restarts:
        frame.restart_interval = int.from_bytes(restarts[-1][4:6], "big")
    whole = parts.read_at(file, max(scan_start, size - 2), 2) == EOI
    if not (whole and not collected.several):
        ended = scans(file, scan_start)
        whole = ended.has_end_mark and not _is_junk(file, ended.end + 2)
        size = ended.end + 2
    still: list[Piece] = [start, Span(scan_start, size - 2 - scan_start), EOI]
    notes, icc, broken = collected.joined()
    return JpegParts(
        width=frame.width,
        height=frame.height,
        still=still,
        notes=notes,
        colours=Colours(icc=icc),
        damaged=damaged or broken or not whole,
        head=start,
        scan_start=scan_start,
        scan_length=size - 2 - scan_start,
        in_one_scan=not frame.progressive and components == len(frame.sampling),
        frame=frame,
    )


def scans(file: BinaryIO, start: int) -> Scans:
    """Walk the markers of the coded data, from the first scan to the end mark or the file's end."""
    starts: list[int] = []
    size, at, restarts = parts.size_of(file), start, 0
    while at < size:
        block = parts.read_at(file, at, _BLOCK)
        jump = 0
        for found in _MARKER.finditer(block):
            if found.start() < jump:
                continue
            marker = block[found.start() + 1]
            if marker in _RESTARTS:
                restarts += 1
            elif marker == EOI[1]:
                return Scans(at + found.start(), True, starts, restarts)
            elif marker != _TEM:
                if marker == _SOS:
                    starts.append(at + found.start())
                length = int.from_bytes(parts.read_at(file, at + found.start() + 2, 2), "big")
                jump = found.start() + 2 + max(2, length)
        if len(block) < _BLOCK and at + len(block) >= size:
            break
        at += max(jump, len(block) - 1)
    return Scans(size, False, starts, restarts)


def scan_header(file: BinaryIO, start: int) -> list[tuple[int, int, int, int]]:
    """Return which coefficients of which components a scan sends, and down to which bit.

    Of each component: its number, the first and the last coefficient, the lowest bit (T.81, B.2.3).
    """
    count = parts.read_at(file, start + 4, 1)
    body = parts.read_at(file, start + 5, 2 * count[0] + 3) if count else b""
    if len(body) < 3 or len(body) != 2 * count[0] + 3:
        return []
    first, last, bits = body[-3:]
    return [(component, first, last, bits & 15) for component in body[:-3:2]]


def restarts_expected(frame: Frame) -> int:
    """Return how many restart markers a picture of one scan has (T.81, B.2.4.4)."""
    if not frame.restart_interval:
        return 0
    horizontal = max(factor for factor, _ in frame.sampling)
    vertical = max(factor for _, factor in frame.sampling)
    if len(frame.sampling) == 1:
        horizontal = vertical = 1
    columns = -(-frame.width // (8 * horizontal))
    rows = -(-frame.height // (8 * vertical))
    return (columns * rows - 1) // frame.restart_interval


def next_marker(file: BinaryIO, at: int) -> tuple[int, int, bool]:
    """Find the next marker; return its number, where its segment begins, what was skipped."""
    skipped = False
    while True:
        block = parts.read_at(file, at, 4096)
        found = _MARKER.search(block)
        if found is not None:
            gap = block[: found.start()]
            return block[found.start() + 1], at + found.end(), skipped or bool(gap.strip(b"\xff"))
        if len(block) < 2:
            raise NotShown
        skipped, at = True, at + len(block) - 1


def _frame(marker: int, body: bytes, known: Frame | None) -> Frame:
    if known is not None or len(body) < 6:
        raise NotShown
    precision, height, width, count = struct.unpack_from(">BHHB", body)
    sampling = [
        (body[at] >> 4, body[at] & 15) for at in range(7, 6 + 3 * count, 3) if at < len(body)
    ]
    bad = any(not (1 <= h <= 4 and 1 <= v <= 4) for h, v in sampling)
    if precision != 8 or not (width and height) or not sampling or len(sampling) != count or bad:
        raise NotShown
    progressive, arithmetic = marker in _PROGRESSIVE, marker in _ARITHMETIC
    return Frame(width, height, sampling, progressive, arithmetic)


def _segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def _is_junk(file: BinaryIO, at: int) -> bool:
    """Return whether the bytes behind the end mark are no further picture, film or camera's note.

    Cameras append previews (MPF), a film of the moment (Motion Photo) or their own block ("SEFT").
    """
    size = parts.size_of(file)
    if at >= size:
        return False
    behind = parts.read_at(file, at, 65_536)
    if behind.lstrip(b"\0")[:3] in (b"", b"\xff\xd8\xff") or behind[4:8] == b"ftyp":
        return False
    return parts.read_at(file, size - 4, 4) != b"SEFT"
