"""Edits that wait for a review: said with who decides, and gone when it is decided."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser import samples
from tests.browser.console import Console
from tests.browser.reviews import Reviews

Visit = Callable[..., Console]


def test_a_category_that_waits_is_shown_with_who_decides_until_they_did(
    reviews: Reviews, editor: Console, visit: Visit
) -> None:
    reviews.require("contracts", "moderator")
    editor.upload(samples.picture("lease.png"))
    editor.expect_outcome("lease.png", "Ready")
    detail = editor.open_detail("lease")
    detail.get_by_role("button", name="Edit").click()
    detail.get_by_label("Category").fill("contracts")
    detail.get_by_role("button", name="Save").press("Enter")
    expect(detail).to_contain_text("Waiting for a review: Category.")
    waiting = detail.get_by_role("region", name="This change waits for a review")
    expect(waiting.locator("ins")).to_have_text("contracts")
    expect(waiting).to_contain_text("To be decided by moderator@acme.test")
    address = editor.page.url
    waiting.get_by_role("link", name="Open its review").press("Enter")
    expect(editor.page.get_by_role("region", name="What is to be changed")).to_contain_text(
        "contracts"
    )
    moderator = visit()
    moderator.arrive(editor.page.url, "moderator@acme.test", "lease")
    moderator.page.get_by_role("button", name="Approve").click()
    expect(moderator.page.get_by_role("status")).to_contain_text("You have approved it")
    editor.page.goto(address)
    detail = editor.page.get_by_role("dialog")
    expect(detail.get_by_role("heading", name="Technical")).to_be_visible()
    expect(waiting).to_have_count(0)
    detail.get_by_role("button", name="Edit").click()
    expect(detail.get_by_label("Category")).to_have_value("contracts")
