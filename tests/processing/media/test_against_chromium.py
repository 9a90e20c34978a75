"""Pictures as Chromium shows them: what it shows whole is approved, and looks alike."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import Browser, Page

from chalicelib.processing.media import metadata, thumbnails
from chalicelib.processing.problems import Unreadable
from tests import chromium
from tests.pictures import (
    coloured,
    damaged_gif,
    damaged_jpeg,
    damaged_png,
    damaged_webp,
    interlaced,
)
from tests.pictures.originals import Case

SIDE = 300
DAMAGED = [
    *damaged_png.cases(),
    *damaged_jpeg.cases(),
    *damaged_gif.cases(),
    *damaged_webp.cases(),
    *interlaced.damaged(),
]
COLOURED = [*coloured.cases(), *interlaced.coloured()]


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    yield page
    page.close()


def thumbnail(case: Case, folder: Path) -> Image.Image:
    path = folder / "picture"
    path.write_bytes(case.data)
    made = thumbnails.make(str(path), case.content_type, {"only": (SIDE, SIDE)})
    return Image.open(io.BytesIO(made[0].data))


def technical(case: Case, folder: Path) -> dict[str, object]:
    path = folder / "picture"
    path.write_bytes(case.data)
    return metadata.read(str(path), case.content_type).technical


def difference(one: Image.Image, other: Image.Image) -> float:
    """How far two pictures are apart on white and on black, as the mean of the worst channel."""
    assert one.size == other.size
    apart = []
    for ground in ("white", "black"):
        flat = [Image.new("RGBA", one.size, ground) for _ in range(2)]
        for sheet, picture in zip(flat, (one, other), strict=True):
            sheet.alpha_composite(picture.convert("RGBA"))
        both = ImageChops.difference(*(sheet.convert("RGB") for sheet in flat))
        apart.append(max(ImageStat.Stat(both).mean))
    return max(apart)


@pytest.mark.parametrize("case", DAMAGED, ids=lambda case: case.name)
def test_what_chromium_shows_whole_is_approved(case: Case, page: Page, tmp_path: Path) -> None:
    shown = chromium.drawn(page, case.data, case.content_type, SIDE)
    if shown is None or not case.complete:
        with pytest.raises(Unreadable):
            technical(case, tmp_path), thumbnail(case, tmp_path)
        return
    assert technical(case, tmp_path).get("damaged", False) == case.damaged
    kind = case.name.split(" ")[1] if case.name.count(" ") > 1 else ""
    intact = next(
        (other for other in DAMAGED if other.name.endswith(f"{kind} undamaged")), DAMAGED[0]
    )
    whole = chromium.drawn(page, intact.data, intact.content_type, SIDE)
    assert whole is not None
    assert difference(thumbnail(case, tmp_path), whole) < 9


def test_there_is_damage_of_every_outcome(page: Page) -> None:
    shown = [chromium.drawn(page, case.data, case.content_type, SIDE) for case in DAMAGED]
    outcomes = [
        (case.complete, picture is not None) for case, picture in zip(DAMAGED, shown, strict=True)
    ]
    assert len(outcomes) > 150
    assert all(
        outcomes.count(outcome) > 8 for outcome in [(True, True), (True, False), (False, True)]
    )


@pytest.mark.parametrize("case", COLOURED, ids=lambda case: case.name)
def test_colours_are_those_of_chromium(case: Case, page: Page, tmp_path: Path) -> None:
    shown = chromium.drawn(page, case.data, case.content_type, SIDE)
    assert shown is not None
    far = 10 if "large range" in case.name else 6
    assert difference(thumbnail(case, tmp_path), shown) < far
