"""Guests send files by the page of an upload request, on a phone too."""

import pytest
from playwright.sync_api import expect

from tests.browser import samples
from tests.browser.test_shares import DESKTOP, PHONE, Ask, Visit, ask, serious, visitor

__all__ = ["ask", "visitor"]


@pytest.mark.parametrize(
    ("scheme", "size"), [("light", PHONE), ("dark", DESKTOP)], ids=["phone", "desktop"]
)
def test_a_guest_sends_files_and_is_told_what_became_of_each(
    ask: Ask, visitor: Visit, scheme: str, size: dict[str, int]
) -> None:
    wanted = {"title": f"Photos {scheme}", "note": "Two, please.", "max_files": 2}
    made = ask("POST", "upload_requests/", wanted)
    page = visitor(made["url"], viewport=size, color_scheme=scheme)
    expect(page.get_by_text("Two, please.")).to_be_visible()
    expect(page.get_by_text("Up to 2 files")).to_be_visible()
    page.get_by_label("A word about them").fill("From Ann")
    good, bad = samples.picture(f"guest {scheme}.png"), samples.text("setup.exe")
    bad["mimeType"] = "application/x-msdownload"
    page.get_by_label("Files").set_input_files([good, bad])
    expect(page.locator("li", has_text=good["name"])).to_contain_text("Received. Thank you!")
    refused = page.locator("li", has_text="setup.exe")
    expect(refused).to_contain_text("EXE is not accepted here.")
    expect(refused.get_by_role("button")).to_be_hidden()
    assert serious(page) == []
    assert page.evaluate("() => document.documentElement.scrollWidth") <= size["width"]
    (listed,) = [one for one in ask("GET", "upload_requests/")["items"] if one["id"] == made["id"]]
    assert (listed["files"], listed["total_bytes"]) == (1, len(good["buffer"]))
    (asset,) = [one for one in ask("GET", "assets/")["items"] if one["title"] == f"guest {scheme}"]
    version = ask("GET", f"assets/{asset['id']}/versions/")["items"][0]
    assert (version["created_by"]["id"], version["change_description"]) == ("guest", "From Ann")


def test_a_page_without_scripts_says_so_and_one_that_ended_too(ask: Ask, visitor: Visit) -> None:
    made = ask("POST", "upload_requests/", {"title": "Ending"})
    page = visitor(made["url"], java_script_enabled=False)
    expect(page.get_by_role("alert")).to_contain_text("allow this page to run its script")
    expect(page.locator("form")).to_be_hidden()
    ended = page.request.get(made["url"].replace("/request/", "/request/x"))
    assert ended.status == 404
    assert "There is nothing here" in ended.text()
