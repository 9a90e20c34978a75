"""Whatever things are called: nothing is wider than the window, and axe finds nothing serious."""

from collections.abc import Callable
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import serious
from tests.browser.console import Console
from tests.browser.wall import Wall
from tests.stack import Stack

Visit = Callable[..., Console]
WHO = "admin@globex.test"
UNBROKEN = "campaign-2026-" + "x" * 180
WORDS = "An evening at the harbour with a title that does not want to end, " * 3
STICKING_OUT = """() => {
    const inside = document.querySelector("dialog[open]") ?? document.body;
    const { left, right } = inside.getBoundingClientRect();
    const isScrolled = (element) => /auto|scroll/.test(getComputedStyle(element).overflowX);
    const scrolls = (element) => element && element !== inside
        && (isScrolled(element) || scrolls(element.parentElement));
    return [...inside.querySelectorAll("a, button, input, select, textarea, summary, h1, h2, p")]
        .filter((one) => one.checkVisibility() && !one.closest(".unseen, .skip, .narrow-hidden"))
        .filter((one) => !scrolls(one.parentElement))
        .filter((one) => {
            const box = one.getBoundingClientRect();
            return box.width > 0 && (box.left < left - 1 || box.right > right + 1);
        })
        .map((one) => one.outerHTML.slice(0, 200));
}"""
"""Lists what goes over the edges of the window, or of the dialog that is open."""


class State(NamedTuple):
    """A state of the page.

    Attributes:
        address: where it is, with the names of ids in braces.
        there: a text that is shown then.
        press: texts that are pressed one after the other to come there.
    """

    address: str
    there: str
    press: tuple[str, ...] = ()


STATES = {
    "library": State("/", "Weather"),
    "list": State("/?view=list", "Weather"),
    "counts": State(
        f"/?tag={UNBROKEN}", "and-another-level-of-it", ("Saved searches", "What is there")
    ),
    "nothing": State(f"/?q=nowhere{UNBROKEN}&kind=video", "Nothing fits", ("More filters",)),
    "chosen": State("/", "New collection", ("Choose Weather", "Add to a collection")),
    "asset": State("/?asset={asset}", "Uploaded by", ("Report it to the moderators",)),
    "edit": State("/?asset={asset}", "A path such as", ("Edit", "Rights")),
    "on screens": State("/?asset={asset}", "Which version since when", ("Screens that have it",)),
    "share": State("/?asset={asset}", "Most downloads", ("Share…",)),
    "shares": State("/?shares=mine", "Share link of"),
    "collections": State("/?collections=all", "1 asset"),
    "collection": State("/?collection={collection}", "Take out", ("Name and description",)),
    "screens": State("/?screens=all", "heard of", ("Take in a screen",)),
    "screen": State("/?device={device}", "Times are those of UTC", ("Name, time zone and groups",)),
    "groups": State("/?groups=all", "1 screen"),
    "playlists": State("/?playlists=all", "1 entry"),
    "playlist": State("/?playlist={playlist}", "Played by", ("Times", "Add by a rule")),
    "inbox": State("/?inbox=mine", "Choose what you are mailed"),
    "notifications": State("/?preferences=notifications", "Daily digest"),
    "no review": State("/?workflow={asset}", "There is no such review"),
    "no asset": State("/?asset={device}", "There is no such asset"),
}


@pytest.fixture(scope="module")
def named(stack: Stack, browser: Browser) -> dict[str, str]:
    """Name one thing of each kind as badly as the API lets; gives their ids."""
    wall = Wall(stack, browser.new_context(base_url=stack.url).request)

    def make(path: str, **said: object) -> str:
        made = wall.call("POST", path, said, WHO)
        return str(made["id"])

    def link(title: str, **more: object) -> str:
        address = {"url": "https://example.org/", "link_type": "webpage"}
        return make("assets/link/", title=title, **address, **more)

    category = "/".join([UNBROKEN, "and-another-level-of-it"])
    ids = {"asset": link(UNBROKEN, category=category, tags=[UNBROKEN], description=UNBROKEN)}
    link(WORDS, tags=["שלום עולם " * 8])
    link("Weather")
    assets = [ids["asset"]]
    for name in (UNBROKEN, WORDS[:199]):
        ids["collection"] = make("collections/", name=name, asset_ids=assets)
        items = [{"asset_id": ids["asset"]}, {"rule": {"tag": UNBROKEN}}]
        ids["playlist"] = make("playlists/", name=name, items=items[:1])
        ids["device"] = make("devices/", name=name, time_zone="UTC", groups=[name[:100]])
        chosen = {"playlist_ids": [ids["playlist"]]}
        wall.call("PUT", f"devices/{ids['device']}/playlists/", chosen, WHO)
        make("searches/", name=name, query={"q": name}, shared=True)
        shared = {"asset_id": ids["asset"], "share_type": "public", "title": name}
        wall.call("POST", "shares/", shared, WHO)
    return ids


@pytest.mark.parametrize("state", STATES.values(), ids=list(STATES))
def test_nothing_sticks_out_and_axe_finds_nothing_serious(
    visit: Visit, named: dict[str, str], state: State
) -> None:
    console = visit(reduced_motion="reduce", bypass_csp=True)
    console.expect_message("favicon.ico|404")
    console.sign_in(WHO)
    page = console.page
    page.set_viewport_size({"width": 320, "height": 800})
    page.goto(state.address.format(**named))
    for words in state.press:
        _press(page, words)
    expect(page.get_by_text(state.there).or_(page.get_by_label(state.there)).first).to_be_attached()
    for width in (320, 390, 1280, 2560):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width
        assert page.evaluate(STICKING_OUT) == []
    for width, scheme in ((320, "dark"), (1280, "light")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert serious(page) == []


def test_pages_before_the_console_fit_into_a_narrow_window(visit: Visit) -> None:
    console = visit(viewport={"width": 320, "height": 640}, reduced_motion="reduce")
    page = console.page
    assert page.evaluate(STICKING_OUT) == []
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_label("Password")).to_be_visible()
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 320
    page.route("**/config.json", lambda route: route.abort())
    console.expect_message("ERR_FAILED")
    page.goto("/?shares=mine")
    expect(page.get_by_role("alert")).to_contain_text("Reef cannot be reached.")
    assert page.evaluate(STICKING_OUT) == []
    page.unroute("**/config.json")
    page.get_by_role("button", name="Try again").press("Enter")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    assert page.url.endswith("/?shares=mine")


def _press(page: Page, words: str) -> None:
    """Press what these words are on: a box, a button or what unfolds."""
    box = page.get_by_role("checkbox", name=words, exact=True)
    button = page.get_by_role("button", name=words, exact=True)
    expect(box.or_(button).or_(page.locator("summary", has_text=words)).first).to_be_visible()
    for found in (button, page.locator("summary", has_text=words)):
        if found.count():
            found.first.press("Enter")
            return
    box.first.check()
