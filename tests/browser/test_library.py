"""The grid and the detail of one asset: by mouse, by keyboard, by address."""

import time
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import samples
from tests.browser.console import Console
from tests.stack import Stack

Visit = Callable[..., Console]
INDEXED_SECONDS = 120
RIGHT_AND_LEFT = """async () => {
    const press = (key) =>
        document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    const drawn = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    press("ArrowRight");
    for (let turn = 0; turn < 9; turn += 1) await null;
    press("ArrowLeft");
    await drawn();
    await drawn();
}"""
"""Presses two keys, the second when the page is rendered after the first and not yet painted."""


@pytest.fixture(scope="module")
def _three_pictures(stack: Stack, browser: Browser) -> None:
    """Put three pictures into the library, one after the other."""
    page = browser.new_page(base_url=stack.url)
    page.goto("/")
    console = Console(page, stack)
    console.sign_in("editor@acme.test")
    for name in ("first", "second", "third"):
        console.upload(samples.picture(f"{name} of three.png"))
        console.expect_outcome(f"{name} of three.png", "Ready")
    page.close()


@pytest.fixture
def stocked(_three_pictures: None, editor: Console) -> Console:
    """A library with three pictures in it, the newest first."""
    return editor


def test_the_detail_tells_what_is_known(stocked: Console) -> None:
    detail = stocked.open_detail("third of three")
    for words in (
        "third of three.png",
        "640 \N{MULTIPLICATION SIGN} 360 px",
        "editor@acme.test",
        "1, published",
        "Nothing found",
    ):
        expect(detail).to_contain_text(words)
    expect(detail.locator("img")).to_be_visible()


def test_a_download_brings_the_bytes_under_their_name(editor: Console) -> None:
    file = samples.picture("poster für März.png")
    editor.upload(file)
    editor.expect_outcome("poster für März.png", "Ready")
    detail = editor.open_detail("poster für März")
    with editor.page.expect_download() as downloading:
        detail.get_by_role("button", name="Download").click()
    assert downloading.value.suggested_filename == "poster für März.png"
    assert downloading.value.path().read_bytes() == file["buffer"]


def test_another_tenant_sees_nothing_of_it(stocked: Console, visit: Visit) -> None:
    stocked.open_detail("third of three")
    address = stocked.page.url
    stranger = visit("admin@globex.test")
    expect(stranger.card("third of three")).to_have_count(0)
    stranger.expect_message("404")
    stranger.page.goto(address)
    expect(stranger.page.get_by_role("dialog")).to_contain_text("no such asset")


def test_the_detail_stands_in_the_address(stocked: Console) -> None:
    stocked.open_detail("second of three")
    assert parse_qs(urlsplit(stocked.page.url).query)["asset"]
    stocked.page.reload()
    expect(stocked.page.get_by_role("dialog")).to_contain_text("second of three.png")
    stocked.page.get_by_role("button", name="Close").click()
    expect(stocked.page.get_by_role("dialog")).to_have_count(0)
    assert urlsplit(stocked.page.url).query == ""


def test_back_and_escape_close_the_detail(stocked: Console) -> None:
    stocked.open_detail("second of three")
    stocked.page.go_back()
    expect(stocked.page.get_by_role("dialog")).to_have_count(0)
    stocked.open_detail("first of three")
    stocked.page.keyboard.press("Escape")
    expect(stocked.page.get_by_role("dialog")).to_have_count(0)
    expect(stocked.card("first of three")).to_be_focused()


def test_the_keyboard_leads_through_grid_and_details(stocked: Console) -> None:
    page = stocked.page
    page.goto(
        "/?q=of+three&sort=created_at&order=desc"
    )  # what others have uploaded may come in meanwhile
    stocked.card("third of three").focus()
    page.keyboard.press("ArrowRight")
    expect(stocked.card("second of three")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(stocked.card("third of three")).to_be_focused()
    page.keyboard.press("Home")
    expect(page.get_by_role("list", name="Assets").locator("a").first).to_be_focused()
    stocked.card("third of three").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_role("heading", level=2)).to_have_text(
        "third of three"
    )
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("dialog").get_by_role("heading", level=2)).to_have_text(
        "second of three"
    )
    page.keyboard.press("Escape")
    expect(stocked.card("second of three")).to_be_focused()


def test_keys_that_follow_fast_lead_to_where_the_last_one_says(stocked: Console) -> None:
    page = stocked.page
    page.goto("/?q=of+three&sort=created_at&order=desc")
    stocked.card("third of three").focus()
    page.evaluate(RIGHT_AND_LEFT)
    expect(stocked.card("third of three")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(stocked.card("second of three")).to_be_focused()


@pytest.mark.parametrize("width", [320, 1280])
def test_the_head_names_every_page_and_says_which_is_open(stocked: Console, width: int) -> None:
    page = stocked.page
    page.set_viewport_size({"width": width, "height": 800})
    pages = page.get_by_role("navigation", name="Pages")
    names = ["Library", "Collections", "Shared links", "Screens", "Inbox"]
    for name in [*names[1:], names[0]]:
        link = pages.get_by_role("link", name=name)
        expect(pages.get_by_text(name)).to_be_in_viewport()
        link.press("Enter")
        expect(pages.locator("[aria-current=page]")).to_have_text(name)
        assert _overflow(page) <= 0
    page.goto("/?playlists=all")
    expect(pages.locator("[aria-current=page]")).to_have_text("Screens")


def test_one_stop_of_tab_is_enough_for_the_grid(stocked: Console) -> None:
    cards = stocked.page.get_by_role("list", name="Assets").locator("a")
    assert cards.evaluate_all("all => all.filter(card => card.tabIndex === 0).length") == 1


def test_one_press_of_tab_leads_past_the_head_to_the_assets(stocked: Console) -> None:
    page = stocked.page
    page.reload()
    expect(stocked.card("third of three")).to_be_visible()
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the assets")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    first = page.get_by_role("list", name="Assets").locator("a").first
    expect(first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()


def test_a_library_that_cannot_be_loaded_offers_to_try_again(editor: Console) -> None:
    editor.expect_message("503")
    editor.page.route("**/api/v3/assets/?*", lambda route: route.fulfill(status=503))
    editor.page.reload()
    again = editor.page.get_by_role("button", name="Try again")
    expect(again).to_be_visible()
    editor.page.unroute("**/api/v3/assets/?*")
    again.click()
    editor.await_library()


def test_who_is_signed_in_is_asked_again_until_reef_answers(editor: Console) -> None:
    editor.expect_message("503")
    editor.page.route("**/api/v3/me/", lambda route: route.fulfill(status=503))
    with editor.page.expect_response("**/api/v3/me/"):
        editor.page.reload()
    editor.await_library()
    choose = editor.page.get_by_role("button", name="Choose files")
    expect(choose).to_have_count(0)
    editor.page.unroute("**/api/v3/me/")
    expect(choose).to_be_visible(timeout=30_000)


def test_more_is_loaded_on_the_way_down(visit: Visit, stack: Stack) -> None:
    console = visit("editor@globex.test")
    token = stack.token("editor@globex.test")
    _reserve(console.page, token, 65)
    give_up_at = time.monotonic() + INDEXED_SECONDS
    while _waiting(console.page, token) < 65:
        assert time.monotonic() < give_up_at, "the index does not follow"
        console.page.wait_for_timeout(200)
    # Of a library of hundreds, as others make it, not all that is loaded is in the page.
    console.page.goto("/?q=waiting&sort=created_at&order=desc")
    console.await_library()
    waiting = console.page.get_by_role("list", name="Assets").locator("a")
    expect(waiting).to_have_count(60)
    count = console.page.locator(".count-found").get_by_role("status")
    expect(count).to_have_text("65 assets")
    console.page.set_viewport_size({"width": 390, "height": 800})
    console.page.reload()
    expect(count).to_have_text("More than 60 assets")
    console.page.set_viewport_size({"width": 1280, "height": 800})
    with console.page.expect_response("**/api/v3/assets/?*cursor=*") as followed:
        waiting.last.scroll_into_view_if_needed()
    titles = [asset["title"] for asset in followed.value.json()["items"]]
    assert titles == [f"waiting {number}" for number in (4, 3, 2, 1, 0)]
    expect(console.card("waiting 0")).to_have_count(1)


def test_a_narrow_page_never_scrolls_sideways(stocked: Console) -> None:
    long = "a name that goes on and on " * 10 + "x" * 25
    stocked.upload(samples.text(f"{long}.txt"))
    stocked.expect_outcome(long[:100], "Ready")
    for width in (320, 640):
        stocked.page.set_viewport_size({"width": width, "height": 640})
        assert _overflow(stocked.page) <= 0
        cards = stocked.page.get_by_role("list", name="Assets").locator("a")
        cards.filter(has_text=long[:100]).click()
        detail = stocked.page.get_by_role("dialog")
        expect(detail.get_by_role("heading", name=long[:100])).to_be_visible()
        assert detail.evaluate("one => one.scrollWidth - one.clientWidth") <= 0
        assert _overflow(stocked.page) <= 0
        stocked.page.keyboard.press("Escape")


def _overflow(page: Page) -> int:
    found: int = page.evaluate(
        "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return found


def _reserve(page: Page, token: str, count: int) -> None:
    """Make assets that wait for their bytes, which is all that the grid needs."""
    for number in range(count):
        answer = page.request.post(
            "/api/v3/assets/upload/",
            headers={"Authorization": f"Bearer {token}"},
            data={
                "filename": f"waiting {number}.txt",
                "size_bytes": 1,
                "content_type": "text/plain",
            },
        )
        assert answer.status == 201


def _waiting(page: Page, token: str) -> int:
    """Count the assets that the index knows as waiting for their bytes."""
    headers = {"Authorization": f"Bearer {token}"}
    query = "facets=true&limit=1&status=uploading"
    found = page.request.get(f"/api/v3/assets/?{query}", headers=headers).json()["facets"]
    return sum(found["kind"].values())
