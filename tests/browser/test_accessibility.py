"""axe finds nothing serious, whatever the colours and the width."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from playwright.sync_api import Page, expect

from tests.browser import samples
from tests.browser.axe import serious
from tests.browser.console import Console
from tests.browser.reviews import Reviews

Visit = Callable[..., Console]

LOOKS: tuple[tuple[int, Literal["light", "dark"]], ...] = (
    (320, "dark"),
    (1280, "light"),
    (1280, "dark"),
    (320, "light"),
)
"""How wide the page is, and its theme; the last one stays."""


def assert_nothing_serious(page: Page) -> None:
    """Try both themes, on a phone and on a desk; nothing may be wider than the page."""
    for width, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        assert serious(page) == [], f"{width} {scheme}"
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width


def test_axe_finds_nothing_serious(visit: Visit, tmp_path: Path) -> None:
    # axe is put into the page as a script text, which the page itself would never allow.
    console = visit(reduced_motion="reduce", bypass_csp=True)
    # Without its policy the issuer's page is free to look for an icon, which it has not.
    console.expect_message("favicon.ico")
    page = console.page
    assert_nothing_serious(page)
    console.sign_in("editor@acme.test")
    picture = samples.picture("axe.png")
    console.upload(
        picture,
        samples.infected("axe.txt"),
        samples.payload("axe.exe", "application/x-msdownload", b"MZ"),
    )
    console.expect_outcome("axe.png", "Ready")
    console.expect_outcome("axe.txt", "Quarantined")
    console.upload({**picture, "name": "again axe.png"})
    expect(page.get_by_role("group", name="What to do with again")).to_be_visible()
    page.get_by_label("Choose axe").first.check()
    assert_nothing_serious(page)
    page.get_by_role("button", name="List").click()
    expect(page.locator(".grid.list")).to_be_visible()
    assert_nothing_serious(page)
    page.get_by_role("button", name="Leave it out").click()
    console.card("axe").last.click()
    detail = page.get_by_role("dialog")
    expect(detail.locator(".facts").first).to_be_visible()
    expect(detail.locator(".version")).to_be_visible()
    assert_nothing_serious(page)
    detail.get_by_role("button", name="Edit").click()
    expect(detail.get_by_role("form", name="Describe it")).to_be_visible()
    assert_nothing_serious(page)
    page.keyboard.press("Escape")
    document = samples.document(tmp_path, "axe in pages.pdf", 3)
    console.upload(document)
    console.expect_outcome(document.name, "Ready")
    page.get_by_text("More filters").click()
    assert_nothing_serious(page)
    console.row(document.name).get_by_role("link").click()
    expect(detail.get_by_alt_text("Page 1 of 3")).to_be_visible()
    assert_nothing_serious(page)


def test_axe_finds_nothing_serious_in_reviews(visit: Visit, reviews: Reviews) -> None:
    contributor = visit("contributor@acme.test")
    contributor.upload(samples.picture("to be seen.webp"))
    link = reviews.link_mailed_to("manager@acme.test", "to be seen")
    console = visit(reduced_motion="reduce", bypass_csp=True)
    console.expect_message("favicon.ico")
    console.arrive(link, "manager@acme.test", "to be seen")
    page = console.page
    for address, there in (
        (link, page.get_by_role("button", name="Download")),
        ("/?inbox=mine", page.get_by_role("link", name="to be seen")),
        ("/?preferences=notifications", page.get_by_role("radio").first),
    ):
        page.goto(address)
        expect(there).to_be_visible()
        assert_nothing_serious(page)
    page.goto(link)
    page.get_by_label("Comment").fill("Nobody wants to see it")
    page.get_by_role("button", name="Reject").click()
    console.expect_message("404")
    expect(page.get_by_role("status")).to_contain_text("You have rejected it")
    assert serious(page) == []


def test_axe_finds_nothing_serious_in_an_edit_that_waits(visit: Visit, reviews: Reviews) -> None:
    reviews.require("leases", "moderator")
    console = visit(reduced_motion="reduce", bypass_csp=True)
    console.expect_message("favicon.ico")
    console.sign_in("editor@acme.test")
    page = console.page
    console.upload(samples.picture("cottage.png"))
    console.expect_outcome("cottage.png", "Ready")
    detail = console.open_detail("cottage")
    detail.get_by_role("button", name="Edit").click()
    detail.get_by_label("Category").fill("leases")
    detail.get_by_role("button", name="Save").click()
    review = detail.get_by_role("link", name="Open its review")
    expect(review).to_be_visible()
    for there in (
        detail.get_by_text("To be decided by"),
        page.get_by_text("What is to be changed"),
    ):
        expect(there).to_be_visible()
        assert_nothing_serious(page)
        if review.is_visible():
            review.click()
