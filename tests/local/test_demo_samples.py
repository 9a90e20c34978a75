"""The demo's sample media are what their titles say."""

from pathlib import Path

from PIL import Image, ImageOps

from local.demo import samples


def test_the_photo_taken_sideways_stands_upright_once_it_is_turned(tmp_path: Path) -> None:
    made = {sample.path.name: sample for sample in samples.make(tmp_path / "samples")}
    with Image.open(made["sideways.jpg"].path) as stored:
        assert stored.size == (1200, 800)
        upright = ImageOps.exif_transpose(stored)
    assert upright is not None
    assert upright.size == (800, 1200)
    top, bottom = (upright.getpixel((20, y)) for y in (10, 1190))
    assert isinstance(top, tuple)
    assert isinstance(bottom, tuple)
    with Image.open(made["sunset.jpg"].path) as sunset:
        expected = [sunset.getpixel((20, y)) for y in (10, 990)]
    for shown, right in zip((top, bottom), expected, strict=True):
        assert isinstance(right, tuple)
        assert all(abs(one - other) < 12 for one, other in zip(shown, right, strict=True))
