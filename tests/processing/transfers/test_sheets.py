"""CSV files are read as spreadsheets write them, or refused with the place that is wrong."""

from pathlib import Path

import pytest

from chalicelib.processing.transfers import sheets
from chalicelib.processing.transfers.sheets import Row, Unusable


def rows(path: Path, data: bytes) -> list[Row]:
    path.write_bytes(data)
    with sheets.opened(str(path)) as sheet:
        return list(sheet.rows)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a file lies."""
    return tmp_path / "import.csv"


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_files_of_any_spreadsheet_are_read_alike(
    path: Path, separator: str, end: str, encoding: str
) -> None:
    lines = [["id", "title"], ["1", f'"a{separator}b, ""c"" ü\n2"'], ["2", "'=x"]]
    text = end.join(separator.join(line) for line in lines)
    assert rows(path, text.encode(encoding)) == [
        Row(2, {"id": "1", "title": f'a{separator}b, "c" ü\n2'}),
        Row(3, {"id": "2", "title": "=x"}),
    ]


def test_blank_rows_count_and_are_left_out(path: Path) -> None:
    found = rows(path, b"id,title,,\n\n1,a,,\n,,,\n2,b\n3,c,d\n4\n")
    assert [row.number for row in found] == [3, 5, 6, 7]
    assert [bool(row.fault) for row in found] == [False, False, True, True]


def test_the_last_row_is_found(path: Path) -> None:
    path.write_bytes(b"id\n1\n\n3\n\n")
    assert sheets.last_row(str(path)) == 4
    path.write_bytes(b"id\n")
    assert sheets.last_row(str(path)) == 1


def test_a_hundred_thousand_rows_are_read_and_one_more_is_refused(path: Path) -> None:
    line = f'{"0" * 36},"{"x" * 200}"\n'
    path.write_text("id,title\n" + line * sheets.MOST_ROWS)
    assert sheets.last_row(str(path)) == sheets.MOST_ROWS + 1
    path.write_text("id,title\n" + line * (sheets.MOST_ROWS + 1))
    with pytest.raises(Unusable, match="more than 100000 rows"):
        sheets.last_row(str(path))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "id is needed"),
        (b"id,title\n1,x\n2,\xff\n", "not UTF-8"),
        (b"\xff\n", "not UTF-8"),
        (b'id\n1\n"2', "ends within quotes, in row 3"),
        (b'id\n1\n"2"x\n', "in row 3"),
        (b"\xff\xfei\0d\0\n\0\0", "not UTF-8"),
    ],
)
def test_what_is_no_such_file_says_where(path: Path, data: bytes, said: str) -> None:
    with pytest.raises(Unusable, match=said):
        rows(path, data)


def test_a_heading_is_checked_by_itself() -> None:
    sheets.check_heading("\ufeffid;title;rights.copyright;custom_fields.any;;\nx")
    for wrong in ("", "title", "id;nothing", "id,title,title", "id,,title", "'=id"):
        with pytest.raises(Unusable):
            sheets.check_heading(wrong)
