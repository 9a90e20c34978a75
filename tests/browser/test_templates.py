"""Review templates: made, changed, switched off and deleted by an admin, by keyboard too."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import samples
from tests.browser.axe import serious
from tests.browser.console import Console
from tests.browser.wall import Wall
from tests.stack import Stack

Visit = Callable[..., Console]
WHO = "admin@globex.test"
PATH = "workflow_templates/"


@pytest.fixture
def wall(stack: Stack, browser: Browser) -> Iterator[Wall]:
    """The API as the admin reaches it; templates that a test has made are gone afterwards."""
    wall = Wall(stack, browser.new_context(base_url=stack.url).request)
    yield wall
    for template in _kept(wall):
        wall.call("DELETE", f"{PATH}{template['id']}/", who=WHO)


def test_a_template_is_made_whole_and_changed_by_keyboard(visit: Visit, wall: Wall) -> None:
    page = visit(WHO).page
    _open(page).press("Enter")
    page.get_by_role("link", name="New template").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    page.get_by_label("Name", exact=True).fill("Menus")
    page.get_by_label("Type of file").fill("image/*")
    page.get_by_label("Category").fill("menus/summer")
    first = _step(page, 1)
    first.get_by_label("Name of the step").fill("Brand check")
    first.get_by_label("Roles", exact=True).first.fill("editor, Marketing")
    expect(first.get_by_text("Nobody holds “Marketing” now.")).to_be_visible()
    first.get_by_label("Everybody asked has to approve").check()
    first.get_by_label("Hours to decide").fill("12.5")
    first.get_by_text("Who decides when nobody did in time").press("Enter")
    first.get_by_label("Addresses of members").fill(WHO)
    first.get_by_label("If nobody decides in the end").select_option("It is approved")
    page.get_by_role("button", name="Add a step").press("Enter")
    second = _step(page, 2)
    expect(second.get_by_label("Name of the step")).to_be_focused()
    page.keyboard.type("Prices")
    second.get_by_label("Certain members").check()
    second.get_by_label("Addresses of members").first.fill("viewer@globex.test")
    second.get_by_role("button", name="Move up: Step 2").press("Enter")
    expect(page.get_by_role("button", name="Move down: Step 1")).to_be_focused()
    expect(_step(page, 1).get_by_label("Name of the step")).to_have_value("Prices")
    page.get_by_label("Files of at most so many MB").fill("0.5")
    page.get_by_label("Uploads of these members").fill("editor@globex.test")
    page.get_by_label("Files of these types").fill("image/png, image/jpeg")
    page.get_by_role("button", name="Make the template").press("Enter")
    expect(page.get_by_text("“Menus” is saved.")).to_be_visible()
    row = page.get_by_role("list", name="Review templates").get_by_role("listitem")
    expect(row).to_contain_text("Pictures in menus/summer")
    expect(row).to_contain_text("Steps: Prices, Brand check")

    (kept,) = _kept(wall)
    people = {one["email"]: one["id"] for one in wall.call("GET", "members/", who=WHO)["items"]}
    assert [(step["id"], step["name"]) for step in kept["steps"]] == [
        ("prices", "Prices"),
        ("brand-check", "Brand check"),
    ]
    prices, brand = kept["steps"]
    assert prices["approvers"]["users"] == [people["viewer@globex.test"]]
    assert (prices["timeout_hours"], prices["escalate_to"]) == (72, None)
    assert brand["approvers"] == {"type": "roles", "roles": ["editor", "Marketing"], "users": []}
    assert (brand["requires_all"], brand["timeout_hours"]) == (True, 12.5)
    assert brand["escalate_to"] == {"roles": [], "users": [people[WHO]]}
    assert brand["on_timeout"] == "approve"
    assert kept["auto_approve_conditions"] == {
        "file_size_limit": 524_288,
        "trusted_uploaders": [people["editor@globex.test"]],
        "safe_mime_types": ["image/png", "image/jpeg"],
    }

    row.get_by_role("link", name="Menus").press("Enter")
    save = page.get_by_role("button", name="Save", exact=True)
    expect(save).to_be_disabled()
    expect(page.get_by_label("Uploads of these members")).to_have_value("editor@globex.test")
    expect(page.get_by_label("Files of at most so many MB")).to_have_value("0.5")
    page.get_by_role("button", name="Take out: Step 1").press("Enter")
    expect(page.get_by_role("button", name="Add a step")).to_be_focused()
    page.get_by_label("Files of at most so many MB").fill("")
    page.get_by_label("Uploads of these members").fill("")
    page.get_by_label("Files of these types").fill("")
    save.press("Enter")
    expect(row).to_contain_text("Step: Brand check")
    (changed,) = _kept(wall)
    assert [step["id"] for step in changed["steps"]] == ["brand-check"]
    assert changed["auto_approve_conditions"] is None


def test_a_template_that_is_switched_off_asks_nobody(visit: Visit, wall: Wall) -> None:
    steps = [{"id": "a", "name": "A", "approvers": {"type": "roles", "roles": ["moderator"]}}]
    body = {"name": "Sound", "content_type": "text/*", "steps": steps}
    wall.call("POST", PATH, body, WHO)
    page = visit(WHO).page
    _open(page).click()
    page.get_by_role("button", name="Switch off: Sound").press("Enter")
    expect(page.get_by_text("“Sound” applies no more.")).to_be_visible()
    expect(page.get_by_role("button", name="Switch on: Sound")).to_be_focused()
    uploader = visit("contributor@globex.test")
    uploader.upload(samples.text("free of it.txt"))
    uploader.expect_outcome("free of it.txt", "Ready")
    page.get_by_role("button", name="Switch on: Sound").press("Enter")
    expect(page.get_by_text("“Sound” applies to new versions.")).to_be_visible()
    uploader.upload(samples.text("asked about.txt"))
    uploader.expect_outcome("asked about.txt", "In review")
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("link", name="Sound").click()
    page.get_by_role("button", name="Delete the template").press("Enter")
    expect(page.get_by_text("There are no templates")).to_be_visible()
    assert _kept(wall) == []


def test_what_the_api_refuses_is_said_and_nothing_is_lost(visit: Visit, wall: Wall) -> None:
    console = visit(WHO)
    console.expect_message("404")
    page = console.page
    page.goto("/?template=new")
    page.get_by_label("Name", exact=True).fill("Strangers")
    page.get_by_label("Name of the step").fill("Somebody")
    page.get_by_label("Certain members").check()
    page.get_by_label("Addresses of members").first.fill("nobody@example.com")
    page.get_by_role("button", name="Make the template").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("member")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Strangers")
    assert _kept(wall) == []


@pytest.mark.parametrize("who", ["viewer", "contributor", "editor", "moderator"])
def test_only_admins_are_offered_templates(visit: Visit, who: str) -> None:
    page = visit(f"{who}@globex.test").page
    page.get_by_role("banner").get_by_role("link", name="Inbox").click()
    expect(page.get_by_role("heading", name="Inbox", level=1)).to_be_visible()
    expect(page.get_by_role("link", name="Review templates")).to_have_count(0)
    moderates = who == "moderator"
    expect(page.get_by_role("link", name="Flagged")).to_have_count(1 if moderates else 0)


def test_axe_finds_nothing_serious_in_templates(visit: Visit, wall: Wall) -> None:
    name = "campaign-2026-" + "x" * 180
    roles = {"type": "roles", "roles": ["x" * 60]}
    steps = [{"id": str(at), "name": name, "approvers": roles} for at in range(2)]
    body = {"name": name, "description": name, "category": name, "steps": steps}
    made: dict[str, Any] = wall.call("POST", PATH, body, WHO)
    console = visit(reduced_motion="reduce", bypass_csp=True)
    console.expect_message("favicon.ico")
    console.sign_in(WHO)
    page = console.page
    for address, there in (
        ("/?templates=all", page.get_by_role("button", name="Switch off")),
        (f"/?template={made['id']}", page.get_by_text("Nobody holds").first),
    ):
        page.goto(address)
        expect(there).to_be_visible()
        for width, scheme in ((320, "dark"), (1280, "light"), (1280, "dark"), (320, "light")):
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            assert serious(page) == []
            assert page.evaluate("() => document.documentElement.scrollWidth") <= width


def _open(page: Page) -> Locator:
    """Go to the inbox, beside which templates are kept."""
    page.get_by_role("banner").get_by_role("link", name="Inbox").press("Enter")
    return page.get_by_role("link", name="Review templates")


def _step(page: Page, place: int) -> Locator:
    return page.get_by_role("region", name=f"Step {place}", exact=True)


def _kept(wall: Wall) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = wall.call("GET", PATH, who=WHO)["items"]
    return found
