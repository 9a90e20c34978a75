"""Assets at large: films and sound play, animations move, pictures are zoomed, texts are read."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser import samples
from tests.browser.console import Console

Visit = Callable[..., Console]


def test_a_film_plays_with_its_controls_by_ranges(editor: Console, tmp_path: Path) -> None:
    editor.upload(samples.video(tmp_path, "waves.mp4"))
    editor.expect_outcome("waves.mp4", "Ready")
    detail = editor.open_detail("waves")
    with editor.page.expect_response(lambda r: "/originals/" in r.url) as answered:
        detail.get_by_role("button", name="Play").press("Enter")
    assert answered.value.status == 206
    film = detail.locator("video")
    expect(film).to_be_focused()
    expect(film).to_have_js_property("controls", True)
    expect(film).to_have_js_property("ended", True)
    film.evaluate("film => { film.currentTime = 0.4; }")
    expect(film).to_have_js_property("currentTime", 0.4)


@pytest.mark.parametrize("size", [(320, 640), (1280, 720)])
def test_a_film_in_portrait_is_whole_on_its_stage(
    editor: Console, tmp_path: Path, size: tuple[int, int]
) -> None:
    name = f"portrait {size[0]}.mp4"
    editor.upload(samples.video(tmp_path, name, size="360x640"))
    editor.expect_outcome(name, "Ready")
    editor.page.set_viewport_size({"width": size[0], "height": size[1]})
    detail = editor.open_detail(name.partition(".")[0])
    detail.get_by_role("button", name="Play").click()
    film = detail.locator("video")
    expect(film).to_be_visible()
    stage, shown = detail.locator(".stage").bounding_box(), film.bounding_box()
    assert stage is not None
    assert shown == stage


def test_arrows_belong_to_the_player_while_it_has_the_keyboard(
    editor: Console, tmp_path: Path
) -> None:
    editor.upload(samples.video(tmp_path, "tide.mp4"))
    editor.expect_outcome("tide.mp4", "Ready")
    detail = editor.open_detail("tide")
    detail.get_by_role("button", name="Play").click()
    detail.locator("video").press("ArrowRight")
    expect(detail.get_by_role("heading", level=2)).to_have_text("tide")


def test_sound_plays(editor: Console, tmp_path: Path) -> None:
    editor.upload(samples.recording(tmp_path, "horn.wav", 2_000_000))
    editor.expect_outcome("horn.wav", "Ready")
    detail = editor.open_detail("horn")
    detail.get_by_role("button", name="Play").press("Enter")
    expect(detail.locator("audio")).to_be_focused()
    expect(detail.locator("audio")).to_have_js_property("paused", False)


@pytest.mark.parametrize("name", ["lamp.gif", "flag.webp"])
def test_an_animation_moves_unless_stillness_is_asked_for(visit: Visit, name: str) -> None:
    title = name.partition(".")[0]
    console = visit("editor@globex.test")
    console.upload(samples.animation(name))
    console.expect_outcome(name, "Ready")
    moving = console.open_detail(title).locator("img.moving")
    _expect_pixels(moving)
    still = visit("editor@globex.test", reduced_motion="reduce")
    detail = still.open_detail(title)
    expect(detail.locator("img")).to_be_visible()
    expect(detail.locator("img.moving")).to_have_count(0)
    detail.get_by_role("button", name="Play the animation").press("Enter")
    _expect_pixels(detail.locator("img.moving"))


def test_a_picture_is_zoomed_to_its_full_size_and_back_by_keyboard(editor: Console) -> None:
    editor.upload(samples.picture("panorama.png", (2400, 1600)))
    editor.expect_outcome("panorama.png", "Ready")
    detail = editor.open_detail("panorama")
    detail.get_by_role("button", name="Full size").press("Enter")
    frame = detail.get_by_role("group", name="panorama at full size")
    expect(frame).to_be_focused()
    expect(frame.locator("img")).to_have_js_property("width", 2400)
    editor.page.keyboard.press("ArrowRight")
    expect(detail.get_by_role("heading", level=2)).to_have_text("panorama")
    editor.page.keyboard.press("-")
    expect(frame.locator("img")).not_to_have_js_property("width", 2400)
    editor.page.keyboard.press("Escape")
    expect(frame).to_have_count(0)
    expect(detail).to_be_visible()
    expect(detail.get_by_role("button", name="Full size")).to_be_focused()


def test_a_text_is_read_in_full_height(editor: Console) -> None:
    lines = "\n".join(f"{number}. Sand, sea and sun" for number in range(200))
    editor.upload(samples.payload("programme.txt", "text/plain", lines.encode()))
    editor.expect_outcome("programme.txt", "Ready")
    text = editor.open_detail("programme").get_by_label("Text", exact=True)
    expect(text).to_contain_text("199. Sand, sea and sun")
    text.focus()
    editor.page.keyboard.press("End")
    expect(text).not_to_have_js_property("scrollTop", 0)


def test_a_table_is_read_in_rows_and_columns(editor: Console) -> None:
    rows = "".join(f'{number};"{number},50; ""net"""\r\n' for number in range(600))
    data = f"Product;Price\r\n{rows}".encode()
    editor.upload(samples.payload("fares.csv", "text/csv", data))
    editor.expect_outcome("fares.csv", "Ready")
    table = editor.open_detail("fares").get_by_role("group", name="Table")
    expect(table.get_by_role("columnheader")).to_have_text(["Product", "Price"])
    expect(table.get_by_role("row")).to_have_count(501)
    expect(table.get_by_role("row").nth(3).get_by_role("cell")).to_have_text(["2", '2,50; "net"'])
    expect(table).to_contain_text("the first 500 rows")
    table.focus()
    editor.page.keyboard.press("End")
    expect(table).not_to_have_js_property("scrollTop", 0)


def test_the_pages_of_a_document_are_read_one_after_the_other(
    editor: Console, tmp_path: Path
) -> None:
    editor.upload(samples.document(tmp_path, "tide tables.pdf", 22))
    editor.expect_outcome("tide tables.pdf", "Ready")
    asked: list[str] = []
    editor.page.on("request", lambda one: asked.append(one.url) if "/page-" in one.url else None)
    detail = editor.open_detail("tide tables")
    pages = detail.get_by_role("group", name="Pages")
    _expect_pixels(pages.get_by_alt_text("Page 1 of 22"))
    expect(pages.get_by_role("img")).to_have_count(20)
    assert not any("/page-20." in url for url in asked), "a page is fetched before it comes near"
    pages.focus()
    editor.page.keyboard.press("End")
    _expect_pixels(pages.get_by_alt_text("Page 20 of 22"))
    expect(pages).to_contain_text("2 more pages are in the file")
    expect(detail.get_by_role("heading", level=2)).to_have_text("tide tables")


def test_what_is_locked_offers_nothing_to_play(editor: Console) -> None:
    editor.upload(samples.infected("locked away.txt"))
    editor.expect_outcome("locked away.txt", "Quarantined")
    detail = editor.open_detail("locked away")
    expect(detail.get_by_role("button", name="Play")).to_have_count(0)
    expect(detail.get_by_label("Text", exact=True)).to_have_count(0)


def _expect_pixels(picture: Locator) -> None:
    expect(picture).to_be_visible()
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("image => image.naturalWidth") > 1
