"""RTF: its text in every alphabet, and what it says of itself."""

import time
from pathlib import Path

import pytest

from chalicelib.processing.media.documents import rich_text
from chalicelib.processing.problems import Unreadable
from tests import office_files


def test_text_and_facts(tmp_path: Path) -> None:
    found = rich_text.read(office_files.rich_text(tmp_path / "a.rtf"))
    assert found.text == "Low tide\nGr\u00fc\u00dfe \u4f60\u597d"
    assert found.said == {"Title": "Tide tables", "Author": "Zo\u00eb", "CreateDate": "2026-05-01"}
    assert found.counts == {"pages": 3}


def test_pictures_in_it_cost_no_time(tmp_path: Path) -> None:
    inside = r"Low {\pict\pngblip " + "0123456789abcdef" * 200_000 + "} tide"
    began = time.monotonic()
    found = rich_text.read(office_files.rich_text(tmp_path / "a.rtf", inside))
    assert found.text.split() == ["Low", "tide"]
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("inside", ["{" * 50_000, "}" * 9, r"\u99999999999?", r"\'zz \bin99999"])
def test_damage_ends_in_text_or_a_problem(tmp_path: Path, inside: str) -> None:
    try:
        found = rich_text.read(office_files.rich_text(tmp_path / "a.rtf", "Low tide" + inside))
    except Unreadable:
        return
    assert found.said["Title"] == "Tide tables"


def test_what_is_no_rich_text_is_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "a.rtf"
    path.write_text("Low tide")
    with pytest.raises(Unreadable):
        rich_text.read(str(path))
