"""The page of the API's description, as a browser shows it."""

from collections.abc import Callable, Iterator

from playwright.sync_api import Locator, Page, expect

from chalicelib.core.api import routing
from tests.browser.console import Console

LOADED_MS = 30_000
STEP = 400
"""Pixels at a time, less than the page keeps of what is beyond its edges."""


def test_the_reference_shows_every_route_and_the_browser_finds_nothing_wrong(
    visit: Callable[..., Console],
) -> None:
    console = visit()
    asked: list[str] = []
    console.page.on("request", lambda request: asked.append(request.url))
    console.page.goto("/api/v3/docs/")
    operations = console.page.locator(".opblock")
    expect(operations.first).to_be_visible(timeout=LOADED_MS)
    shown: set[str] = set()
    for _ in _down(console.page):
        shown |= set(operations.evaluate_all("found => found.map(one => one.id)"))
    assert len(shown) == len(routing.every())
    expect(console.page.get_by_text("sign in by authorization code with PKCE")).to_be_visible()
    _find(console.page, "#operations-assets-list_assets .opblock-summary-control").click()
    expect(console.page.get_by_text("The kind of media.")).to_be_visible()
    console.page.get_by_role("button", name="Try it out").click()
    expect(console.page.get_by_role("button", name="Execute")).to_be_visible()
    upload = _find(console.page, "#operations-assets-reserve_upload")
    upload.locator(".opblock-summary-control").click()
    expect(upload.get_by_text('"filename": "sunset.jpg"')).to_be_visible()
    upload.get_by_text("Schema", exact=True).first.click()
    expect(upload.get_by_text("Exactly how many bytes will come")).to_be_visible()
    site = console.page.url.partition("/api/")[0]
    assert [url for url in asked if not url.startswith(site)] == []


def test_nothing_of_the_reference_is_wider_than_a_phone(visit: Callable[..., Console]) -> None:
    page = visit(viewport={"width": 320, "height": 800}).page
    page.goto("/api/v3/docs/")
    expect(page.locator(".opblock").first).to_be_visible(timeout=LOADED_MS)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 320


def _down(page: Page) -> Iterator[None]:
    """Go down a page that keeps only what is near, from its top to its end."""
    bottom, y = False, 0
    while not bottom:
        page.evaluate(f"scrollTo(0, {y})")
        for _ in range(2):  # what was scrolled to is drawn in the frame after the next
            page.evaluate("new Promise(requestAnimationFrame)")
        yield
        y += STEP
        bottom = page.evaluate("scrollY + innerHeight >= document.body.scrollHeight - 1")


def _find(page: Page, selector: str) -> Locator:
    """Go down to an operation."""
    wanted = page.locator(selector)
    for _ in _down(page):
        if wanted.count() > 0:
            return wanted
    raise AssertionError(f"{selector} is nowhere on the page")
