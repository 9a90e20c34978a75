"""Short texts in pictures are read in the encoding that they have, told or not."""

import pytest

from chalicelib.processing.media.embedded_metadata import encodings


def test_a_note_is_utf_8_where_it_can_be_and_ends_at_a_nul() -> None:
    assert encodings.note("Ebbe € Flut".encode() + b"\0rest") == "Ebbe € Flut"
    assert encodings.note("Ebbe € Flut".encode("cp1252")) == "Ebbe € Flut"
    assert encodings.note("отлив".encode("koi8-r"), "koi8-r") == "отлив"


def test_wide_text_has_the_order_that_its_mark_says() -> None:
    text = "отлив"
    assert encodings.utf16(text.encode("utf-16-be") + b"\0\0x", ">") == text
    assert encodings.utf16(text.encode("utf-16"), ">") == text


@pytest.mark.parametrize(
    ("data", "third_edition", "read"),
    [
        (b"ASCII\0\0\0plain", False, "plain"),
        (bytes(8) + b"plain\0", False, "plain"),
        (b"UNICODE\0" + "Flut".encode("utf-16-le"), False, "Flut"),
        (b"UNICODE\0" + "Flut".encode("utf-16-be"), False, "Flut"),
        (b"UNICODE\0" + "Flut €".encode(), True, "Flut €"),
        (b"JIS\0\0\0\0\0" + "潮".encode("iso2022_jp"), False, "潮"),
        (b"JIS\0\0\0\0\0" + "潮".encode("shift_jis"), False, "潮"),
        ("Flut €".encode() + bytes(4), True, "Flut €"),
        (b"no code at all", False, "no code at all"),
        ("Flut € ohne".encode("cp1252"), False, ""),
    ],
)
def test_a_comment_is_read_by_its_code(data: bytes, third_edition: bool, read: str) -> None:
    assert encodings.user_comment(data, "<", third_edition) == read
