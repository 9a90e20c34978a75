"""Where in a picture, a film or a sound a comment points."""

from chalicelib.assets.comments.models import Annotation
from chalicelib.assets.models import AssetMetadata
from chalicelib.core.errors import invalid

_ROUNDING = 1e-9
"""By how much the sum of two fractions may miss 1."""


def require_inside(asset: AssetMetadata, number: int, annotation: Annotation | None) -> None:
    """See that a region ends within the picture, and a moment before the end."""
    if annotation is None:
        return
    for edge, size in (("x", "width"), ("y", "height")):
        if getattr(annotation, edge) + getattr(annotation, size) > 1 + _ROUNDING:
            raise invalid(f"annotation.{size}", "The region has to end within the picture")
    faces = [asset.current, *([asset.published] if asset.published is not None else [])]
    for face in faces:
        lasts = face.technical.get("duration_seconds") if face.number == number else None
        if lasts is not None and (annotation.at_seconds or 0) > float(lasts):
            raise invalid("annotation.at_seconds", f"It lasts {lasts} seconds")
