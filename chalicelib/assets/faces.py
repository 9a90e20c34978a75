"""A version's face: what the outside sees of its content and state."""

from typing import Any, Literal

import msgspec

Status = Literal[
    "uploading",
    "scanning",
    "processing",
    "in_review",
    "approved",
    "quarantined",
    "rejected",
    "failed",
    "expired",
    "trashed",
]


class Scan(msgspec.Struct, kw_only=True):
    """What the virus scan said."""

    status: Literal["pending", "clean", "infected", "unscannable", "skipped"] = "pending"
    signature: str | None = None
    scanned_at: str | None = None


class Face(msgspec.Struct, kw_only=True):
    """What is shown of a version; copied to its asset while it is the newest or the published.

    `thumbnails` holds width and height in pixels by the name of the size.
    """

    number: int
    filename: str
    kind: str
    content_type: str
    size_bytes: int
    sha256: str | None = None
    status: Status = "uploading"
    status_reason: str | None = None
    scan: Scan = msgspec.field(default_factory=Scan)
    technical: dict[str, Any] = msgspec.field(default_factory=dict)
    thumbnails: dict[str, tuple[int, int]] = msgspec.field(default_factory=dict)
    renditions: list[dict[str, Any]] = msgspec.field(default_factory=list)


def read(stored: dict[str, Any]) -> Face:
    """Read a face as a table holds it."""
    return msgspec.convert(stored, Face)


def stored(face: Face) -> dict[str, Any]:
    """Write a face as a table holds it."""
    value: dict[str, Any] = msgspec.to_builtins(face)
    return value


GRID = "grid"
"""The small lossless picture by which versions are compared."""


def grid_path(tenant_id: str, sha256: str) -> str:
    """Give the key of a content's grid in the renditions bucket."""
    return f"{tenant_id}/{sha256}/{GRID}.png"


def thumbnail_path(tenant_id: str, sha256: str, size: str) -> str:
    """Give the key of a thumbnail in the renditions bucket."""
    return f"{tenant_id}/{sha256}/thumbnail-{size}.webp"
