"""CSV: its rows, whatever parts them; and how rows of any table are drawn."""

import csv

from PIL import Image, ImageDraw

from chalicelib.processing.media.documents import lettering, text_files
from chalicelib.processing.media.documents.document import Document, Row
from chalicelib.processing.media.documents.office import MOST_COLUMNS, MOST_ROWS

_DELIMITERS = ",;\t|"
_LONGEST_CELL = 60
_PAPER, _INK, _EDGE, _HEAD = (255, 255, 255), (45, 52, 64), (203, 209, 218), (238, 243, 250)
_MOST_MISSING = 0.1


def read(path: str) -> Document:
    """Read the beginning of a CSV file; text that is no table is text alone."""
    text, encoding = text_files.read(path)
    rows = _rows(text)
    width = max((len(row) for row in rows), default=0)
    return Document(text=text, rows=rows, counts={"columns": width}, encoding=encoding)


def _rows(text: str) -> list[Row]:
    """Part the first lines into cells, by the delimiter that most lines have alike."""
    lines = text.splitlines()[: 4 * MOST_ROWS]
    counts = {one: [line.count(one) for line in lines if line] for one in _DELIMITERS}
    best = max(_DELIMITERS, key=lambda one: sum(1 for count in counts[one] if count))
    try:
        found = csv.reader(lines, delimiter=best)
        rows = [
            [cell.strip() for cell in row] for row, _ in zip(found, range(MOST_ROWS), strict=False)
        ]
    except csv.Error:
        rows = [line.split(best) for line in lines[:MOST_ROWS]]
    return [row for row in rows if row]


def drawn(rows: list[Row], box: tuple[int, int]) -> Image.Image | None:
    """Draw a table's first rows on paper; None where no font has its script."""
    shown = [
        [lettering.shown(cell.replace("\n", " ")[:_LONGEST_CELL]) for cell in row[:MOST_COLUMNS]]
        for row in rows[:MOST_ROWS]
    ]
    if not shown or lettering.missing("".join("".join(row) for row in shown)) > _MOST_MISSING:
        return None
    width = max(1, min(box[0], box[1] * 4 // 3))
    height = max(1, width * 3 // 4)
    paper = Image.new("RGB", (width, height), _PAPER)
    pen = ImageDraw.Draw(paper)
    size = max(4.0, height / 30)
    line = max(6, round(height / 18))
    edges = _edges(shown, width)
    pen.rectangle((0, 0, width, line), fill=_HEAD)
    for number, row in enumerate(shown):
        top = number * line
        if top + line > height:
            break
        for column, cell in enumerate(row):
            left, right = edges[column], edges[column + 1]
            place = (left + line // 4, top + round(line * 0.72), max(0, right - left - line // 2))
            lettering.draw(pen, cell, place, size, _INK)
        pen.line((0, top + line, width, top + line), fill=_EDGE)
    for edge in edges[1:-1]:
        pen.line((edge, 0, edge, height), fill=_EDGE)
    pen.rectangle((0, 0, width - 1, height - 1), outline=_EDGE)
    return paper


def _edges(rows: list[Row], width: int) -> list[int]:
    """Return where columns begin and end: as wide as what is in them, within bounds."""
    columns = max(len(row) for row in rows)
    needs = [
        min(24, max(4, *(len(row[column]) for row in rows if column < len(row)), 4))
        for column in range(columns)
    ]
    edges, at = [0], 0
    for need in needs:
        at += need
        edges.append(round(width * at / sum(needs)))
    return edges
