"""XML is read as a stream: no document types, no depth, no length without end."""

import io

import pytest

from chalicelib.processing.media.documents import markup_text
from chalicelib.processing.media.documents.text_files import MAX_TEXT_BYTES


class Lines(markup_text.Reader):
    texts = frozenset({"p"})
    breaks = frozenset({"p"})
    spaces = {"tab": "\t"}


def read(data: bytes) -> tuple[str, bool]:
    reader = Lines()
    whole = markup_text.read(io.BytesIO(data), reader)
    return reader.text, whole


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"<a>x<p>one<tab/>two</p>y<p>three</p></a>", ("one\ttwo\nthree\n", True)),
        (b"<a><p>one</p><p>tw", ("one\n", False)),
        (b"<a><p>one</b></a>", ("one", False)),
        (b"", ("", False)),
        (b'<?xml version="1.0" encoding="none-such"?><a/>', ("", False)),
        (b"<!DOCTYPE a><a><p>x</p></a>", ("", False)),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a><p>&b;</p></a>', ("", False)),
    ],
)
def test_what_stands_before_an_error_counts(data: bytes, expected: tuple[str, bool]) -> None:
    text, whole = read(data)
    assert whole == expected[1]
    assert text in (expected[0], expected[0] + "tw")


def test_depth_and_length_end_the_reading() -> None:
    assert read(b"<p>" * 1_000_000) == ("", True)
    text, whole = read(b"<a><p>" + b"x" * (MAX_TEXT_BYTES * 30) + b"</p></a>")
    assert whole
    assert MAX_TEXT_BYTES < len(text) < 3 * MAX_TEXT_BYTES


def test_values_come_from_elements_and_attributes() -> None:
    values = markup_text.Values({"t": "Title", "m:n": "Count"}.get)  # type: ignore[arg-type]
    data = b'<a><t>one</t><x>no</x><t>tw&amp;o</t><s m:n="3"/></a>'
    assert markup_text.read(io.BytesIO(data), values)
    assert values.found == {"Title": ["one", "tw&o"], "Count": ["3"]}
