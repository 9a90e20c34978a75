"""The console's pages of share links and collections."""

import io
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import samples
from tests.browser.console import Console
from tests.stack import Stack

Visit = Callable[..., Console]
MAKING_MS = 60_000
COUNTED_SECONDS = 120
PERSON = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36"
"""A browser that says nothing of running without a screen, which counts as a crawler."""


def test_an_asset_is_shared_changed_and_revoked_from_its_page(
    visit: Visit, stack: Stack, browser: Browser
) -> None:
    console = visit(
        "contributor@acme.test",
        permissions=["clipboard-read", "clipboard-write"],
        bypass_csp=True,  # for axe
    )
    console.upload(samples.picture("placard.png"))
    console.expect_outcome("placard.png", "Ready")
    detail = console.open_detail("placard")
    detail.get_by_role("button", name="Share…").press("Enter")
    form = detail.get_by_role("form", name="Share link")
    expect(form.get_by_label("Who may open it")).to_be_focused()
    form.get_by_label("Who may open it").select_option("protected")
    form.get_by_role("button", name="Suggest one").press("Enter")
    password = form.get_by_label("Password", exact=True).input_value()
    assert len(password) == 19
    form.get_by_label("Most downloads").fill("3")
    _assert_accessible(console.page)
    form.get_by_role("button", name="Make the link").press("Enter")
    made = detail.get_by_role("region", name="Pass it on")
    expect(made).to_contain_text(password)
    expect(made.get_by_alt_text("QR code")).to_have_js_property("naturalWidth", 200)
    made.get_by_role("button", name="Copy: Address").press("Enter")
    expect(made.get_by_role("button", name="Copy: Address")).to_contain_text("Copied")
    address = console.page.evaluate("navigator.clipboard.readText()")
    _assert_accessible(console.page)
    visitor = browser.new_context(base_url=stack.url, user_agent=PERSON).new_page()
    visitor.goto(address)
    visitor.locator("input[name=password]").fill(password)
    visitor.locator("input[name=password]").press("Enter")
    expect(visitor.get_by_role("heading", name="placard")).to_be_visible()
    made.get_by_role("button", name="Close").press("Enter")
    row = detail.get_by_role("listitem", name="Share link of")
    expect(row).to_contain_text("of 3 downloads")
    row.get_by_role("button", name="Change").press("Enter")
    form.get_by_label("Title").fill("The new placard")
    form.get_by_role("button", name="Save").press("Enter")
    expect(form).to_have_count(0)
    console.page.keyboard.press("Escape")
    console.page.get_by_role("link", name="Shared links").press("Enter")
    row = console.page.get_by_role("listitem", name="Share link of The new placard")
    _open_figures(row)
    expect(row.get_by_role("region", name="Figures")).to_contain_text("Views1")
    expect(row.get_by_role("region", name="Figures")).to_contain_text("By device: computer 1")
    _assert_accessible(console.page)
    row.get_by_role("button", name="Revoke").press("Enter")
    expect(row).to_contain_text("Ended")
    assert visitor.goto(address).status == 410  # type: ignore[union-attr]
    visitor.context.close()


def _open_figures(row: Locator) -> None:
    """Open a link's figures, again until a visit that is over is counted."""
    button = row.get_by_role("button", name="Figures")
    give_up_at = time.monotonic() + COUNTED_SECONDS
    while True:
        with row.page.expect_response("**/analytics/*") as told:
            button.press("Enter")
        if told.value.json()["totals"]["views"] > 0:
            return
        assert time.monotonic() < give_up_at, "the visit is not counted"
        button.press("Enter")


def test_a_collection_is_made_put_in_order_shared_and_fetched(
    visit: Visit, stack: Stack, browser: Browser, tmp_path: Path
) -> None:
    console = visit("editor@acme.test", bypass_csp=True, accept_downloads=True)
    page = console.page
    console.upload(samples.picture("starter.png"), samples.picture("dessert.png"))
    for name in ("starter.png", "dessert.png"):
        console.expect_outcome(name, "Ready")
    for title in ("starter", "dessert"):
        page.get_by_role("checkbox", name=f"Choose {title}").check()
    page.get_by_role("button", name="Add to a collection").press("Enter")
    form = page.get_by_role("form", name="Add to a collection")
    form.get_by_label("Collection").select_option("")
    form.get_by_label("Name").fill("Dinner")
    form.get_by_role("button", name="Add", exact=True).press("Enter")
    expect(page.get_by_text("2 assets added to “Dinner”")).to_be_visible()
    page.get_by_role("link", name="Collections").press("Enter")
    page.get_by_role("link", name="Dinner").press("Enter")
    entries = page.locator(".entry-title")
    expect(entries).to_have_count(2)
    first = entries.nth(0).inner_text()
    _assert_accessible(page)
    page.get_by_role("button", name=f"Move down: {first}").press("Enter")
    expect(entries.nth(1)).to_have_text(first)
    page.reload()
    expect(page.get_by_role("heading", name="Dinner")).to_be_visible()
    expect(entries.nth(1)).to_have_text(first)
    with page.expect_download(timeout=MAKING_MS) as fetched:
        page.get_by_role("button", name="Download as a zip").press("Enter")
    names = zipfile.ZipFile(fetched.value.path()).namelist()
    assert names == [f"{other}.png" for other in (entries.nth(0).inner_text(), first)]
    page.get_by_role("button", name="Share…").press("Enter")
    page.get_by_role("button", name="Make the link").press("Enter")
    made = page.get_by_role("region", name="Pass it on")
    address = made.locator("code").first.inner_text()
    visitor = browser.new_context(base_url=stack.url, accept_downloads=True).new_page()
    visitor.goto(address)
    visitor.get_by_role("button", name="Download all as a zip").click()
    visitor.get_by_role("button", name="Download", exact=True).wait_for(timeout=MAKING_MS)
    with visitor.expect_download() as taken:
        visitor.get_by_role("button", name="Download", exact=True).click()
    assert zipfile.ZipFile(io.BytesIO(taken.value.path().read_bytes())).namelist() == names
    visitor.context.close()
    page.get_by_role("button", name=f"Take out: {first}").press("Enter")
    expect(entries).to_have_count(1)


def _assert_accessible(page: Page) -> None:
    found = Axe().run(page).response["violations"]
    serious = [one for one in found if one["impact"] in {"serious", "critical"}]
    assert serious == [], [(one["id"], one["nodes"][0]["html"]) for one in serious]
