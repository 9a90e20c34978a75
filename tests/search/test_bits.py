"""Sets of ordinals are exact, and stored in the shorter of two forms."""

import random

import pytest

from chalicelib.search import bits
from chalicelib.search.bits import CHUNK, Bits


def test_sets_are_as_python_s() -> None:
    chance = random.Random(1)
    few = {chance.randrange(3 * CHUNK) for _ in range(50)}
    many = {chance.randrange(3 * CHUNK) for _ in range(60_000)}
    a, b = bits.of(few), bits.of(many)
    assert list(a) == sorted(few)
    assert list(a & b) == sorted(few & many)
    assert list(a | b) == sorted(few | many)
    assert list(b - a) == sorted(many - few)
    assert (len(a), len(b)) == (len(few), len(many))
    assert all(one in a for one in few)
    assert CHUNK * 5 not in a
    assert not (a - a)
    assert not Bits()


@pytest.mark.parametrize("members", [[], [0], [29_999], range(0, 30_000, 2), range(0, 30_000, 40)])
def test_a_chunk_is_read_as_it_was_written(members: list[int]) -> None:
    chunk = bits.of(members).chunks.get(0, 0)
    stored = bits.packed(chunk)
    assert bits.unpacked(stored) == chunk
    assert bits.places(chunk) == list(members)
    assert len(stored) <= min(1 + 2 * len(members), 1 + CHUNK // 8)


def test_nothing_stored_is_nobody() -> None:
    assert bits.unpacked(None) == 0
