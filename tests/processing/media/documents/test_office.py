"""Word, Excel and PowerPoint: text in order, facts, thumbnail; nothing in them blows up."""

import time
from pathlib import Path

import pytest

from chalicelib.processing.media import metadata, sandbox, thumbnails
from chalicelib.processing.media.documents import office
from chalicelib.processing.problems import Unreadable
from tests import media_files, office_files
from tests.office_files import EXCEL, POWERPOINT, WORD
from tests.processing.media.pictures.test_images import SIZES, assert_quarters, decoded, made

SAID = {
    "Title": "Tide tables",
    "Author": "Zo\u00eb M\u00fcller",
    "Keywords": "tide, harbour",
    "CreateDate": "2026-05-01T10:00:00Z",
    "Application": "Reef Writer",
}


def test_word_says_its_paragraphs(tmp_path: Path) -> None:
    notes = '<w:footnotes xmlns:w="w"><w:p><w:t>See the chart</w:t></w:p></w:footnotes>'
    path = office_files.office(tmp_path / "a.docx", {"word/footnotes.xml": notes})
    found = office.read(path, WORD)
    assert found.text == "Low tide\tat six\nZo\u00eb \u4f60\u597d\n\nSee the chart"
    assert (found.said, found.counts) == (SAID, {"pages": 3, "words": 41})


def test_excel_shows_its_first_sheet(tmp_path: Path) -> None:
    found = office.read(office_files.office(tmp_path / "a.xlsx"), EXCEL)
    assert found.rows == [["Port", "Low tide"], ["Ebb", "6.25"]]
    assert found.text == "Port\nLow tide\nEbb"
    assert found.counts["sheets"] == 1


def test_powerpoint_says_its_slides_in_order(tmp_path: Path) -> None:
    picture: dict[str, str | bytes] = {"docProps/thumbnail.jpeg": office_files.thumbnail("JPEG")}
    path = office_files.office(tmp_path / "a.pptx", picture)
    found = office.read(path, POWERPOINT)
    assert (found.text, found.counts["slides"]) == ("First\n\nSecond\n\nLast", 3)
    assert_quarters(decoded(made(path, POWERPOINT)["large"]))
    assert metadata.read(path, POWERPOINT).technical["preview"] == "embedded"


def test_a_thumbnail_that_is_broken_is_none(tmp_path: Path) -> None:
    path = office_files.office(
        tmp_path / "a.docx", {"docProps/thumbnail.jpeg": b"\xd7\xcd\xc6\x9a"}
    )
    assert metadata.read(path, WORD).technical["preview"] == "text"
    assert made(path, WORD)["large"].height == 600


BOMB = '<!DOCTYPE x [<!ENTITY a "' + "x" * 1000 + '"><!ENTITY b "' + "&a;" * 1000 + '">]>'


@pytest.mark.parametrize(
    "main",
    [
        b"<w:document>" + b" " * 300_000_000,
        BOMB.encode() + b"<w:t>" + b"&b;" * 1000 + b"</w:t>",
        b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><w:t>&f;</w:t>',
        b"<w:p>" * 3_000_000,
    ],
    ids=["zip bomb", "entities", "foreign entity", "nesting"],
)
def test_attacks_cost_little_and_show_nothing(tmp_path: Path, main: bytes) -> None:
    path = office_files.office(tmp_path / "a.docx", {"word/document.xml": main})
    assert Path(path).stat().st_size < 400_000
    began = time.monotonic()
    outcome = sandbox.run(metadata.read, path, WORD)
    assert (outcome.result.text, outcome.result.technical["preview"]) == ("", "card")
    assert outcome.peak_memory_bytes < 200 * 1024**2
    assert sandbox.run(thumbnails.make, path, WORD, SIZES).result[0].width == 150
    assert time.monotonic() - began < 20


def test_strings_without_end_are_read_to_a_limit(tmp_path: Path) -> None:
    strings = b"<sst>" + b"<si><t/></si>" * 400_000 + b"</sst>"
    members: dict[str, str | bytes] = {"xl/sharedStrings.xml": strings}
    outcome = sandbox.run(metadata.read, office_files.office(tmp_path / "a.xlsx", members), EXCEL)
    assert outcome.peak_memory_bytes < 200 * 1024**2


def test_what_is_damaged_is_unreadable(tmp_path: Path) -> None:
    path = office_files.office(tmp_path / "a.docx")
    with pytest.raises(Unreadable):
        office.read(media_files.cut(path), WORD)
    with pytest.raises(Unreadable):
        office.read(office_files.zipped(tmp_path / "b.docx", {"a": "b"}), WORD)
