"""What a text file says, whatever it is written in; and that its encoding has the web's name."""

import os
from pathlib import Path

import pytest

from chalicelib.processing.media import metadata
from chalicelib.processing.media.documents import text_files
from tests.languages import SAMPLES

BY_LETTERS = [
    (text, written, name)
    for text, encodings in SAMPLES.values()
    for written, name in encodings.items()
]
WIDE = [
    (text, written, written)
    for text, _ in SAMPLES.values()
    for written in ("utf-16-le", "utf-16-be", "utf-32-le")
]


@pytest.mark.parametrize(("text", "written", "name"), BY_LETTERS)
def test_the_letters_tell_the_encoding(text: str, written: str, name: str) -> None:
    assert text_files.decoded(text.encode(written)) == (text, name)


@pytest.mark.parametrize(("text", "written", "name"), WIDE)
def test_zeros_tell_two_and_four_bytes_a_character(text: str, written: str, name: str) -> None:
    lines = f"{text}\n{text}\n"
    assert text_files.decoded(lines.encode(written)) == (lines, name)


@pytest.mark.parametrize(("text", "written", "name"), WIDE)
def test_a_mark_goes_before_all(text: str, written: str, name: str) -> None:
    assert text_files.decoded(f"\ufeff{text}".encode(written)) == (text, name)


@pytest.mark.parametrize("text", [text for text, _ in SAMPLES.values()])
def test_what_is_utf_8_is_read_as_that(text: str) -> None:
    assert text_files.decoded(text.encode()) == (text, "utf-8")


@pytest.mark.parametrize("text", ["a ~{ b", "plain", "~~~{code}", "cut \x1b[0m"])
def test_plain_letters_stay_what_they_are(text: str) -> None:
    assert text_files.decoded(text.encode()) == (text, "utf-8")


@pytest.mark.parametrize(("text", "written", "name"), BY_LETTERS)
def test_a_text_cut_in_a_character_keeps_its_encoding(
    text: str, written: str, name: str, tmp_path: Path
) -> None:
    path = tmp_path / "long.txt"
    path.write_bytes(((text + "\n") * 900).encode(written))
    read, encoding = text_files.read(str(path))
    assert encoding == name
    assert read.startswith(text)
    assert "\ufffd" not in read[: len(text) * 100]


def test_what_no_encoding_fits_is_unknown() -> None:
    text, encoding = text_files.decoded(b"abc" + bytes(range(0x80, 0xA0)) * 4 + b"\xff\xfe\xfd")
    assert text.startswith("abc")
    if encoding == text_files.UNKNOWN:
        assert set(text[3:]) == {"\ufffd"}


def test_the_encoding_is_among_a_text_files_facts(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(SAMPLES["Japanese"][0].encode("shift_jis"))
    facts = metadata.read(str(path), "text/plain")
    assert facts.technical == {"encoding": "shift_jis"}
    assert facts.text == SAMPLES["Japanese"][0]


def test_any_bytes_are_read() -> None:
    for length in range(1, 200):
        text, _ = text_files.decoded(os.urandom(length))
        text.encode("utf-8", "replace")
