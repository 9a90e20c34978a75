"""What a board plays of a version, and why it may not play it.

Anthias plays no film that its board cannot decode, and shows pictures of the types that its
browser does (Anthias 2026.08, `processing.py`).
"""

from collections.abc import Mapping
from typing import Literal

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
    if face.kind == "video":
        codecs = CODECS["pi2"] if board is None else CODECS.get(board, frozenset())
        if "h264" not in codecs:
            return "unplayable"
        found = _first(face, ["hevc"]) if "hevc" in codecs else "pending"
        return found if isinstance(found, Playable) else _first(face, ["master"])
    return "unplayable"


def slides(face: Face) -> list[Playable]:
    """Return the pictures of a document's pages, in their order, for boards that show no others."""
    pages = [one for one in face.renditions if one.name.startswith("page-")]
    pages.sort(key=lambda one: int(one.name.removeprefix("page-")))
    return [_of(page) for page in pages if page.sha256]


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
