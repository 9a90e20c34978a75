"""CSV: parted as its lines are, and drawn as a table."""

from pathlib import Path

import pytest

from chalicelib.processing.media import metadata
from chalicelib.processing.media.documents import tables
from tests import office_files

ROWS = [["Port", "Low tide", "Note"], ["Ebb", "6.25", "quay, north"], ["Zo\u00eb", "7", ""]]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_rows_are_parted_by_what_most_lines_have(tmp_path: Path, delimiter: str) -> None:
    path = office_files.table(tmp_path / "a.csv", delimiter)
    assert tables.read(path).rows == ROWS
    facts = metadata.read(path, "text/csv")
    assert facts.technical == {"columns": 3, "encoding": "utf-8", "preview": "text"}
    assert "quay" in facts.text


@pytest.mark.parametrize("text", ["", "\n\n", '"never closed, ' * 9, "x" * 200_000, "\0"])
def test_what_is_no_table_costs_nothing(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text)
    found = tables.read(str(path))
    tables.drawn(found.rows, (150, 150))
    assert metadata.read(str(path), "text/csv").kind == "document"


@pytest.mark.parametrize("box", [(600, 600), (150, 90), (16, 16), (1, 1)])
def test_a_table_fits_its_box(box: tuple[int, int]) -> None:
    drawn = tables.drawn(ROWS * 30, box)
    assert drawn is not None
    assert drawn.width <= box[0]
    assert drawn.height <= box[1]


def test_nothing_is_drawn_where_there_is_nothing_to_read() -> None:
    assert tables.drawn([], (600, 600)) is None
    assert tables.drawn([["\U00012000" * 9]], (600, 600)) is None
