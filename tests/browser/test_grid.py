"""The library narrowed, sorted and laid out by its address; several assets chosen at once."""

import time
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import samples
from tests.browser.console import Console
from tests.browser.stocking import stocked
from tests.stack import Stack

Visit = Callable[..., Console]
INDEXED_SECONDS = 240
NAMES = ("alpha.png", "beta.txt", "gamma.png", "delta.jpg")


@pytest.fixture(scope="module")
def _stocked(stack: Stack, browser: Browser) -> None:
    page = browser.new_page(base_url=stack.url)
    page.goto("/")
    console = Console(page, stack)
    console.sign_in("contributor@globex.test")
    for name in NAMES:
        console.upload(_file(name))
        console.expect_outcome(name, "Failed" if name == "delta.jpg" else "Ready")
    page.close()


@pytest.fixture
def console(_stocked: None, visit: Visit) -> Console:
    """The console of an editor, narrowed to what one contributor has uploaded."""
    console = visit("editor@globex.test")
    console.page.goto("/?uploaded_by=contributor@globex.test")
    console.await_library()
    expect(console.card("alpha")).to_be_visible()
    return console


def test_filters_stand_in_the_address_and_back_takes_them_away(console: Console) -> None:
    console.page.get_by_label("Kind").select_option("Documents")
    _expect_titles(console, "beta")
    count = console.page.locator(".count-found").get_by_role("status")
    expect(count).to_have_text("1 asset")
    console.page.get_by_label("Kind").select_option("Every kind")
    console.page.get_by_label("Status").select_option("Failed")
    _expect_titles(console, "delta")
    assert parse_qs(urlsplit(console.page.url).query)["status"] == ["failed"]
    console.page.reload()
    _expect_titles(console, "delta")
    console.page.go_back()
    _expect_titles(console, "delta", "gamma", "beta", "alpha")
    console.page.get_by_label("Order").select_option("Oldest first")
    _expect_titles(console, "alpha", "beta", "gamma", "delta")


def test_tags_and_uploaders_are_typed(console: Console) -> None:
    detail = console.open_detail("gamma")
    detail.get_by_role("button", name="Edit").click()
    detail.get_by_label("Tags").fill("summer")
    detail.get_by_role("button", name="Save").click()
    expect(detail).to_contain_text("summer")
    console.page.keyboard.press("Escape")
    console.page.get_by_label("Tag", exact=True).fill("Summer")
    console.page.get_by_label("Tag", exact=True).press("Enter")
    _expect_titles(console, "gamma")
    detail = console.open_detail("gamma")
    console.page.keyboard.press("Escape")
    _expect_titles(console, "gamma")
    console.page.get_by_label("Tag", exact=True).fill("winter")
    console.page.get_by_label("Tag", exact=True).press("Enter")
    expect(console.page.get_by_text("Nothing fits.")).to_be_visible()
    console.page.get_by_role("button", name="Show everything").first.click()
    expect(console.card("alpha")).to_be_visible()
    assert urlsplit(console.page.url).query == ""


def test_a_list_shows_status_uploader_and_day(console: Console) -> None:
    console.page.get_by_role("button", name="List").press("Enter")
    row = console.card("delta")
    for words in ("Failed", "contributor@globex.test"):
        expect(row.get_by_text(words).last).to_be_visible()
    console.page.reload()
    expect(console.page.locator(".grid.list")).to_be_visible()
    row.focus()
    console.page.keyboard.press("ArrowDown")
    expect(console.card("gamma")).to_be_focused()


def test_several_are_chosen_by_keyboard_deleted_and_restored(console: Console) -> None:
    page = console.page
    console.card("gamma").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Shift+ArrowRight")
    bar = page.get_by_role("region", name="Chosen assets")
    expect(bar).to_contain_text("2 assets chosen")
    page.keyboard.press("Escape")
    expect(bar).to_have_count(0)
    page.keyboard.press("Control+a")
    expect(bar).to_contain_text("4 assets chosen")
    page.keyboard.press("Escape")
    page.get_by_label("Choose gamma").check()
    page.get_by_label("Choose alpha").click(modifiers=["Shift"])
    expect(bar).to_contain_text("3 assets chosen")
    bar.get_by_role("button", name="Delete").press("Enter")
    _expect_titles(console, "delta")
    page.get_by_role("button", name="Trash").click()
    expect(page.get_by_label("Status")).to_be_disabled()
    for title in ("alpha", "beta", "gamma"):
        expect(console.card(title)).to_be_visible()
        page.get_by_label(f"Choose {title}").check()
    bar.get_by_role("button", name="Restore").press("Enter")
    expect(page.get_by_text("Nothing in the trash fits.")).to_be_visible()
    page.get_by_role("button", name="Trash").click()
    _expect_titles(console, "delta", "gamma", "beta", "alpha")


def test_several_get_tags_at_once_and_lose_them(console: Console) -> None:
    page = console.page
    bar = page.get_by_role("region", name="Chosen assets")
    for deed, title, said in (
        ("Add", "Add", "2 assets have the tags now."),
        ("Remove", "Remove", "2 assets do not have the tags any more."),
    ):
        console.card("gamma").focus()
        page.keyboard.press("Space")
        page.get_by_label("Choose alpha").check()
        bar.get_by_role("button", name="Tags").press("Enter")
        field = bar.get_by_label("Tags, with commas between")
        expect(field).to_be_focused()
        field.fill("lunch menu, spring sale")
        bar.get_by_role("button", name=deed, exact=True).press("Enter")
        expect(page.get_by_text(said)).to_be_visible()
        expect(bar).to_have_count(0)
        expect(page.locator("[data-asset]:focus")).to_have_count(1)
        detail = console.open_detail("gamma")
        expect(detail.get_by_text("spring sale")).to_have_count(1 if title == "Add" else 0)
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)


def test_several_are_downloaded_one_after_the_other(console: Console) -> None:
    for title in ("alpha", "gamma"):
        console.page.get_by_label(f"Choose {title}").check()
    names: list[str] = []
    console.page.on("download", lambda found: names.append(found.suggested_filename))
    with console.page.expect_event("download", lambda _: len(names) == 2):
        console.page.get_by_role("region", name="Chosen assets").get_by_role(
            "button", name="Download"
        ).click()
    assert sorted(names) == ["alpha.png", "gamma.png"]


def test_what_cannot_be_done_with_some_is_said_by_name(console: Console) -> None:
    for title in ("alpha", "delta"):
        console.page.get_by_label(f"Choose {title}").check()
    console.page.get_by_role("region", name="Chosen assets").get_by_role(
        "button", name="Download"
    ).click()
    expect(console.page.get_by_role("alert")).to_contain_text("“delta”: there is nothing")


def test_days_sizes_and_categories_narrow_and_stand_in_the_address(console: Console) -> None:
    page = console.page
    page.get_by_text("More filters").press("Enter")
    page.get_by_label("To size, MB").fill("0.0005")
    page.get_by_label("To size, MB").press("Enter")
    _expect_titles(console, "beta")
    assert parse_qs(urlsplit(page.url).query)["max_size_bytes"] == ["524"]
    page.reload()
    _expect_titles(console, "beta")
    expect(page.get_by_label("To size, MB")).to_have_value("0.0005")
    page.get_by_label("To size, MB").fill("")
    page.get_by_label("Uploaded from").fill("2020-01-01")
    page.get_by_label("Uploaded until").fill("2020-01-02")
    expect(page.get_by_text("Nothing fits.")).to_be_visible()
    page.go_back()
    _expect_titles(console, "delta", "gamma", "beta", "alpha")
    page.get_by_label("Category").fill("menus/summer")
    page.get_by_label("Category").press("Tab")
    expect(page.get_by_text("Nothing fits.")).to_be_visible()
    assert parse_qs(urlsplit(page.url).query)["category"] == ["menus/summer"]


@pytest.mark.timeout(360)
def test_of_a_long_library_only_what_is_near_is_in_the_page(stack: Stack, editor: Console) -> None:
    editor.upload(samples.picture("original.png"))
    editor.expect_outcome("original.png", "Ready")
    editor.open_detail("original")
    page = editor.page
    with stocked(stack, parse_qs(urlsplit(page.url).query)["asset"][0], 400):
        _await_found(stack, page, 400)
        page.goto("/?category=copies")
        expect(editor.card("Copy 400")).to_be_visible()
        _load_all(page)
        cards = page.get_by_role("list", name="Assets").get_by_role("listitem")
        expect(cards.first).to_have_attribute("aria-setsize", "400")
        assert cards.count() < 150
        page.get_by_role("list", name="Assets").locator("a[tabindex='0']").focus()
        for key, title in (("End", "Copy 1"), ("ArrowLeft", "Copy 2"), ("Home", "Copy 400")):
            page.keyboard.press(key)
            expect(page.locator(":focus").get_by_title(title, exact=True)).to_be_in_viewport()
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        expect(page.get_by_title("Copy 1", exact=True)).to_be_in_viewport()
        expect(page.locator(":focus")).to_contain_text("Copy 400")
        page.keyboard.press("ArrowRight")
        expect(page.locator(":focus")).to_contain_text("Copy 399")
        expect(page.get_by_title("Copy 399", exact=True)).to_be_in_viewport()
        page.keyboard.press("Control+a")
        expect(page.get_by_role("region", name="Chosen assets")).to_contain_text("400 assets")


def _await_found(stack: Stack, page: Page, count: int) -> None:
    """Wait until searches find so many copies."""
    headers = {"Authorization": f"Bearer {stack.token('editor@acme.test')}"}
    give_up_at = time.monotonic() + INDEXED_SECONDS
    found: dict[str, int] = {}
    while found != {"image": count}:
        assert time.monotonic() < give_up_at, found
        page.wait_for_timeout(200)  # questions without a rest would hold up the index
        path = "/api/v3/assets/?category=copies&facets=true&limit=1"
        found = page.request.get(path, headers=headers).json()["facets"]["kind"]


def _load_all(page: Page) -> None:
    """Scroll down until nothing more comes."""
    scroll = """() => {
        scrollTo(0, document.body.scrollHeight);
        return new Promise(requestAnimationFrame);
    }"""
    give_up_at = time.monotonic() + 60
    while page.locator(".more").count() > 0:
        assert time.monotonic() < give_up_at, "there always is more"
        page.evaluate(scroll)


def _expect_titles(console: Console, *titles: str) -> None:
    cards = console.page.get_by_role("list", name="Assets").locator(".card-title")
    expect(cards).to_have_text(list(titles))


def _file(name: str) -> samples.FilePayload:
    match name.rpartition(".")[2]:
        case "png":
            return samples.picture(name)
        case "txt":
            return samples.text(name)
    return samples.truncated(name)
