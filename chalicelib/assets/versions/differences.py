"""What changed between two versions of an asset: bytes, facts, what is said, what is seen."""

import io
from typing import Any

import png

from chalicelib.assets import contents, downloads, faces
from chalicelib.assets.faces import Face
from chalicelib.assets.metadata import edits
from chalicelib.assets.models import AssetMetadata, AssetVersion
from chalicelib.assets.versions.shapes import Change, FieldChange
from chalicelib.core import storage
from chalicelib.core.settings import settings

CONTENT_FIELDS = ("filename", "kind", "content_type", "size_bytes", "sha256")
DIFFERENT_ABOVE = 32
"""A pixel counts as changed when one of its channels moved by more, of 255: encoding moves less."""

_RED = (214, 40, 40)
_DOCUMENTS_WITH_PAGES = frozenset({"application/pdf"})


def of_content(old: Face, new: Face) -> dict[str, Change]:
    """Compare files and technical facts; return what differs, by field."""
    pairs = {name: (getattr(old, name), getattr(new, name)) for name in CONTENT_FIELDS}
    for name in sorted(old.technical.keys() | new.technical.keys()):
        pairs[f"technical.{name}"] = (old.technical.get(name), new.technical.get(name))
    return {name: Change(a, b) for name, (a, b) in pairs.items() if a != b}


def of_metadata(asset: AssetMetadata, old: AssetVersion, new: AssetVersion) -> list[FieldChange]:
    """Compare what was said of the asset while each was the last version."""
    before, after = _described(asset, old), _described(asset, new)
    return [
        FieldChange(name, before.get(name), after.get(name))
        for name in edits.FIELDS
        if before.get(name) != after.get(name)
    ]


def of_pictures(tenant_id: str, old: Face, new: Face) -> tuple[float, str] | None:
    """Compare what is seen of two versions: an image, a video's poster, a document's first page.

    Returns:
        The share of pixels that changed, 0 to 1, and the key of a picture that shows them in the
        renditions bucket; None where one of the two shows nothing of its content.
    """
    if not (_shows_content(old) and _shows_content(new)):
        return None
    assert old.sha256 is not None  # whoever has thumbnails has content
    assert new.sha256 is not None
    bucket = settings().renditions_bucket
    try:
        before = storage.read(bucket, faces.grid_path(tenant_id, old.sha256))
        after = storage.read(bucket, faces.grid_path(tenant_id, new.sha256))
    except storage.ObjectGone:
        return None
    ratio, picture = compare(before, after)
    key = faces.difference_path(tenant_id, old.sha256, new.sha256)
    storage.put(bucket, key, picture, "image/png")
    content = contents.get(tenant_id, new.sha256)
    if content is None or content.state == "deleting":
        storage.delete(bucket, key)
        return None
    return ratio, key


def compare(old: bytes, new: bytes) -> tuple[float, bytes]:
    """Compare two grids; gives the share of changed pixels, and a PNG that shows them red.

    A grid of other proportions is stretched over the new one. Grids are so small that what two
    encoders make of the same edge averages out; and they are compared in plain Python, for the
    process that answers requests decodes no media.
    """
    before, after = _rows(old), _rows(new)
    height, width = len(after), len(after[0]) // 3
    changed = 0
    rows = []
    for y, row in enumerate(after):
        other = before[y * len(before) // height]
        shown = bytearray()
        for x in range(width):
            now = row[3 * x : 3 * x + 3]
            at = 3 * (x * (len(other) // 3) // width)
            was = other[at : at + 3]
            if max(abs(a - b) for a, b in zip(now, was, strict=True)) > DIFFERENT_ABOVE:
                changed += 1
                shown += bytes(_RED)
            else:
                shown += bytes(255 - (255 - value) * 2 // 5 for value in now)
        rows.append(shown)
    out = io.BytesIO()
    png.Writer(width, height, greyscale=False, compression=6).write(out, rows)
    return round(changed / (width * height), 4), out.getvalue()


def _rows(grid: bytes) -> list[bytes]:
    _, _, rows, _ = png.Reader(bytes=grid).asRGB8()
    return [bytes(row) for row in rows]


def _shows_content(face: Face) -> bool:
    if face.technical.get("encrypted") or not face.thumbnails or not downloads.is_open(face):
        return False
    return face.kind in {"image", "video"} or face.content_type in _DOCUMENTS_WITH_PAGES


def _described(asset: AssetMetadata, version: AssetVersion) -> dict[str, Any]:
    """Return what was in force when the next version came; for the last one, what is now."""
    described: dict[str, Any] = version.described or edits.values_of(asset)
    return described
