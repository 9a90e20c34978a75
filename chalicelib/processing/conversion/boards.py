"""What a board plays of a version, and why it may not play it.

Anthias plays no film that its board cannot decode, and shows pictures of the types that its
browser does (Anthias 2026.08, `processing.py`). It shows no documents: a PDF's pages are a film.
"""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from chalicelib.assets import media_types
from chalicelib.assets.faces import Face, Rendition
from chalicelib.assets.preflight import BOARDS_SHOW

CODECS: Mapping[str, frozenset[str]] = {
    "pi2": frozenset({"h264"}),
    "pi3": frozenset({"h264"}),
    "pi3-64": frozenset({"h264"}),
    "pi4-64": frozenset({"h264", "hevc"}),
    "pi5": frozenset({"h264", "hevc"}),
    "rockpi4": frozenset({"h264", "hevc"}),
    "x86": frozenset({"h264", "hevc"}),
}
"""Which films a board decodes, by Anthias's name of it; any other decodes none."""

PDF = "application/pdf"
SLIDE_SECONDS = 10
"""How long each page of a PDF is shown."""

MOST_SLIDES = 50
"""How many pages are shown, from the first."""

Obstacle = Literal["pending", "unplayable"]
"""Why a board plays nothing of a version: what it needs is still to be made, or never will be."""


class Playable(msgspec.Struct, frozen=True):
    """The bytes that a board plays.

    Attributes:
        rendition: the name of the rendition; None where it is the original.
        content_type: their media type.
        extension: of a file that holds them, without its dot.
        sha256: of them, in hexadecimal.
        size_bytes: how many they are.
    """

    rendition: str | None
    content_type: str
    extension: str
    sha256: str
    size_bytes: int


def playable(face: Face, board: str | None) -> Playable | Obstacle:
    """Return which of a version's files a board plays.

    Masters fit the weakest board, so that its memory makes no difference.

    Args:
        face: the version's.
        board: Anthias's name of the board, such as `pi4-64`; None where nobody has told, which is
            taken for a board that plays H.264.
    """
    if face.sha256 is None:
        return "pending"
    if face.kind == "image":
        if face.content_type in BOARDS_SHOW:
            return _original(face)
        return _first(face, ["web"])
    codecs = CODECS["pi2"] if board is None else CODECS.get(board, frozenset())
    if "h264" not in codecs:
        return "unplayable"
    if face.kind == "video":
        found = _first(face, ["hevc"]) if "hevc" in codecs else "pending"
        return found if isinstance(found, Playable) else _first(face, ["master"])
    if has_slides(face.content_type, face.technical):
        return _first(face, ["slides"])
    return "unplayable"


def has_slides(content_type: str, technical: Mapping[str, Any]) -> bool:
    """Return whether a file is a PDF that opens without a password, as far as its facts tell."""
    is_locked = technical.get("encrypted") and not technical.get("pages")
    return content_type == PDF and not is_locked and not technical.get("damaged")


def film_seconds(face: Face) -> float | None:
    """Return how long a version plays as a film; None where it is none, or nobody knows."""
    if face.kind == "video":
        return face.technical.get("duration_seconds")
    pages = face.technical.get("pages")
    if pages is None or not has_slides(face.content_type, face.technical):
        return None
    return float(min(pages, MOST_SLIDES) * SLIDE_SECONDS)


def _first(face: Face, names: list[str]) -> Playable | Obstacle:
    for one in reversed(face.renditions):
        if one.name in names and one.sha256:
            return _original(face) if one.sha256 == face.sha256 else _of(one)
    return "pending"


def _original(face: Face) -> Playable:
    extension = media_types.extension_for(face.content_type)
    return Playable(None, face.content_type, extension, str(face.sha256), face.size_bytes)


def _of(one: Rendition) -> Playable:
    extension = media_types.extension_for(one.content_type)
    return Playable(one.name, one.content_type, extension, str(one.sha256), one.size_bytes)
