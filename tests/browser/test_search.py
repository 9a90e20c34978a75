"""Finding by words, by counts and by saved searches: by mouse, by keyboard, by address."""

import json
import time
import urllib.request
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import Locator, Page, Response, Route, expect

from tests.browser.axe import serious
from tests.browser.console import Console
from tests.stack import Stack

Visit = Callable[..., Console]

EDITOR = "editor@globex.test"
FOUND_SECONDS = 120

LINKS: dict[str, dict[str, Any]] = {
    "Menu of the lighthouse": {"tags": ["Lantern", "menu"], "category": "harbour/menus"},
    "Harbour at night": {"tags": ["lantern"], "category": "harbour"},
    "Ferry times": {"description": "From the lighthouse to the isles", "category": "harbour"},
}
"""Links, which need no processing, by their titles."""


@pytest.fixture(scope="module")
def _links(stack: Stack) -> None:
    """Make the links, and wait until they are found."""
    for title, said in LINKS.items():
        link = {"url": "https://example.org/", "link_type": "webpage", "title": title}
        ask(stack, "assets/link/", link | said)
    give_up_at = time.monotonic() + FOUND_SECONDS
    while len(ask(stack, "assets/?category=harbour&q=e")["items"]) < len(LINKS):
        assert time.monotonic() < give_up_at, "they are not found"
        time.sleep(0.2)


def ask(stack: Stack, path: str, body: Any = None) -> Any:
    """Call the API as an editor."""
    headers = {"Authorization": f"Bearer {stack.token(EDITOR)}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{stack.url}/api/v3/{path}", data, headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


@pytest.fixture
def console(_links: None, visit: Visit) -> Console:
    """The console of an editor, who has the links."""
    return visit(EDITOR)


def show(console: Console, **filters: str) -> Page:
    """Open the library by its address."""
    console.page.goto(f"/?{urlencode(filters)}")
    console.await_library()
    return console.page


def expect_titles(page: Page, *titles: str) -> None:
    cards = page.get_by_role("list", name="Assets").locator(".card-title")
    expect(cards).to_have_text(list(titles))


def asked(page: Page) -> dict[str, list[str]]:
    """Return what the address says."""
    return parse_qs(urlsplit(page.url).query)


def _is_switched_off(answer: Response) -> bool:
    switched = answer.request.method == "PATCH" and answer.ok
    return switched and answer.json()["notify"] is False


def saved(page: Page) -> Locator:
    """Open the saved searches."""
    page.get_by_text("Saved searches", exact=True).click()
    return page.locator(".saved-searches")


def counts(page: Page, name: str) -> Locator:
    """Find the counts of one kind by their heading."""
    heading = page.get_by_role("heading", name=name, exact=True)
    return page.locator(".facets section").filter(has=heading)


def test_words_find_the_best_first_and_stand_in_the_address(console: Console) -> None:
    page = show(console, category="harbour")
    box = page.get_by_role("combobox", name="Search by words")
    box.fill("lightho")
    box.press("Enter")
    expect_titles(page, "Menu of the lighthouse", "Ferry times")
    assert asked(page) == {"category": ["harbour"], "q": ["lightho"]}
    expect(page.get_by_label("Order")).to_have_value("")
    page.get_by_label("Order").select_option("Newest first")
    expect_titles(page, "Ferry times", "Menu of the lighthouse")
    page.get_by_label("Order").select_option("By title")
    assert asked(page)["sort"] == ["title"]
    page.reload()
    expect_titles(page, "Ferry times", "Menu of the lighthouse")
    expect(box).to_have_value("lightho")
    page.go_back()
    page.go_back()
    page.go_back()
    expect_titles(page, "Ferry times", "Harbour at night", "Menu of the lighthouse")
    expect(box).to_have_value("")


def test_what_is_only_similar_is_said_to_be(console: Console) -> None:
    page = show(console, q="lighthuose", category="harbour")
    expect_titles(page, "Menu of the lighthouse", "Ferry times")
    expect(page.get_by_text("Nothing fits “lighthuose” as it is written.")).to_be_visible()
    show(console, q="lighthouse", category="harbour")
    expect_titles(page, "Menu of the lighthouse", "Ferry times")
    expect(page.get_by_text("as it is written")).to_have_count(0)


def test_where_nothing_fits_the_page_says_what_to_do(console: Console) -> None:
    page = show(console, q="lighthouse", kind="video")
    expect(page.get_by_text("Nothing fits “lighthouse”.")).to_be_visible()
    page.get_by_role("button", name="Search for the words alone").press("Enter")
    expect_titles(page, "Menu of the lighthouse", "Ferry times")
    assert asked(page) == {"q": ["lighthouse"]}
    show(console, q="unheardofword")
    expect(page.get_by_text("Try fewer words")).to_be_visible()
    expect(page.get_by_role("button", name="Search for the words alone")).to_have_count(0)


def test_endings_of_the_last_word_come_from_what_is_here(console: Console) -> None:
    page = show(console, category="harbour")
    expect(console.card("Ferry times")).to_be_visible()
    page.get_by_role("combobox", name="Search by words").fill("at lig")
    expect(page.locator("#search-endings option")).to_have_count(1)
    expect(page.locator("#search-endings option")).to_have_attribute("value", "at lighthouse")


def test_counts_narrow_the_library_and_follow_it(console: Console) -> None:
    page = show(console, category="harbour")
    tag, category = counts(page, "Tag"), counts(page, "Category")
    lantern, menu = (
        tag.get_by_role("button", name="antern 2"),
        tag.get_by_role("button", name="menu"),
    )
    expect(category.get_by_role("button", name="harbour 3")).to_have_attribute(
        "aria-pressed", "true"
    )
    expect(lantern).to_have_attribute("aria-pressed", "false")
    lantern.press("Enter")
    expect_titles(page, "Harbour at night", "Menu of the lighthouse")
    expect(lantern).to_have_attribute("aria-pressed", "true")
    menu.press("Space")
    expect_titles(page, "Menu of the lighthouse")
    assert len(asked(page)["tag"]) == 2
    expect(category.get_by_role("button", name="harbour 1")).to_be_visible()
    lantern = tag.get_by_role("button", name="antern 1")
    lantern.click()
    menu.click()
    expect_titles(page, "Ferry times", "Harbour at night", "Menu of the lighthouse")
    category.get_by_role("button", name="harbour/menus 1").click()
    expect_titles(page, "Menu of the lighthouse")
    page.get_by_label("Tag", exact=True).fill("menu, LANTERN")
    page.get_by_label("Tag", exact=True).press("Enter")
    expect_titles(page, "Menu of the lighthouse")
    assert asked(page)["tag"] == ["menu", "LANTERN"]


def test_counts_that_cannot_be_had_say_so_and_are_asked_for_again(console: Console) -> None:
    console.expect_message("503")
    page = console.page
    page.route("**/api/v3/assets/?*facets=true*", lambda route: route.fulfill(status=503))
    show(console, category="harbour")
    expect(page.get_by_text("The counts could not be had.")).to_be_visible()
    page.unroute("**/api/v3/assets/?*facets=true*")
    page.locator(".facets").get_by_role("button", name="Try again").press("Enter")
    expect(counts(page, "Category").get_by_role("button", name="harbour 3")).to_be_visible()
    expect(page.get_by_text("The counts could not be had.")).to_have_count(0)


def test_a_search_is_saved_opened_changed_and_deleted(console: Console) -> None:
    page = show(console, category="harbour", q="lighthouse", tag="menu", created_after="2026-01-02")
    panel = saved(page)
    panel.get_by_label("Name of this search").fill("Lighthouse menus")
    form = panel.get_by_role("form", name="Save this search")
    form.get_by_label("Tell me of new finds").check()
    form.get_by_role("button", name="Save this search").click()
    expect(page.get_by_text("“Lighthouse menus” is saved.")).to_be_visible()
    before = asked(page)
    show(console, kind="video")
    saved(page)
    told = panel.get_by_label("Tell me of new finds of “Lighthouse menus”")
    expect(told).to_be_checked()
    told.uncheck()
    told.check()
    with page.expect_response(_is_switched_off):
        told.uncheck()
    link = panel.get_by_role("link", name="Lighthouse menus")
    address = link.get_attribute("href")
    link.press("Enter")
    expect_titles(page, "Menu of the lighthouse")
    assert asked(page) == before
    page.goto(str(address))
    expect_titles(page, "Menu of the lighthouse")
    assert asked(page) == before
    saved(page)
    expect(told).not_to_be_checked()
    panel.get_by_role("button", name="Delete “Lighthouse menus”").click()
    expect(page.get_by_text("“Lighthouse menus” is deleted.")).to_be_visible()
    expect(link).to_have_count(0)
    page.goto(str(address))
    expect(page.get_by_role("alert")).to_contain_text("no such saved search")
    page.get_by_role("link", name="Go to the library").click()
    console.await_library()


def test_a_list_from_before_does_not_bring_back_a_deleted_search(
    console: Console, stack: Stack
) -> None:
    page = show(console, category="harbour")
    panel = saved(page)
    panel.get_by_label("Name of this search").fill("Short-lived")
    panel.get_by_role("button", name="Save this search").click()
    link = panel.get_by_role("link", name="Short-lived")
    expect(link).to_be_visible()
    saved(page)
    late: list[Route] = []
    page.route("**/api/v3/searches/?*", lambda route: late.append(route), times=1)
    with page.expect_request("**/api/v3/searches/?*"):
        saved(page)
    before = ask(stack, "searches/?limit=200")
    panel.get_by_role("button", name="Delete “Short-lived”").click()
    expect(link).to_have_count(0)
    with page.expect_request("**/api/v3/searches/?*"):
        late[0].fulfill(json=before)
    expect(link).to_have_count(0)


def test_searches_that_cannot_be_had_or_saved_say_so(console: Console) -> None:
    console.expect_message("503")
    page = show(console, category="harbour")
    page.route("**/api/v3/searches/**", lambda route: route.fulfill(status=503))
    panel = saved(page)
    expect(panel.get_by_role("alert")).to_contain_text("could not be loaded")
    panel.get_by_label("Name of this search").fill("Never saved")
    panel.get_by_role("button", name="Save this search").click()
    expect(panel.get_by_role("alert")).to_have_count(2)
    page.unroute("**/api/v3/searches/**")
    panel.get_by_role("button", name="Try again").click()
    expect(panel.get_by_text("could not be loaded")).to_have_count(0)
    expect(panel.get_by_role("link", name="Never saved")).to_have_count(0)


@pytest.mark.usefixtures("_links")
@pytest.mark.parametrize("width", [320, 2560])
def test_axe_finds_nothing_serious_and_nothing_sticks_out(visit: Visit, width: int) -> None:
    console = visit(reduced_motion="reduce", bypass_csp=True)
    console.expect_message("favicon.ico")
    console.sign_in(EDITOR)
    page = console.page
    page.set_viewport_size({"width": width, "height": 900})
    for filters in ({"q": "lighthuose", "tag": "x" * 200}, {"q": "lighthuose"}, {"tag": "lantern"}):
        show(console, **filters)
        saved(page)
        expect(page.get_by_label("Name of this search")).to_be_visible()
        if page.locator(".facets[open]").count() == 0:
            page.get_by_text("What is there").click()
        expect(page.locator(".facet, .facets p").first).to_be_visible()
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            assert serious(page) == []
            assert page.evaluate("() => document.documentElement.scrollWidth") <= width
