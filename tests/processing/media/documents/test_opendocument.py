"""OpenDocument's texts, sheets and slides."""

from pathlib import Path

import pytest

from chalicelib.processing.media import metadata
from chalicelib.processing.media.documents import opendocument
from chalicelib.processing.problems import Unreadable
from tests import office_files
from tests.office_files import OPEN_SHEET, OPEN_SLIDES, OPEN_TEXT
from tests.processing.media.pictures.test_images import assert_quarters, decoded, made


def test_a_text_a_sheet_and_slides(tmp_path: Path) -> None:
    text = opendocument.read(office_files.opendocument(tmp_path / "a.odt"), OPEN_TEXT)
    assert text.text == "Low tide\nZo\u00eb \u4f60\u597d\n"
    assert text.said == {
        "Title": "Tide tables",
        "Author": "Zo\u00eb M\u00fcller",
        "Keywords": "tide; harbour",
    }
    assert text.counts == {"pages": 3}
    sheet = opendocument.read(office_files.opendocument(tmp_path / "a.ods"), OPEN_SHEET)
    assert (sheet.rows, sheet.counts["sheets"]) == ([["Port", "6.25"]], 1)
    slides = opendocument.read(office_files.opendocument(tmp_path / "a.odp"), OPEN_SLIDES)
    assert (slides.text, slides.counts["slides"]) == ("First\n", 2)


def test_its_own_thumbnail_is_shown(tmp_path: Path) -> None:
    members: dict[str, str | bytes] = {"Thumbnails/thumbnail.png": office_files.thumbnail()}
    path = office_files.opendocument(tmp_path / "a.odt", members)
    assert_quarters(decoded(made(path, OPEN_TEXT)["large"]))


def test_an_encrypted_one_gets_a_card(tmp_path: Path) -> None:
    manifest = "<manifest><manifest:encryption-data/></manifest>"
    path = office_files.opendocument(tmp_path / "a.odt", {"META-INF/manifest.xml": manifest})
    assert metadata.read(path, OPEN_TEXT).technical == {"encrypted": True, "preview": "card"}


def test_without_content_it_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(Unreadable):
        opendocument.read(
            office_files.zipped(tmp_path / "a.odt", {"mimetype": OPEN_TEXT}), OPEN_TEXT
        )
