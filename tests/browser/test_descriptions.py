"""What is said of all assets is fetched as a table and changed by one."""

import csv
import io
from collections.abc import Callable

import pytest
from playwright.sync_api import Download, FilePayload, Page, expect

from tests.browser import samples
from tests.browser.axe import serious
from tests.browser.console import PROCESSING_MS, Console

Visit = Callable[..., Console]


def test_a_table_is_fetched_tried_and_read_again(editor: Console) -> None:
    editor.upload(samples.picture("tabulated.png"))
    editor.expect_outcome("tabulated.png", "Ready")
    page = editor.page
    page.get_by_role("link", name="Descriptions as a table").press("Enter")
    with page.expect_download(timeout=PROCESSING_MS) as fetched:
        page.get_by_role("button", name="Make the table").press("Enter")
    rows = list(csv.DictReader(io.StringIO(_text(fetched.value))))
    (row,) = [one for one in rows if one["title"] == "tabulated"]
    row["description"] = "Said in a spreadsheet"
    other = {**row, "id": "nobody"}
    table = _table([row, other])
    page.get_by_label("Table (CSV)").set_input_files(table)
    page.get_by_role("button", name="Only say what would happen").press("Enter")
    told = page.get_by_role("status").filter(has_text="Nothing is changed yet.")
    expect(told).to_contain_text("1 asset changed, 1 row refused.", timeout=PROCESSING_MS)
    expect(told).to_contain_text("Row 3:")
    page.get_by_role("button", name="Change the assets").press("Enter")
    done = page.get_by_role("status").filter(has_text="Done:")
    expect(done).to_contain_text("1 asset changed, 1 row refused.", timeout=PROCESSING_MS)
    page.get_by_role("link", name="Library").first.click()
    expect(editor.open_detail("tabulated")).to_contain_text("Said in a spreadsheet")


def test_a_table_that_cannot_be_read_changes_nothing(visit: Visit) -> None:
    console = visit("editor@globex.test", bypass_csp=True, reduced_motion="reduce")
    console.expect_message("favicon.ico")
    page = console.page
    page.goto("/?descriptions=all")
    page.get_by_label("Table (CSV)").set_input_files(samples.payload("x.csv", "text/csv", b"a,b\n"))
    page.get_by_role("button", name="Change the assets").click()
    expect(page.get_by_role("alert")).to_be_visible(timeout=PROCESSING_MS)
    for width, scheme in ((320, "dark"), (1280, "light"), (1280, "dark"), (320, "light")):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert serious(page) == []
        assert _width(page) <= width


@pytest.mark.parametrize("who", ["viewer", "contributor", "moderator"])
def test_only_editors_are_led_to_the_table(visit: Visit, who: str) -> None:
    page = visit(f"{who}@acme.test").page
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    expect(page.get_by_role("link", name="Descriptions as a table")).to_have_count(0)


def _text(download: Download) -> str:
    return download.path().read_text("utf-8-sig")


def _table(rows: list[dict[str, str]]) -> FilePayload:
    file = io.StringIO()
    writer = csv.DictWriter(file, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return samples.payload("changed.csv", "text/csv", file.getvalue().encode())


def _width(page: Page) -> int:
    found: int = page.evaluate("() => document.documentElement.scrollWidth")
    return found
