"""How many bytes an AVI or Matroska file says that it has."""

import struct
from pathlib import Path

import pytest

from chalicelib.processing.media.audio_video import lengths

EBML = b"\x1a\x45\xdf\xa3\x82ab"
SEGMENT = b"\x18\x53\x80\x67"


@pytest.mark.parametrize(
    ("head", "is_cut"),
    [
        (b"RIFF\x64\0\0\0AVI ", True),
        (b"RIFF\x04\0\0\0AVI ", False),
        (b"RIFF\0\0\0\0AVI ", False),
        (b"RIFF\xff\xff\xff\xffAVI ", False),
        (EBML + SEGMENT + b"\xa0data", True),
        (EBML + SEGMENT + b"\x84data", False),
        (EBML + SEGMENT + b"\xffdata", False),
        (EBML + b"none", False),
        (b"\0\0\0\x20ftypisom", False),
        (b"", False),
    ],
)
def test_a_file_that_has_fewer_bytes_than_it_announces_is_cut(
    tmp_path: Path, head: bytes, is_cut: bool
) -> None:
    path = tmp_path / "film"
    path.write_bytes(head)
    assert lengths.is_cut(str(path)) is is_cut


@pytest.mark.parametrize(
    ("data", "read"),
    [
        (b"\x81", (1, 1)),
        (b"\x40\x02", (2, 2)),
        (b"\x01" + bytes(6) + b"\x09", (9, 8)),
        (b"\xff", (None, 1)),
        (b"\x40", None),
        (b"\0\0", None),
        (b"", None),
    ],
)
def test_a_length_has_one_to_eight_bytes(data: bytes, read: tuple[int | None, int] | None) -> None:
    assert lengths.read_size(data, 0) == read


def test_windows_media_says_how_long_it_plays(tmp_path: Path) -> None:
    path = tmp_path / "a.wmv"
    start = bytes.fromhex("3026b2758e66cf11").ljust(30, b"\0")
    start += bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365") + bytes(48)
    for played, before, flags, expected in (
        (51_460_000, 3100, 2, 2.046),
        (51_460_000, 3100, 1, None),
        (0, 3100, 2, None),
        (2**63, 0, 2, None),
    ):
        path.write_bytes(start + struct.pack("<QQQI", played, 0, before, flags))
        assert lengths.windows_media_seconds(str(path)) == (expected and pytest.approx(expected))
    path.write_bytes(start)
    assert lengths.windows_media_seconds(str(path)) is None
