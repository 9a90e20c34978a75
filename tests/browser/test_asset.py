"""The page of one asset: described, replaced, published, deleted, restored, reported."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Browser, Locator, expect

from tests.browser import samples
from tests.browser.console import PROCESSING_MS, Console
from tests.browser.wall import Wall
from tests.stack import Stack

Visit = Callable[..., Console]


def test_an_asset_is_described_anew_by_keyboard(editor: Console) -> None:
    detail = _open_new(editor, "untold.png")
    detail.get_by_role("button", name="Edit").press("Enter")
    form = detail.get_by_role("form", name="Describe it")
    form.get_by_label("Title", exact=True).fill("Low water at dawn")
    form.get_by_label("Description").fill("Two boats, no wind")
    form.get_by_label("Category").fill("places/harbours")
    form.get_by_label("Tags").fill("boats, Dawn ,  calm")
    form.get_by_text("Rights").press("Enter")
    form.get_by_label("Copyright").fill("The harbour master")
    form.get_by_label("May be shown until").fill("2040-01-01T12:00")
    form.get_by_label("Title", exact=True).press("Enter")
    expect(detail.get_by_role("heading", level=2)).to_have_text("Low water at dawn")
    for words in ("Two boats, no wind", "boats, Dawn, calm"):
        expect(detail).to_contain_text(words)
    editor.page.keyboard.press("Escape")
    expect(editor.card("Low water at dawn")).to_be_visible()
    detail = editor.open_detail("Low water at dawn")
    detail.get_by_role("button", name="Edit").click()
    form.get_by_text("Rights").click()
    expect(form.get_by_label("Copyright")).to_have_value("The harbour master")
    expect(form.get_by_label("May be shown until")).to_have_value("2040-01-01T12:00")
    expect(form.get_by_label("Category")).to_have_value("places/harbours")


def test_a_second_editor_is_shown_what_the_first_wrote(editor: Console, visit: Visit) -> None:
    editor.expect_message("412")
    detail = _open_new(editor, "contested.png")
    detail.get_by_role("button", name="Edit").click()
    detail.get_by_label("Description").fill("Mine")
    other = visit("admin@acme.test")
    theirs = other.open_detail("contested")
    theirs.get_by_role("button", name="Edit").click()
    theirs.get_by_label("Description").fill("Theirs")
    theirs.get_by_role("button", name="Save").click()
    expect(theirs.locator(".description")).to_have_text("Theirs")
    detail.get_by_role("button", name="Save").click()
    expect(detail.get_by_role("alert")).to_contain_text("Description is now “Theirs”.")
    expect(detail.get_by_label("Description")).to_have_value("Mine")
    detail.get_by_role("button", name="Save mine").click()
    expect(detail.locator(".description")).to_have_text("Mine")


def test_a_new_version_is_compared_published_and_rolled_back(editor: Console) -> None:
    detail = _open_new(editor, "price list.png")
    board = samples.picture("new board.png", (320, 180))
    detail.get_by_label("File of a new version").set_input_files(board)
    expect(detail).to_contain_text("2, published", timeout=90_000)
    detail.get_by_role("button", name="What has changed: Version 2").press("Enter")
    expect(detail.locator(".difference img")).to_be_visible()
    expect(detail.locator(".difference")).to_contain_text("new board.png")
    for words in ("Name", "SHA-256", "Width", "Height"):
        expect(detail.locator(".difference dt", has_text=words).first).to_be_visible()
    detail.get_by_role("button", name="Unpublish: Version 2").click()
    expect(detail).to_contain_text("2, not published")
    detail.get_by_role("button", name="Publish: Version 1").press("Enter")
    expect(detail).to_contain_text("version 1 is published")
    detail.get_by_role("button", name="Roll back to it: Version 1").click()
    expect(detail).to_contain_text("3, published")


def test_a_branch_is_named_and_becomes_the_newest_version(
    editor: Console, stack: Stack, browser: Browser
) -> None:
    detail = _open_new(editor, "branched.png")
    asset_id = parse_qs(urlsplit(editor.page.url).query)["asset"][0]
    request = browser.new_context(base_url=stack.url).request
    wall, path = Wall(stack, request), f"assets/{asset_id}"
    branch = {"name": "darker", "from_version": 1}
    wall.call("POST", f"{path}/branches/", branch, "editor@acme.test")
    file = samples.picture("night.png")
    wanted = {"filename": file["name"], "size_bytes": len(file["buffer"])}
    wanted |= {"content_type": file["mimeType"], "branch": "darker"}
    reserved = wall.call("POST", f"{path}/upload_version/", wanted, "editor@acme.test")
    upload = reserved["upload"]
    assert request.post(upload["url"], multipart={**upload["fields"], "file": file}).ok
    job = f"processing/{reserved['job']['id']}/status/?wait=20"
    for _ in range(PROCESSING_MS // 1000):  # answered at each change
        if wall.call("GET", job)["status"] == "completed":
            break
    editor.page.reload()
    second = detail.get_by_role("listitem").filter(has_text="On the branch “darker”")
    second.get_by_role("button", name="Make it the newest version: Version 2").press("Enter")
    third = detail.get_by_role("listitem").filter(has_text="Version 3")
    expect(third).to_contain_text("Published")
    expect(third).not_to_contain_text("On the branch")


def test_what_replaces_a_file_is_followed_and_asked_about_in_the_detail(editor: Console) -> None:
    there = samples.picture("terrace.png")
    editor.upload(there)
    editor.expect_outcome("terrace.png", "Ready")
    detail = _open_new(editor, "garden.png")
    with editor.page.expect_file_chooser() as chooser:
        detail.get_by_role("button", name="Replace").press("Enter")
    chooser.value.set_files({**there, "name": "garden at noon.png"})
    expect(detail.get_by_text("The same bytes are in terrace.")).to_be_visible()
    detail.get_by_role("button", name="Take that one without uploading").press("Enter")
    expect(detail).to_contain_text("2, published", timeout=PROCESSING_MS)
    expect(detail.locator(".replacing")).to_have_count(0)


def test_the_keyboard_goes_into_the_form_and_back_to_its_button(editor: Console) -> None:
    detail = _open_new(editor, "keys.png")
    detail.get_by_role("button", name="Edit").press("Enter")
    expect(detail.get_by_label("Title", exact=True)).to_be_focused()
    editor.page.keyboard.press("Control+a")
    editor.page.keyboard.type("Piano keys")
    editor.page.keyboard.press("Enter")
    expect(detail.get_by_role("heading", level=2)).to_have_text("Piano keys")
    expect(detail.get_by_role("button", name="Edit")).to_be_focused()


def test_a_deleted_asset_is_taken_back_at_once(editor: Console) -> None:
    _open_new(editor, "slip.png").get_by_role("button", name="Delete").press("Enter")
    expect(editor.page.get_by_role("dialog")).to_have_count(0)
    expect(editor.card("slip")).to_have_count(0)
    expect(editor.row("slip.png")).to_contain_text("Deleted")
    expect(editor.page.locator(".uploads-total")).to_have_text("1 deleted")
    editor.page.get_by_role("button", name="Undo").press("Enter")
    expect(editor.card("slip")).to_be_visible()
    expect(editor.row("slip.png")).to_contain_text("Ready")
    expect(editor.open_detail("slip")).to_contain_text("1, published")


def test_what_comes_out_of_the_trash_is_not_called_deleted(editor: Console) -> None:
    _open_new(editor, "back.png").get_by_role("button", name="Delete").press("Enter")
    expect(editor.page.get_by_role("dialog")).to_have_count(0)
    expect(editor.page.locator("a[data-asset]:focus, #content:focus")).to_have_count(1)
    editor.page.get_by_role("button", name="Trash").click()
    expect(editor.page.locator(".count-found")).to_contain_text("deleted for good 30 days after")
    expect(editor.card("back")).to_contain_text(re.compile("Deleted for good in.(29|30).days"))
    trashed = editor.open_detail("back")
    expect(trashed).to_contain_text("Deleted for good on")
    trashed.get_by_role("button", name="Restore").press("Enter")
    expect(editor.page.get_by_text("“back” is back.")).to_be_visible()
    expect(editor.card("back")).to_have_count(0)
    expect(editor.row("back.png")).to_contain_text("Ready")


def test_what_failed_and_what_is_quarantined_can_be_removed(editor: Console) -> None:
    editor.upload(samples.truncated("halved.jpg"), samples.infected("foul.txt"))
    editor.expect_outcome("halved.jpg", "Failed")
    editor.expect_outcome("foul.txt", "Quarantined")
    for title in ("halved", "foul"):
        editor.open_detail(title).get_by_role("button", name="Delete").click()
        expect(editor.card(title)).to_have_count(0)


def test_a_link_shows_its_address_and_nothing_of_a_file(
    editor: Console, stack: Stack, browser: Browser
) -> None:
    wall = Wall(stack, browser.new_context(base_url=stack.url).request)
    link = {"url": "https://example.org/departures", "link_type": "webpage", "title": "Board"}
    made = wall.call("POST", "assets/link/", link, "editor@acme.test")
    editor.page.goto(f"/?asset={made['id']}")
    detail = editor.page.get_by_role("dialog")
    way = detail.get_by_role("link", name="Open the address")
    expect(way).to_have_attribute("href", link["url"])
    expect(detail).to_contain_text(link["url"])
    expect(detail.get_by_role("button", name="Edit")).to_be_visible()
    for button in ("Download", "Replace"):
        expect(detail.get_by_role("button", name=button)).to_have_count(0)
    for term in ("Size", "Virus check", "SHA-256"):
        expect(detail.get_by_role("term").filter(has_text=term)).to_have_count(0)


def test_anyone_reports_what_is_wrong(editor: Console, visit: Visit) -> None:
    _open_new(editor, "old prices.png")
    viewer = visit("viewer@acme.test")
    detail = viewer.open_detail("old prices")
    for button in ("Edit", "Delete", "Replace"):
        expect(detail.get_by_role("button", name=button)).to_have_count(0)
    detail.get_by_text("Report it to the moderators").press("Enter")
    detail.get_by_label("Reason").select_option("Outdated")
    detail.get_by_label("What is wrong").fill("Last year's prices")
    detail.get_by_role("button", name="Report", exact=True).press("Enter")
    expect(viewer.page.get_by_text("Reported: the moderators")).to_be_visible()


def _open_new(console: Console, name: str) -> Locator:
    console.upload(samples.picture(name))
    console.expect_outcome(name, "Ready")
    return console.open_detail(name.rpartition(".")[0])
