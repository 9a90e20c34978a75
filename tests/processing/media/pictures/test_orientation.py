"""Pictures come out upright, whichever way their camera was held."""

from pathlib import Path

import pytest

from tests import media_files
from tests.processing.media.pictures.test_images import assert_quarters, decoded, made


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_comes_out_upright(tmp_path: Path, orientation: int) -> None:
    large = made(media_files.oriented(tmp_path / "a.jpg", orientation, (1000, 500)))["large"]
    assert (large.width, large.height) == (600, 300)
    assert_quarters(decoded(large))


def test_an_orientation_out_of_range_is_ignored(tmp_path: Path) -> None:
    assert_quarters(decoded(made(media_files.oriented(tmp_path / "a.jpg", 99))["large"]))
