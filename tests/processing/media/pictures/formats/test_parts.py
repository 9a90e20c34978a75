"""A file put together of bytes and of stretches of another one."""

import io
import random

import pytest

from chalicelib.processing.media.pictures.formats.parts import (
    Assembled,
    Piece,
    Span,
    is_blank,
    size_of,
)


@pytest.fixture
def assembled() -> Assembled:
    return Assembled(io.BytesIO(b"0123456789"), [b"ab", Span(2, 3), b"", Span(8, 2), b"z"])


def test_it_is_read_whole_or_piece_by_piece(assembled: Assembled) -> None:
    assert assembled.length == 8
    assert assembled.read() == b"ab23489z"[: assembled.length]
    assembled.seek(0)
    assert [assembled.read(3) for _ in range(4)] == [b"ab2", b"348", b"9z", b""]


def test_it_is_read_from_anywhere(assembled: Assembled) -> None:
    assert assembled.seek(-3, io.SEEK_END) == 5
    assert assembled.read(2) == b"89"
    assert assembled.tell() == 7
    assert assembled.seek(-4, io.SEEK_CUR) == 3
    assert assembled.read(1) == b"3"
    assert assembled.seek(99) == 99
    assert assembled.read() == b""


def test_a_stretch_that_is_not_there_ends_the_file() -> None:
    short = Assembled(io.BytesIO(b"0123"), [Span(2, 5), b"never"])
    assert short.read() == b"23"


def test_a_file_knows_its_size_and_whether_the_rest_is_blank() -> None:
    file = io.BytesIO(b"data\0\0\0")
    assert size_of(file) == 7
    assert is_blank(file, 4)
    assert not is_blank(file, 3)


@pytest.mark.parametrize("seed", range(30))
def test_pieces_read_as_one_file_from_anywhere(seed: int) -> None:
    dice, source = random.Random(seed), bytes(range(256)) * 8
    pieces: list[Piece] = []
    for _ in range(dice.randrange(10)):
        span = Span(dice.randrange(1000), dice.choice([0, 1, 30, 300]))
        own = source[span.start : span.start + span.length]
        pieces.append(dice.choice([span, own]))
    whole = b"".join(
        one if isinstance(one, bytes) else source[one.start : one.start + one.length]
        for one in pieces
    )
    made, told = Assembled(io.BytesIO(source), pieces), io.BytesIO(whole)
    for _ in range(30):
        place = dice.randrange(len(whole) + 5)
        assert made.seek(place) == told.seek(place)
        size = dice.choice([-1, 0, 1, 5, 400])
        assert made.read(size) == told.read(size)
