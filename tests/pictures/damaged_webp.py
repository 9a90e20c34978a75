"""Damaged WebPs: lossy, lossless, with transparency, moving."""

import struct
from collections.abc import Iterator

from tests.pictures.originals import SIZE, Case, glass, moving, riff, riff_chunks, saved, scene

_SIZE = struct.pack("<I", SIZE[0] - 1)[:3] + struct.pack("<I", SIZE[1] - 1)[:3]


def cases() -> Iterator[Case]:
    """All of them."""
    for kind, data in _kinds().items():
        for name, changed, complete, damaged in _ends(data):
            yield Case(f"webp {kind} {name}", "image/webp", changed, complete, damaged)
    for name, changed, complete, damaged in (*_notes(), *_frames()):
        yield Case(f"webp {name}", "image/webp", changed, complete, damaged)


def _kinds() -> dict[str, bytes]:
    return {
        "lossy": saved(scene(), "WEBP", quality=80),
        "lossless": saved(scene(), "WEBP", lossless=True),
        "clear": saved(glass(), "WEBP", quality=80),
        "moving": moving("WEBP"),
    }


def _ends(data: bytes) -> Iterator[tuple[str, bytes, bool, bool]]:
    yield "undamaged", data, True, False
    yield "half", data[: len(data) // 2], False, True
    yield "nine tenths", data[: len(data) * 9 // 10], False, True
    yield "all but a byte", data[:-1], False, True
    yield "junk behind", data + b"junk" * 20, True, True
    yield "a chunk behind", data + b"JUNK\4\0\0\0abcd", True, True
    for name, size in (("shorter", len(data) - 50), ("longer", len(data) + 5_000), ("empty", 0)):
        yield f"said to be {name}", data[:4] + struct.pack("<I", size) + data[8:], True, True


def _notes() -> Iterator[tuple[str, bytes, bool, bool]]:
    picture = riff_chunks(_kinds()["lossy"])[0]
    noted, coloured = b"\x0c\0\0\0" + _SIZE, b"\x20\0\0\0" + _SIZE

    def extended(flags: bytes, *before: tuple[bytes, bytes], behind: bytes = b"") -> bytes:
        after = [(b"EXIF", behind)] if behind else []
        return riff((b"VP8X", flags), *before, picture, *after)

    yield "EXIF that is no TIFF", extended(noted, behind=b"no TIFF"), True, True
    yield "EXIF that is not there", extended(noted), True, False
    yield "EXIF before the picture", extended(noted, (b"EXIF", b"no TIFF")), True, True
    yield "EXIF unannounced", extended(b"\0\0\0\0" + _SIZE, behind=b"no TIFF"), True, True
    yield "profile of junk", extended(coloured, (b"ICCP", b"no profile")), True, True
    yield "profile that is not there", extended(coloured), True, False
    yield "a chunk that nobody knows", extended(noted, (b"JUNK", b"xx")), True, False
    yield "nothing known at first", riff((b"JUNK", b"xx"), picture), True, True
    larger = struct.pack("<I", 639)[:3] + struct.pack("<I", 479)[:3]
    yield "another size", extended(b"\0\0\0\0" + larger), True, True
    clear = riff_chunks(_kinds()["clear"])
    yield "junk for transparency", riff(clear[0], (b"ALPH", b"\1junk"), clear[-1]), False, True
    yield "no transparency", riff(clear[0], clear[-1]), True, False


def _frames() -> Iterator[tuple[str, bytes, bool, bool]]:
    chunks = riff_chunks(_kinds()["moving"])
    first, last = (
        find(at for at, (name, _) in enumerate(chunks) if name == b"ANMF") for find in (min, max)
    )

    def with_junk(at: int) -> bytes:
        """Keep the headers of the frame and of its picture, and the lengths."""
        name, body = chunks[at]
        junk = (
            body[:40]
            + b"junk" * ((len(body) - 40) // 4)
            + body[-((len(body) - 40) % 4) or len(body) :]
        )
        return riff(*chunks[:at], (name, junk), *chunks[at + 1 :])

    yield "junk in the first frame", with_junk(first), False, True
    yield "junk in a late frame", with_junk(last), True, True
    yield "no word of moving", riff(*(c for c in chunks if c[0] != b"ANIM")), True, True
