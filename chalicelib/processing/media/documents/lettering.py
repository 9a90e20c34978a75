"""Lines of text in any script, each part in a font that has it."""

import unicodedata

from PIL import ImageDraw

from chalicelib.processing.media.documents import fonts

Run = tuple[str, str]
"""Text, and the path of the font to draw it with."""

_RIGHT_TO_LEFT = {"R", "AL"}
_JOINERS = "\u200c\u200d\ufe0f"
_STRONG = {"L", *_RIGHT_TO_LEFT}


def shown(line: str) -> str:
    """Return a line without what has no shape: controls become spaces, marks of direction go."""
    kept = (
        character if character.isprintable() or _joins(character) else " " for character in line
    )
    return "".join(kept).rstrip()


def missing(text: str) -> float:
    """Return the share of a text's characters, spaces apart, that no font has."""
    letters = [character for character in text if not character.isspace()]
    lacking = sum(
        not _joins(character) and fonts.for_character(character) is None for character in letters
    )
    return lacking / len(letters) if letters else 0.0


def draw(
    pen: ImageDraw.ImageDraw,
    line: str,
    place: tuple[int, int, int],
    size: float,
    ink: tuple[int, int, int],
) -> None:
    """Write a line; `place` is its left end, its baseline and its width, which it never exceeds.

    A line whose first letter is written from right to left stands at the right end.
    """
    left, baseline, width = place
    runs = _fitted(_runs(line), size, width)
    backwards = _is_right_to_left(line)
    if backwards:
        runs = runs[::-1]
        left += width - round(sum(_length(run, size) for run in runs))
    at = float(left)
    for text, path in runs:
        pen.text((at, baseline), text, ink, fonts.sized(path, size), anchor="ls")
        at += _length((text, path), size)


def length(line: str, size: float) -> float:
    """Return how many pixels a line takes at a size."""
    return sum(_length(run, size) for run in _runs(line))


def _runs(line: str) -> list[Run]:
    """Part a line by fonts; what fits to any, such as a space, stays with what stands before."""
    runs: list[Run] = []
    for character in line:
        path = fonts.for_character(character)
        before = runs[-1][1] if runs else None
        if before is not None and (_joins(character) or character == " "):
            path = before
        if path is None:
            path, character = fonts.for_character("\ufffd") or before, "\ufffd"
        if path is None:
            continue
        if path == before:
            runs[-1] = (runs[-1][0] + character, path)
        else:
            runs.append((character, path))
    return runs


def _fitted(runs: list[Run], size: float, width: int) -> list[Run]:
    """Cut off what does not fit into a width."""
    kept: list[Run] = []
    left = float(width)
    for text, path in runs:
        length = _length((text, path), size)
        while text and length > left:
            text = text[: min(len(text) - 1, int(len(text) * left / length))]
            length = _length((text, path), size) if text else 0.0
        if not text:
            break
        kept.append((text, path))
        left -= length
    return kept


def _length(run: Run, size: float) -> float:
    return fonts.sized(run[1], size).getlength(run[0])


def _joins(character: str) -> bool:
    """Return whether a character belongs to the one before: a combining mark or a joiner."""
    return unicodedata.category(character) in {"Mn", "Mc", "Me"} or character in _JOINERS


def _is_right_to_left(line: str) -> bool:
    strong = (unicodedata.bidirectional(character) for character in line)
    return next((kind for kind in strong if kind in _STRONG), "L") in _RIGHT_TO_LEFT
