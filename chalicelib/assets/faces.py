"""A version's face: what the outside sees of its content and state."""

import copy
from typing import Any, Literal

import msgspec

from chalicelib.assets import media_types

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
    """What the virus scan said.

    Attributes:
        status: `pending` until there is a verdict; `unscannable` is what could not be read to its
            end; `skipped` only where the deployment allows unscanned files.
        signature: the name that the scanner gives to what it found; null unless `infected`.
        scanned_at: when the verdict was given; null until then.
    """

    status: Literal["pending", "clean", "infected", "unscannable", "skipped"] = "pending"
    signature: str | None = None
    scanned_at: str | None = None


DESCRIBED = "described"
"""The name of the copy of a picture that says of itself what is said of its asset."""


class RenditionShown(msgspec.Struct):
    """Another form of a version's content, by which it can be seen or fetched.

    There are `page-1` and so on of a PDF and `slides`, a film of its pages; `preview` of an
    animation (a short one) and of a video (a muted clip), and `strip` of a video: ten stills side
    by side, evenly apart. `described` is a copy of a picture that says of itself what is said of
    the asset; once something else is said it is not shown any more.

    Attributes:
        name: what to ask for as `rendition` of a download.
        content_type: its media type.
        width: in pixels.
        height: in pixels.
        size_bytes: its size.
        sha256: of its bytes, in hexadecimal; left out of what was made before Reef kept it. It is
            the original's where the original itself serves as this rendition.
        video_codec: of a film, such as `h264`; left out of everything else.
        similarity: of what was made smaller, how like the original it looks, by SSIM up to 1.
        recipe: of a rendition of the tenant's own, by what it was made: another definition or
            focal point makes another.
    """

    name: str
    content_type: str
    width: int
    height: int
    size_bytes: int
    sha256: str | msgspec.UnsetType = msgspec.UNSET
    video_codec: str | msgspec.UnsetType = msgspec.UNSET
    similarity: float | msgspec.UnsetType = msgspec.UNSET
    recipe: str | msgspec.UnsetType = msgspec.UNSET


class Rendition(RenditionShown):
    """A rendition as it is kept.

    Attributes:
        asset_id: of `described`, whose copy it is; other assets with the same bytes do not show it.
        said_hash: of `described`, a hash of what was said of its asset when it was asked for.
    """

    asset_id: str | msgspec.UnsetType = msgspec.UNSET
    said_hash: str | msgspec.UnsetType = msgspec.UNSET


class Face(msgspec.Struct, kw_only=True):
    """What is shown of a version; copied to its asset while it is the newest or the published.

    `thumbnails` holds width and height in pixels by the name of the size. `deduplicated` is True
    where the scan found the same bytes kept for another version; else it is left out.
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
    renditions: list[Rendition] = msgspec.field(default_factory=list)
    deduplicated: bool | msgspec.UnsetType = msgspec.UNSET


def copied(face: Face) -> Face:
    """Return a face of its own, to be changed while the item keeps the one that was read."""
    return copy.deepcopy(face)


GRID = "grid"
"""The small lossless picture by which versions are compared."""


def grid_path(tenant_id: str, sha256: str) -> str:
    """Return the key of a content's grid in the renditions bucket."""
    return f"{tenant_id}/{sha256}/{GRID}.png"


def difference_path(tenant_id: str, old: str, new: str) -> str:
    """Return the key of the picture that shows how a content differs from an older one.

    It shows two contents, so it lies beside the folder of the newer one, whose signature must not
    open it, and goes with it.
    """
    return f"{tenant_id}/{new}-difference/{old}.png"


def thumbnail_path(tenant_id: str, sha256: str, size: str) -> str:
    """Return the key of a thumbnail in the renditions bucket."""
    return f"{tenant_id}/{sha256}/thumbnail-{size}.webp"


def rendition_path(tenant_id: str, sha256: str, rendition: Rendition) -> str:
    """Return the key of a rendition in the renditions bucket, such as `…/master-<digest>.mp4`.

    What is made twice by chance may differ, so that its own digest is part of its key.
    """
    extension = media_types.extension_for(rendition.content_type)
    digest = f"-{rendition.sha256[:16]}" if rendition.sha256 else ""
    return f"{tenant_id}/{sha256}/{rendition.name}{digest}.{extension}"
