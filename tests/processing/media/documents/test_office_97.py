"""Word, Excel and PowerPoint until 2003."""

from pathlib import Path

import pytest

from chalicelib.processing.media import metadata
from chalicelib.processing.media.documents import office_97
from chalicelib.processing.problems import Unreadable
from tests import media_files, office_files
from tests.processing.media.pictures.test_images import made

TEXT = "Low tide\nZo\u00eb \u4f60\u597d"


def test_word_says_its_text(tmp_path: Path) -> None:
    assert office_97.read(office_files.old_word(tmp_path / "a.doc")).text == TEXT
    path = office_files.old_word(tmp_path / "b.doc", "Page \x13 PAGE \x14 7\x15 of\x01\x08 9\x07")
    assert office_97.read(path).text == "Page  7 of 9\t"
    assert made(path, "application/msword")["large"].height == 600


def test_powerpoint_says_its_slides_however_deep(tmp_path: Path) -> None:
    found = office_97.read(office_files.old_powerpoint(tmp_path / "a.ppt"))
    assert found.text.strip() == "Low tide \u4f60\u597d\nat six"


def test_excel_says_its_sheets_and_strings(tmp_path: Path) -> None:
    found = office_97.read(office_files.old_excel(tmp_path / "a.xls"))
    assert (found.text, found.counts) == ("Ports\nLow tide\n\u4f60\u597d", {"sheets": 1})


def test_what_asks_for_a_password_gets_a_card(tmp_path: Path) -> None:
    word = office_files.old_word(tmp_path / "a.doc", flags=0x0300)
    excel = office_files.old_excel(tmp_path / "a.xls", encrypted=True)
    newer = office_files.compound(tmp_path / "a.xlsx", {"EncryptedPackage": b"x"})
    for path, content_type in (
        (word, "application/msword"),
        (excel, "application/vnd.ms-excel"),
        (newer, office_files.EXCEL),
    ):
        facts = metadata.read(path, content_type)
        assert (facts.text, facts.technical) == ("", {"encrypted": True, "preview": "card"})
        assert made(path, content_type)["large"].width == 600


@pytest.mark.parametrize("share", [0.02, 0.2, 0.5])
def test_damage_is_told(tmp_path: Path, share: float) -> None:
    with pytest.raises(Unreadable):
        office_97.read(media_files.cut(office_files.old_word(tmp_path / "a.doc"), share))


def test_another_compound_file_is_no_document(tmp_path: Path) -> None:
    with pytest.raises(Unreadable):
        office_97.read(office_files.compound(tmp_path / "a.doc", {"Other": b"x"}))
    path = tmp_path / "b.doc"
    path.write_text("Low tide")
    with pytest.raises(Unreadable):
        office_97.read(str(path))
