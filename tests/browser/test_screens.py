"""Screens on their pages: taken in, looked at, given playlists, and tried on by roll-outs."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import axe, samples
from tests.browser.console import Console
from tests.browser.reviews import Reviews
from tests.browser.wall import Wall
from tests.stack import Stack

Visit = Callable[..., Console]
NEWS_MS = 60_000
"""How long a page may take to look again on a busy machine."""


@pytest.fixture
def wall(stack: Stack, browser: Browser) -> Wall:
    return Wall(stack, browser.new_context(base_url=stack.url).request)


def assert_accessible(page: Page) -> None:
    """See that axe finds nothing serious and nothing is too wide, dark and narrow or not."""
    for width, scheme in ((320, "dark"), (1280, "light")):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert axe.serious(page) == []
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width


def test_a_screen_is_taken_in_by_its_code_looked_at_and_removed(visit: Visit, wall: Wall) -> None:
    console = visit("admin@acme.test", bypass_csp=True, reduced_motion="reduce")  # for axe
    console.expect_message("404")  # a code that no player shows, and what is gone in the end
    page = console.page
    page.get_by_role("link", name="Screens").press("Enter")
    page.get_by_text("Take in a screen").first.click()
    form = page.get_by_role("form", name="Take in a screen")
    form.get_by_label("Code on the screen").fill("WRONG234")
    form.get_by_label("Name").fill("Lift <left>")
    form.get_by_label("Time zone").fill("Asia/Tokyo")
    form.get_by_label("Groups").fill("Lifts, Ground floor")
    form.get_by_role("button", name="Take in a screen").press("Enter")
    expect(form.get_by_role("alert")).to_be_visible()
    assert_accessible(page)
    shown = wall.show_code()
    form.get_by_label("Code on the screen").fill(f" {shown['code'].lower()} ")
    form.get_by_role("button", name="Take in a screen").press("Enter")
    expect(page.get_by_role("heading", level=1, name="Lift <left>")).to_be_visible()
    expect(page.get_by_text("Not heard of yet")).to_be_visible()
    expect(page.get_by_text("Nothing plays on this day.")).to_be_visible()
    paired = wall.poll(shown)
    said = {"free_bytes": 3 * 2**30, "board": "pi4-64", "errors": ["no picture"]}
    wall.beat(paired["device_id"], paired["token"], **said)
    page.goto(f"/?device={paired['device_id']}")  # as mails have it
    state = page.get_by_role("region", name="State")
    for words in ("3 GB", "pi4-64", "Asia/Tokyo", "Lifts, Ground floor", "no picture"):
        expect(state).to_contain_text(words)
    assert_accessible(page)
    viewer = visit("viewer@acme.test")
    viewer.page.get_by_role("link", name="Screens").click()
    row = viewer.page.get_by_role("listitem").filter(has_text="Lift <left>")
    expect(row).to_contain_text("1 error")
    expect(viewer.page.get_by_text("Take in a screen")).to_have_count(0)
    row.get_by_role("link").click()
    expect(viewer.page.get_by_role("region", name="State")).to_contain_text("no picture")
    expect(viewer.page.get_by_text("Name, time zone and groups")).to_have_count(0)
    page.get_by_text("Name, time zone and groups").click()
    form = page.get_by_role("form", name="Name, time zone and groups")
    form.get_by_label("Name").fill("Lift")
    form.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_role("heading", level=1, name="Lift", exact=True)).to_be_visible()
    page.on("dialog", lambda dialog: dialog.accept())
    form.get_by_role("button", name="Remove the screen").press("Enter")
    expect(page.get_by_text("The screen is removed")).to_be_visible()
    page.goto(f"/?device={paired['device_id']}")
    expect(page.get_by_text("There is no such screen any more.")).to_be_visible()


def test_a_change_is_tried_on_one_screen_and_taken_back(visit: Visit, wall: Wall) -> None:
    device = wall.device("Entrance", groups=["Doors"])
    wall.call("POST", "playlists/", {"name": "Spring"}, "editor@acme.test")
    console = visit("editor@acme.test", bypass_csp=True, reduced_motion="reduce")
    page = console.page
    page.goto("/?groups=all")
    page.get_by_label("Name of the group").fill("Not there yet")
    page.get_by_role("button", name="Make a group").press("Enter")
    new = page.get_by_role("region", name="Not there yet")
    new.get_by_role("checkbox", name="Spring").check()
    new.get_by_role("button", name="Give them these playlists").press("Enter")
    expect(page.get_by_text("The screens of “Not there yet” play")).to_be_visible()
    doors = page.get_by_role("region", name="Doors")
    expect(doors).to_contain_text("Entrance")
    doors.get_by_role("checkbox", name="Spring").check()
    doors.get_by_label("Try it on a few screens first").check()
    doors.get_by_label("Minutes").fill("30")
    assert_accessible(page)
    doors.get_by_role("button", name="Give them these playlists").press("Enter")
    expect(page.get_by_role("status").filter(has_text="Being tried")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="Entrance")).to_be_visible()
    assert_accessible(page)
    wall.beat(device["id"], device["token"], errors=["no picture"])
    taken_back = page.get_by_role("status").filter(has_text="Taken back")
    expect(taken_back).to_be_visible(timeout=NEWS_MS)
    expect(page.get_by_text("Entrance complained of something new: “no picture”")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="Groups").click()
    expect(doors.get_by_role("checkbox", name="Spring")).not_to_be_checked()
    doors.get_by_role("link", name="How the last change went").press("Enter")
    expect(taken_back).to_be_visible()


def test_whoever_changes_an_asset_is_told_which_screens_that_touches(
    visit: Visit, wall: Wall, reviews: Reviews
) -> None:
    console = visit("editor@acme.test", bypass_csp=True, reduced_motion="reduce")
    page = console.page
    console.upload(samples.picture("timetable.png"), samples.picture("tram.webp"))
    console.expect_outcome("timetable.png", "Ready")
    link = reviews.link_mailed_to("manager@acme.test", "tram")
    ids = {one["title"]: one["id"] for one in wall.call("GET", "assets/")["items"]}
    items = [{"asset_id": ids[title]} for title in ("timetable", "tram")]
    playlist = wall.call("POST", "playlists/", {"name": "Departures", "items": items})
    device = wall.device("Platform 9")
    body = {"playlist_ids": [playlist["id"]]}
    wall.call("PUT", f"devices/{device['id']}/playlists/", body)
    detail = console.open_detail("timetable")
    concern = detail.get_by_role("group", name="This touches screens")
    detail.get_by_text("Screens that have it").click()
    for words in ("Departures", "Platform 9", "No screen has fetched it yet."):
        expect(detail.get_by_text(words)).to_be_visible()
    detail.get_by_role("button", name="Unpublish: Version 1").press("Enter")
    expect(concern).to_contain_text("1 screen would go on without it")
    concern.get_by_role("button", name="Leave it").press("Enter")
    expect(concern).to_have_count(0)
    detail.get_by_role("button", name="Replace").press("Enter")
    expect(concern).to_contain_text("will show the new file")
    with page.expect_file_chooser():
        concern.get_by_role("button", name="Go on").press("Enter")
    detail.get_by_role("button", name="Edit").press("Enter")
    detail.get_by_text("Rights", exact=True).click()
    detail.get_by_label("May be shown until").fill("2099-01-01T12:00")
    detail.get_by_role("button", name="Save").press("Enter")
    expect(concern).to_contain_text("once its time is over")
    assert_accessible(page)
    concern.get_by_role("button", name="Go on").press("Enter")
    expect(detail.get_by_role("form", name="Describe it")).to_have_count(0)
    assert wall.call("GET", f"assets/{ids['timetable']}/")["rights"]["expires_at"] is not None
    manager = visit()
    manager.arrive(link, "manager@acme.test", "tram")
    expect(manager.page.get_by_text("1 screen will show it if you approve it")).to_be_visible()
    detail.get_by_role("button", name="Delete", exact=True).press("Enter")
    expect(concern).to_contain_text("Platform 9")
    page.keyboard.press("Escape")
    page.get_by_label("Choose timetable").check()
    page.get_by_role("button", name="Delete", exact=True).press("Enter")
    concern = page.get_by_role("group", name="This touches screens")
    expect(concern).to_contain_text("1 screen would go on without it")
    concern.get_by_role("button", name="Go on").press("Enter")
    expect(page.get_by_text("Undo")).to_be_visible()
    wall.call("DELETE", f"assets/{ids['tram']}/")  # so that it waits for nobody
