"""Which file of an asset a board plays, told for each class of boards before it is asked for."""

from typing import Literal

import msgspec

from chalicelib.assets.faces import Face
from chalicelib.processing.conversion import boards
from chalicelib.processing.conversion.boards import Obstacle

BoardClass = Literal["none", "h264", "hevc"]
"""What films boards play: none, H.264 alone, or HEVC, too."""

_EXAMPLES: dict[BoardClass, str | None] = {"none": "pi1", "h264": None, "hevc": "pi5"}
"""A board of each class; one that nobody knows yet plays H.264."""


class File(msgspec.Struct, array_like=True, frozen=True):
    """What a device fetches: the original where `rendition` is None; the extension has a dot."""

    rendition: str | None
    content_type: str
    size_bytes: int
    sha256: str
    extension: str


Files = dict[BoardClass, File | Obstacle]
"""For each class of boards the file that they play, or why they play none."""


def files_of(face: Face) -> Files:
    """Return what each class of boards plays of a version; nothing of a link, which has no file."""
    if face.kind == "link":
        return {}
    return {kind: _file(face, board) for kind, board in _EXAMPLES.items()}


def seconds_of(face: Face) -> float | None:
    """Return how long a version plays as a film; None where it is shown for as long as wanted."""
    return boards.film_seconds(face)


def choose(files: Files, board: str | None) -> File | Obstacle | None:
    """Return the file that a board plays, or why it plays none; None for a link, that has none.

    Args:
        files: those of the asset's published version.
        board: Anthias's name of the board; None where nobody knows it yet.
    """
    return files.get(_class_of(board))


def _class_of(board: str | None) -> BoardClass:
    if board is None:
        return "h264"
    codecs = boards.CODECS.get(board, frozenset())
    return "hevc" if "hevc" in codecs else "h264" if codecs else "none"


def _file(face: Face, board: str | None) -> File | Obstacle:
    found = boards.playable(face, board)
    if isinstance(found, str):
        return found
    extension = f".{found.extension}"
    return File(found.rendition, found.content_type, found.size_bytes, found.sha256, extension)
