"""A playlist on its page: filled, put in order, given times, and seen on a screen's day."""

from collections.abc import Callable

from playwright.sync_api import Browser, expect

from tests.browser import samples
from tests.browser.console import Console
from tests.browser.test_screens import assert_accessible
from tests.browser.wall import Wall
from tests.stack import Stack

Visit = Callable[..., Console]


def test_a_playlist_is_filled_ordered_and_seen_on_a_screens_day(
    visit: Visit, stack: Stack, browser: Browser
) -> None:
    wall = Wall(stack, browser.new_context(base_url=stack.url).request)
    device = wall.device("Foyer")
    console = visit("editor@acme.test", bypass_csp=True, reduced_motion="reduce")
    page = console.page
    console.upload(samples.picture("matinee.png"), samples.picture("soiree.png"))
    for name in ("matinee.png", "soiree.png"):
        console.expect_outcome(name, "Ready")
    page.get_by_role("link", name="Screens").press("Enter")
    page.get_by_role("link", name="Playlists").press("Enter")
    page.get_by_label("Name").fill("Programme")
    page.get_by_role("button", name="Make a playlist").press("Enter")
    expect(page.get_by_role("heading", level=1, name="Programme")).to_be_visible()
    page.get_by_text("Add an asset").click()
    for title in ("matinee", "soiree"):
        wall.wait_until_found(title)
        page.get_by_label("Words to find it by").fill(title)
        page.get_by_role("button", name="Find").press("Enter")
        page.get_by_role("button", name=f"Add: {title}").press("Enter")
    page.get_by_text("Add by a rule").click()
    rule = page.get_by_role("form", name="Add by a rule")
    rule.get_by_role("button", name="Add").press("Enter")
    expect(rule.get_by_role("alert")).to_be_visible()
    rule.get_by_label("With the tag").fill("premiere")
    rule.get_by_role("button", name="Add").press("Enter")
    page.get_by_text("Add a web page").click()
    link = page.get_by_role("form", name="Add a web page")
    link.get_by_label("Address").fill("https://www.example.com/weather")
    link.get_by_label("Title").fill("Weather")
    link.get_by_role("button", name="Add").press("Enter")
    items = page.get_by_role("list", name="What is shown, in this order").locator("> li")
    expect(items).to_have_count(4)
    assert_accessible(page)
    # By keyboard, which stays where it is, then with the mouse.
    grip = page.get_by_role("button", name="arrow up or down: matinee")
    grip.press("ArrowDown")
    grip.press("ArrowDown")
    expect(items.nth(2)).to_contain_text("matinee")
    expect(grip).to_be_focused()
    items.nth(3).locator(".grip").drag_to(items.nth(0))
    expect(items.nth(0)).to_contain_text("Weather")
    page.get_by_role("button", name="Take out: Everything published").press("Enter")
    order = ("Weather", "soiree", "matinee")
    items.nth(1).get_by_text("Times", exact=True).click()
    times = items.nth(1)
    times.get_by_label("Seconds").fill("25")
    times.get_by_label("From (time of day)").fill("22:00")
    page.get_by_role("button", name="Save").press("Enter")
    console.expect_message("422")
    expect(page.get_by_role("alert")).to_contain_text("Give both times of the day")
    times.get_by_label("To (time of day)").fill("02:30")
    expect(times).to_contain_text("25 s · 22:00 to 02:30 the next day")
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_text("Its screens follow within a minute.")).to_be_visible()
    assert_accessible(page)
    # Somebody else is faster: what is here is kept until it is saved anew.
    playlist_id = page.url.partition("playlist=")[2]
    wall.call("PUT", f"playlists/{playlist_id}/", {"name": "Theirs"})
    page.get_by_label("Priority").fill("3")
    page.get_by_role("button", name="Save").press("Enter")
    console.expect_message("412")
    expect(page.get_by_role("alert")).to_contain_text("Somebody else has changed")
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_text("Not saved yet")).to_have_count(0)
    page.reload()
    for place, title in enumerate(order):
        expect(items.nth(place)).to_contain_text(title)
    expect(page.get_by_label("Priority")).to_have_value("3")
    page.goto(f"/?device={device['id']}")
    page.get_by_role("checkbox", name="Programme").check()
    day = page.get_by_role("list", name="What plays when")
    expect(day.get_by_role("listitem").filter(has_text="matinee")).to_contain_text("00:00 to 24:00")
    late = day.get_by_role("listitem").filter(has_text="soiree")
    expect(late).to_contain_text("00:00 to 02:30, 22:00 to 24:00 · 25 s each · from “Programme”")
    page.get_by_label("Day").fill("2030-01-01")
    expect(page.get_by_role("button", name="Today")).to_be_visible()
    expect(late).to_contain_text("22:00 to 24:00")
    page.goto(f"/?playlist={playlist_id}")
    expect(page.get_by_role("region", name="Played by")).to_contain_text("Foyer")
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Delete the playlist").press("Enter")
    expect(page.get_by_text("The playlist is deleted")).to_be_visible()
