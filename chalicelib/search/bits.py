"""Sets of assets by their ordinals, in chunks that fit into one item each.

A chunk is a whole number whose binary digits say who is in it, so that Python itself intersects
and counts thousands in a microsecond. Stored it is a list of two-byte numbers or a bitmap,
whichever is shorter, as in Roaring (Chambi et al., 2016).
"""

import re
from collections.abc import Iterable, Iterator, Mapping

import msgspec

CHUNK = 30_000
"""So many ordinals make a chunk: 3,750 bytes as a bitmap, 4 kB as an item with its keys."""

_LIST, _BITMAP = b"\0", b"\1"

_SPARSE = CHUNK // 4
"""Up to so many members of a chunk are looked for byte by byte, of more digit by digit."""

_SOME = re.compile(rb"[^\0]+")
_PLACES = [[place for place in range(8) if byte >> place & 1] for byte in range(256)]


class Bits:
    """An unchanging set of ordinals."""

    def __init__(self, chunks: Mapping[int, int] | None = None) -> None:
        self.chunks = {number: bits for number, bits in (chunks or {}).items() if bits}

    def __and__(self, other: "Bits") -> "Bits":
        theirs = other.chunks
        both = self.chunks.keys() & theirs.keys()
        return Bits({number: self.chunks[number] & theirs[number] for number in both})

    def __or__(self, other: "Bits") -> "Bits":
        either = dict(self.chunks)
        for number, bits in other.chunks.items():
            either[number] = either.get(number, 0) | bits
        return Bits(either)

    def __sub__(self, other: "Bits") -> "Bits":
        theirs = other.chunks
        return Bits({n: bits & ~theirs.get(n, 0) for n, bits in self.chunks.items()})

    def __len__(self) -> int:
        return sum(bits.bit_count() for bits in self.chunks.values())

    def __bool__(self) -> bool:
        return bool(self.chunks)

    def __contains__(self, ordinal: int) -> bool:
        return bool(self.chunks.get(ordinal // CHUNK, 0) >> ordinal % CHUNK & 1)

    def __iter__(self) -> Iterator[int]:
        for number, bits in sorted(self.chunks.items()):
            for place in places(bits):
                yield number * CHUNK + place


def of(ordinals: Iterable[int]) -> Bits:
    """Make a set of its members."""
    chunks: dict[int, list[int]] = {}
    for ordinal in ordinals:
        chunks.setdefault(ordinal // CHUNK, []).append(ordinal % CHUNK)
    return Bits({number: _from_places(its) for number, its in chunks.items()})


def places(bits: int) -> list[int]:
    """Return the positions of a chunk's members in it, in ascending order."""
    if bits.bit_count() > _SPARSE:
        return [place for place, digit in enumerate(bin(bits)[:1:-1]) if digit == "1"]
    stored = bits.to_bytes((bits.bit_length() + 7) // 8, "little")
    return [
        8 * at + place
        for run in _SOME.finditer(stored)
        for at, byte in enumerate(run[0], run.start())
        for place in _PLACES[byte]
    ]


def packed(bits: int) -> bytes:
    """Write a chunk as it is stored."""
    size = (bits.bit_length() + 7) // 8
    if bits.bit_count() * 2 >= size:
        return _BITMAP + bits.to_bytes(size, "little")
    return _LIST + b"".join(place.to_bytes(2, "little") for place in places(bits))


def unpacked(stored: bytes | None) -> int:
    """Read a chunk that `packed` wrote; nothing stored is nobody."""
    if not stored:
        return 0
    if stored[:1] == _BITMAP:
        return int.from_bytes(stored[1:], "little")
    data = stored[1:]
    return _from_places(data[at] | data[at + 1] << 8 for at in range(0, len(data), 2))


def stored(ordinals: Bits) -> bytes:
    """Write a whole set, chunk by chunk, as `loaded` reads it."""
    return msgspec.msgpack.encode({n: packed(bits) for n, bits in ordinals.chunks.items()})


def loaded(data: bytes) -> Bits:
    """Read a whole set that `stored` wrote."""
    chunks = msgspec.msgpack.decode(data, type=dict[int, bytes])
    return Bits({number: unpacked(chunk) for number, chunk in chunks.items()})


def _from_places(positions: Iterable[int]) -> int:
    flags = bytearray(-(-CHUNK // 8))
    for place in positions:
        flags[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(flags, "little")
