"""What changed between versions: said, measured, seen."""

import io
import random
from pathlib import Path
from typing import Any

import png
import pytest
from PIL import Image, ImageDraw

from chalicelib.assets import faces
from chalicelib.assets.versions import differences
from chalicelib.core import storage
from chalicelib.core.settings import settings
from chalicelib.processing.media import thumbnails
from tests import media_files
from tests.assets.shelf import Shelf

SIZES = {"small": (128, 128)}


def poster(*, painted: bool = False, mode: str = "RGB", size: tuple[int, int] = (800, 600)) -> Any:
    """A picture with a hundred blobs; painted, its first quarter is green."""
    dice = random.Random(7)
    image = Image.new(mode, size, (0, 0, 0, 0) if mode == "RGBA" else "white")
    draw = ImageDraw.Draw(image)
    for _ in range(100):
        x, y = dice.randrange(size[0]), dice.randrange(size[1])
        colour = tuple(dice.randrange(256) for _ in range(3))
        draw.ellipse((x - 45, y - 35, x + 45, y + 35), fill=colour)
    if painted:
        draw.rectangle((0, 0, size[0] // 2 - 1, size[1] // 2 - 1), fill=(250, 0, 250))
    return image


def encoded(image: Any, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def grid(path: Path, data: bytes, content_type: str) -> bytes:
    path.write_bytes(data)
    pictures = thumbnails.make_comparable(str(path), content_type, SIZES)
    return next(picture.data for picture in pictures if picture.name == faces.GRID)


def ratio(folder: Path, old: tuple[bytes, str], new: tuple[bytes, str]) -> float:
    return differences.compare(grid(folder / "old", *old), grid(folder / "new", *new))[0]


SAME = {
    "jpeg 50": lambda p: (encoded(p, "JPEG", quality=50), "image/jpeg"),
    "jpeg 95": lambda p: (encoded(p, "JPEG", quality=95), "image/jpeg"),
    "webp": lambda p: (encoded(p, "WEBP", quality=75), "image/webp"),
    "png": lambda p: (encoded(p, "PNG"), "image/png"),
    "half the size": lambda p: (
        encoded(p.resize((400, 300)), "JPEG", quality=80),
        "image/jpeg",
    ),
}


@pytest.mark.parametrize("name", SAME)
def test_the_same_picture_encoded_again_is_the_same(tmp_path: Path, name: str) -> None:
    old = (encoded(poster(), "JPEG", quality=90), "image/jpeg")
    assert ratio(tmp_path, old, SAME[name](poster())) < 0.02


@pytest.mark.parametrize("name", SAME)
def test_a_repainted_quarter_is_a_quarter(tmp_path: Path, name: str) -> None:
    old = (encoded(poster(), "JPEG", quality=90), "image/jpeg")
    assert 0.2 <= ratio(tmp_path, old, SAME[name](poster(painted=True))) <= 0.3


def test_transparent_pictures_are_compared_as_seen(tmp_path: Path) -> None:
    old = (encoded(poster(mode="RGBA"), "PNG"), "image/png")
    again = (encoded(poster(mode="RGBA"), "WEBP", quality=80), "image/webp")
    painted = (encoded(poster(mode="RGBA", painted=True), "PNG"), "image/png")
    assert ratio(tmp_path, old, again) < 0.02
    assert 0.2 <= ratio(tmp_path, old, painted) <= 0.3


def test_first_pages_are_compared(tmp_path: Path) -> None:
    def page(painted: bool, quality: int) -> tuple[bytes, str]:
        image = poster(painted=painted)
        return encoded(image, "PDF", quality=quality), "application/pdf"

    assert ratio(tmp_path, page(False, 90), page(False, 60)) < 0.02
    assert 0.2 <= ratio(tmp_path, page(False, 90), page(True, 60)) <= 0.3


def test_posters_of_videos_are_compared(tmp_path: Path) -> None:
    def video(name: str, image: Any, crf: int) -> tuple[bytes, str]:
        still, path = tmp_path / "still.png", tmp_path / f"{name}.mp4"
        image.save(still)
        media_files.ffmpeg(
            *("-loop", "1", "-i", str(still), "-t", "2", "-r", "10", "-pix_fmt", "yuv420p"),
            *("-c:v", "libx264", "-preset", "ultrafast", "-crf", str(crf), str(path)),
        )
        return path.read_bytes(), "video/mp4"

    plain = video("a", poster(), 18)
    assert ratio(tmp_path, plain, video("b", poster(), 30)) < 0.02
    assert 0.2 <= ratio(tmp_path, plain, video("c", poster(painted=True), 23)) <= 0.3


def test_the_diff_tells_bytes_words_and_looks(shelf: Shelf) -> None:
    image = {"content_type": "image/jpeg", "generate_thumbnail": True, "extract_metadata": True}
    old = encoded(poster(), "JPEG", quality=90)
    asset_id = shelf.add(old, filename="a.jpg", title="First", **image)
    path = f"/assets/{asset_id}"
    shelf.call("PATCH", f"{path}/", {"tags": ["kept"]})
    smaller = encoded(poster(painted=True).resize((400, 300)), "JPEG", quality=90)
    shelf.version(asset_id, smaller, **image | {"filename": "b.jpg", "title": "Second"})
    shelf.call("PATCH", f"{path}/", {"description": "Now"})
    answer = shelf.get(f"{path}/versions/1/diff/2/")
    assert answer.status == 200
    changed = answer.json
    assert changed["content"]["filename"] == {"old": "a.jpg", "new": "b.jpg"}
    assert changed["content"]["technical.width"] == {"old": 800, "new": 400}
    assert "kind" not in changed["content"]
    assert {(c["field"], c["old"], c["new"]) for c in changed["metadata"]} == {
        ("title", "First", "Second"),
        ("description", "", "Now"),
    }
    assert 0.2 <= changed["visual"]["difference_ratio"] <= 0.3
    key = changed["visual"]["image_url"].split("?")[0].split("/renditions/")[1]
    picture = storage.read(settings().renditions_bucket, key)
    width, height, _, _ = png.Reader(bytes=picture).asRGB8()
    assert max(width, height) <= 128
    back = shelf.get(f"{path}/versions/2/diff/1/").json
    assert back["content"]["filename"] == {"old": "b.jpg", "new": "a.jpg"}
    same = shelf.get(f"{path}/versions/1/diff/1/").json
    assert (same["content"], same["metadata"]) == ({}, [])
    assert same["visual"]["difference_ratio"] == 0
    shelf.assert_refused(shelf.get(f"{path}/versions/1/diff/2/", "viewer"), 404, "not_found")
    shelf.assert_refused(shelf.get(f"{path}/versions/1/diff/9/"), 404, "not_found")
    shelf.purge(asset_id)
    assert shelf.pipeline.renditions() == {}


def test_what_shows_nothing_of_its_content_has_no_visual_difference(shelf: Shelf) -> None:
    asset_id = shelf.add(b"one")
    shelf.version(asset_id, b"two")
    assert shelf.get(f"/assets/{asset_id}/versions/1/diff/2/").json["visual"] is None


def test_what_was_never_scanned_is_not_shown_once_scans_are_asked_for(shelf: Shelf) -> None:
    shelf.pipeline.configure(allow_unscanned=True)
    image = {"content_type": "image/jpeg", "generate_thumbnail": True, "virus_scan": False}
    asset_id = shelf.add(encoded(poster(), "JPEG"), filename="a.jpg", **image)
    shelf.version(asset_id, encoded(poster(painted=True), "JPEG"), filename="b.jpg", **image)
    path = f"/assets/{asset_id}/versions/1/diff/2/"
    assert shelf.get(path).json["visual"] is not None
    shelf.pipeline.configure(allow_unscanned=False)
    assert shelf.get(path).json["visual"] is None
