"""axe finds nothing serious, whatever the colours and the width."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import expect

from tests.browser import samples
from tests.browser.axe import serious
from tests.browser.console import Console
from tests.browser.reviews import Reviews

Visit = Callable[..., Console]


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothingserious(
    visit: Visit, scheme: Literal["light", "dark"], width: int, tmp_path: Path
) -> None:
    console = visit(
        color_scheme=scheme,
        reduced_motion="reduce",
        viewport={"width": width, "height": 800},
        # axe is put into the page as a script text, which the page itself would never allow.
        bypass_csp=True,
    )
    # Without its policy the issuer's page is free to look for an icon, which it has not.
    console.expect_message("favicon.ico")
    assert serious(console.page) == []
    console.sign_in("editor@acme.test")
    name = f"{scheme} {width}"
    picture = samples.picture(f"{name}.png")
    console.upload(
        picture,
        samples.infected(f"{name}.txt"),
        samples.payload(f"{name}.exe", "application/x-msdownload", b"MZ"),
    )
    console.expect_outcome(f"{name}.png", "Ready")
    console.expect_outcome(f"{name}.txt", "Quarantined")
    console.upload({**picture, "name": f"again {name}.png"})
    expect(console.page.get_by_role("group", name="What to do with again")).to_be_visible()
    console.page.get_by_label(f"Choose {name}").first.check()
    assert serious(console.page) == []
    console.page.get_by_role("button", name="List").click()
    expect(console.page.locator(".grid.list")).to_be_visible()
    assert serious(console.page) == []
    console.page.get_by_role("button", name="Leave it out").click()
    console.card(name).last.click()
    detail = console.page.get_by_role("dialog")
    expect(detail.locator(".facts").first).to_be_visible()
    expect(detail.locator(".version")).to_be_visible()
    assert serious(console.page) == []
    detail.get_by_role("button", name="Edit").click()
    expect(detail.get_by_role("form", name="Describe it")).to_be_visible()
    assert serious(console.page) == []
    console.page.keyboard.press("Escape")
    document = samples.document(tmp_path, f"{name}.pdf", 3)
    console.upload(document)
    console.expect_outcome(document.name, "Ready")
    console.page.get_by_text("More filters").click()
    assert serious(console.page) == []
    console.row(document.name).get_by_role("link").click()
    expect(detail.get_by_alt_text("Page 1 of 3")).to_be_visible()
    assert serious(console.page) == []


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
        for width, scheme in ((320, "dark"), (1280, "light"), (1280, "dark"), (320, "light")):
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme=scheme)
            assert serious(page) == []
            assert page.evaluate("() => document.documentElement.scrollWidth") <= width
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
        for width, scheme in ((320, "dark"), (1280, "light"), (1280, "dark"), (320, "light")):
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme=scheme)
            assert serious(page) == []
        if review.is_visible():
            review.click()
