"""Photoshop's image resources hold IPTC's datasets."""

import struct

import pytest

from chalicelib.processing.media.pictures.formats import photoshop

DATASETS = b"\x1c\x02\x05\x00\x03Ebb"


def resource(number: int, data: bytes, name: bytes = b"") -> bytes:
    named = bytes([len(name)]) + name
    named += bytes(len(named) % 2)
    padding = bytes(len(data) % 2)
    return (
        b"8BIM" + struct.pack(">H", number) + named + struct.pack(">I", len(data)) + data + padding
    )


def test_resources_are_told_apart_by_their_numbers() -> None:
    block = resource(1005, b"odd") + resource(0x0404, DATASETS, b"IPTC")
    assert photoshop.resources(block) == ({1005: b"odd", 0x0404: DATASETS}, True)
    assert photoshop.resources(block + b"\0\0") == ({1005: b"odd", 0x0404: DATASETS}, True)


@pytest.mark.parametrize("cut", [1, 9, 14])
def test_a_block_that_is_cut_is_not_whole(cut: int) -> None:
    assert not photoshop.resources(resource(1, b"odd") + resource(0x0404, DATASETS)[:-cut])[1]


def test_iptc_lies_in_a_resource_or_stands_by_itself() -> None:
    inner = resource(0x0404, DATASETS)
    assert photoshop.iptc_of(DATASETS) == DATASETS
    assert photoshop.iptc_of(inner) == DATASETS
    assert photoshop.iptc_of(resource(0x0404, inner)) == DATASETS
    assert photoshop.iptc_of(b"something else") == b""
    assert photoshop.iptc_of(resource(1, b"a")) == b""
