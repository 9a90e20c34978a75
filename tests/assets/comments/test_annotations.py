"""An annotation lies within what it is about."""

import pytest

from chalicelib.assets.comments.annotations import require_inside
from chalicelib.assets.comments.models import Annotation
from chalicelib.assets.faces import Face
from chalicelib.assets.models import AssetMetadata
from chalicelib.core.errors import Invalid


def film(number: int, seconds: float) -> Face:
    technical = {"duration_seconds": seconds}
    return Face(
        number=number,
        filename="a.mp4",
        kind="video",
        content_type="video/mp4",
        size_bytes=9,
        technical=technical,
    )


@pytest.fixture
def asset() -> AssetMetadata:
    """An asset of two versions, of which the first, the longer one, is published."""
    return AssetMetadata("t#a", "ASSET", current=film(2, 5.0), published=film(1, 12.5))


@pytest.mark.parametrize(
    ("number", "at_seconds"), [(1, 12.5), (1, 0), (2, 5), (1, None), (3, 1000)]
)
def test_a_moment_lies_before_the_end_of_its_version(
    asset: AssetMetadata, number: int, at_seconds: float | None
) -> None:
    require_inside(asset, number, Annotation(x=0.1, y=0.2, width=0.9, height=0.8))
    require_inside(asset, number, Annotation(x=0, y=0, width=1, height=1, at_seconds=at_seconds))
    require_inside(asset, number, None)


@pytest.mark.parametrize(
    ("number", "x", "y", "at_seconds", "field"),
    [
        (1, 0.2, 0.0, None, "annotation.width"),
        (1, 0.0, 0.2, None, "annotation.height"),
        (1, 0.0, 0.0, 12.6, "annotation.at_seconds"),
        (2, 0.0, 0.0, 12.5, "annotation.at_seconds"),
    ],
)
def test_what_lies_outside_is_refused_by_name(
    asset: AssetMetadata, number: int, x: float, y: float, at_seconds: float | None, field: str
) -> None:
    wrong = Annotation(x=x, y=y, width=0.9, height=0.9, at_seconds=at_seconds)
    with pytest.raises(Invalid) as refused:
        require_inside(asset, number, wrong)
    assert [one["field"] for one in refused.value.errors] == [field]
