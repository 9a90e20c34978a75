"""The command over a folder: outcomes with their reasons, mutations, values beside exiftool's."""

from pathlib import Path

import pytest
from PIL import Image

from tests import media_files, office_files
from tests.corpus import __main__ as command
from tests.corpus import fields, outcomes


def test_a_table_tells_how_each_file_ended(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "samples"
    folder.mkdir()
    media_files.image_file(folder / "a.png")
    media_files.cut(media_files.image_file(folder / "b.jpg"), 0.3)
    office_files.office(folder / "c.docx")
    (folder / "d.html").write_text("<html>")
    sheet = tmp_path / "sheet.png"
    assert command.main([str(folder), "--sheet", str(sheet)]) == 0
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [(row[0], row[2]) for row in rows[:-1]] == [
        ("a.png", "approved"),
        ("b.jpg", "approved"),
        ("c.docx", "approved"),
        ("cut-b.jpg", "unreadable"),
        ("d.html", "type_mismatch"),
    ]
    assert rows[-1] == ["5 files: 3 approved, 1 unreadable, 1 type_mismatch"]
    with Image.open(sheet) as drawn:
        assert drawn.size == (1800, 150)


def test_mutations_end_and_leave_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    media_files.image_file(tmp_path / "a.png", media_files.picture((40, 30)))
    assert command.main([str(tmp_path), "--mutations", "3"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("3 damaged files:")
    assert "folders left over: 0" in said


def test_values_are_alike_however_they_are_written() -> None:
    theirs = {
        "IFD0:Make": "Reef",
        "ExifIFD:FNumber": 2.8,
        "IPTC:Keywords": ["tide", "ebb"],
        "XML:CreateDate": "2026:05:01 10:00:00Z",
        "IFD0:Model": " ",
        "IFD0:Artist": "Somebody",
    }
    ours = {
        "exif.Make": "Reef",
        "exif.FNumber": 2.8001,
        "iptc.Keywords": ["tide", "ebb"],
        "document.CreateDate": "2026-05-01T10:00:00Z",
        "exif.Artist": "Nobody",
    }
    found = {name: same for name, same, _, _ in fields.compared(theirs, ours)}
    assert found == {
        "IFD0:Make": True,
        "ExifIFD:FNumber": True,
        "IPTC:Keywords": True,
        "XML:CreateDate": True,
        "IFD0:Artist": False,
    }
    assert len(fields.FIELDS) >= 40


def test_the_declared_type_is_what_a_browser_says(tmp_path: Path) -> None:
    assert outcomes.declared_type(tmp_path / "a.HEIC") == "image/heic"
    assert outcomes.declared_type(tmp_path / "a.jpeg") == "image/jpeg"
    assert outcomes.declared_type(tmp_path / "a") == "application/octet-stream"
