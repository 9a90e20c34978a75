"""axe finds nothing serious, whatever the colours and the width."""

from collections.abc import Callable
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser import samples
from tests.browser.console import Console
from tests.browser.reviews import Reviews

Visit = Callable[..., Console]


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(
    visit: Visit, scheme: Literal["light", "dark"], width: int
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
    assert _serious(console.page) == []
    console.sign_in("editor@acme.test")
    console.expect_message("415")
    name = f"{scheme} {width}"
    console.upload(
        samples.picture(f"{name}.png"),
        samples.infected(f"{name}.txt"),
        samples.payload(f"{name}.exe", "application/x-msdownload", b"MZ"),
    )
    console.expect_outcome(f"{name}.png", "Approved")
    console.expect_outcome(f"{name}.txt", "Quarantined")
    assert _serious(console.page) == []
    console.card(name).first.click()
    expect(console.page.get_by_role("dialog").locator(".facts").first).to_be_visible()
    assert _serious(console.page) == []


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
            assert _serious(page) == []
            assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    page.goto(link)
    page.get_by_label("Comment").fill("Nobody wants to see it")
    page.get_by_role("button", name="Reject").click()
    console.expect_message("404")
    expect(page.get_by_role("status")).to_contain_text("You have rejected it")
    assert _serious(page) == []


def _serious(page: Page) -> list[str]:
    violations = Axe().run(page).response["violations"]
    return [
        f"{violation['id']}: {node['html'][:200]}"
        for violation in violations
        if violation["impact"] in {"serious", "critical"}
        for node in violation["nodes"]
    ]
