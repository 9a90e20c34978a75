"""A text file's first lines, written on a sheet of paper."""

from PIL import Image, ImageDraw

from chalicelib.processing.media.documents import lettering, text_files

_SHAPE = (3, 4)
_PAPER, _INK, _EDGE = (255, 255, 255), (45, 52, 64), (203, 209, 218)
_HEAD_BYTES = 16_384
_MOST_ROWS, _MOST_CHARACTERS = 24, 200
_MOST_MISSING = 0.1
"""The share of letters without a shape from which on a sheet would say little."""


def first_lines(path: str, box: tuple[int, int]) -> Image.Image | None:
    """Draw the first lines of a text file; None where no font has its script."""
    text, _ = text_files.read(path, _HEAD_BYTES)
    return drawn(text, box)


def drawn(text: str, box: tuple[int, int]) -> Image.Image | None:
    """Draw the first lines of a text; None where no font has its script."""
    lines = [
        lettering.shown(line.expandtabs(4)[:_MOST_CHARACTERS])
        for line in text[:_HEAD_BYTES].splitlines()
    ]
    lines = lines[:_MOST_ROWS]
    if lettering.missing("".join(lines)) > _MOST_MISSING:
        return None
    factor = min(box[0] / _SHAPE[0], box[1] / _SHAPE[1])
    width, height = max(1, int(_SHAPE[0] * factor)), max(1, int(_SHAPE[1] * factor))
    sheet = Image.new("RGB", (width, height), _PAPER)
    pen = ImageDraw.Draw(sheet)
    size = max(4.0, height / 34)
    margin, line_height = width // 12, max(5, round(height / 24))
    for row, line in enumerate(lines):
        baseline = margin + row * line_height + round(size)
        if baseline > height - margin:
            break
        lettering.draw(pen, line, (margin, baseline, width - 2 * margin), size, _INK)
    pen.rectangle((0, 0, width - 1, height - 1), outline=_EDGE)
    return sheet
