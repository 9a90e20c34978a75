"""Bytes are text by their mark, by their zeros, or by having no stray control."""

import codecs

import pytest

from chalicelib.processing.media.types import prose

TEXT = "Ebbe und Flut, прилив и отлив.\n"


@pytest.mark.parametrize(
    "head",
    [
        codecs.BOM_UTF8 + TEXT.encode(),
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
        codecs.BOM_UTF32_BE + TEXT.encode("utf-32-be"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-32-be"),
    ],
)
def test_wide_text_and_text_with_a_mark_is_read(head: bytes) -> None:
    assert prose.is_plausible(head)
    assert prose.decoded(head) == TEXT


def test_any_other_text_is_read_byte_by_byte() -> None:
    head = TEXT.encode("koi8-r", "replace")
    assert prose.is_plausible(head)
    assert prose.wide_encoding(head) is None
    assert prose.decoded(head).startswith("Ebbe und Flut")


@pytest.mark.parametrize(
    "head", [b"a\0b\0\0", bytes(range(256)), b"\x01\x02" * 50, b"\xff" * 9 + b"\0a"]
)
def test_what_is_full_of_controls_is_no_text(head: bytes) -> None:
    assert not prose.is_plausible(head)


def test_zeros_at_the_end_are_forgiven() -> None:
    assert prose.is_plausible(b"copied from a tape\n" * 100 + bytes(5))
