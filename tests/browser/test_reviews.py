"""Uploads on their way through approval: from a mail's link to the decision, and the inbox."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Locator, expect

from tests.browser import samples
from tests.browser.console import Console
from tests.browser.reviews import Reviews

Visit = Callable[..., Console]
HIDDEN = "404"
"""Approvers who see published versions alone are shown no file after their decision."""


def test_people_take_uploads_through_their_review(visit: Visit, reviews: Reviews) -> None:
    contributor = visit("contributor@acme.test")
    names = [f"{season} campaign" for season in ("spring", "summer")]
    for name in names:
        contributor.upload(samples.picture(f"{name}.webp"))
        contributor.expect_outcome(f"{name}.webp", "In review")

    link, _ = (reviews.link_mailed_to("manager@acme.test", name) for name in names)
    manager = visit()
    manager.expect_message(HIDDEN)
    manager.arrive(link, "manager@acme.test", names[0])
    page = manager.page
    assert urlsplit(page.url).query == urlsplit(link).query
    expect(page.get_by_text("Step 1 of 2")).to_contain_text("in 3 days")
    expect(_inbox(manager)).to_contain_text("2 to decide")
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Download").click()
    assert downloading.value.suggested_filename == f"{names[0]}.webp"
    page.get_by_role("button", name="Approve").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("You have approved it")
    expect(_inbox(manager)).to_contain_text("1 to decide")

    page.get_by_role("link", name=f"Next: Please decide: “{names[1]}”").click()
    expect(page.get_by_role("heading", level=1, name=names[1])).to_be_visible()
    decisions: list[str] = []
    page.on("request", lambda r: decisions.append(r.url) if r.method == "POST" else None)
    page.get_by_role("button", name="Request changes").click()
    expect(page.get_by_role("alert")).to_contain_text("Say what should change")
    expect(page.get_by_label("Comment")).to_be_focused()
    assert decisions == []
    page.get_by_label("Comment").fill("More sand, please")
    page.get_by_role("button", name="Request changes").click()
    expect(page.get_by_role("status")).to_contain_text("You have asked for changes")
    assert len(decisions) == 1
    expect(_inbox(manager)).not_to_contain_text("to decide")

    legal = visit()
    link = reviews.link_mailed_to("legal@acme.test", names[0])
    legal.arrive(link, "legal@acme.test", names[0])
    legal.page.get_by_label("Comment").fill("No objections")
    legal.page.get_by_role("button", name="Approve").click()
    expect(legal.page.get_by_role("heading", name="Approved")).to_be_visible()

    contributor.page.reload()
    contributor.await_library()
    expect(contributor.open_detail(names[0])).to_contain_text("1, published")
    contributor.page.keyboard.press("Escape")
    contributor.open_detail(names[1]).get_by_role("link", name="See why").click()
    expect(contributor.page.locator("blockquote")).to_have_text("More sand, please")


def test_who_comes_too_late_is_told_who_decided(visit: Visit, reviews: Reviews) -> None:
    contributor = visit("contributor@acme.test")
    contributor.upload(samples.picture("late.webp"))
    manager = visit()
    manager.expect_message(f"409|{HIDDEN}")
    link = reviews.link_mailed_to("manager@acme.test", "late")
    manager.arrive(link, "manager@acme.test", "late")
    expect(manager.page.get_by_role("button", name="Approve")).to_be_visible()
    expect(manager.page.get_by_text("Cancel this review")).to_have_count(0)
    workflow_id = parse_qs(urlsplit(link).query)["workflow"][0]
    path, decision = f"workflows/{workflow_id}/approve/", {"decision": "approve"}
    reviews.post(path, "editor@acme.test", decision)
    manager.page.get_by_role("button", name="Approve").click()
    expect(manager.page.get_by_role("alert")).to_contain_text("editor@acme.test approved it")
    expect(manager.page.get_by_text("Step 2 of 2")).to_be_visible()
    expect(manager.page.get_by_role("button", name="Approve")).to_have_count(0)

    contributor.page.goto(link)
    expect(contributor.page.get_by_text("You uploaded this")).to_be_visible()
    contributor.page.get_by_text("Cancel this review").click()
    contributor.page.get_by_role("button", name="Cancel the review").click()
    expect(contributor.page.get_by_role("heading", name="Cancelled")).to_be_visible()


def test_a_decision_is_handed_on(visit: Visit, reviews: Reviews) -> None:
    visit("contributor@acme.test").upload(samples.picture("handed on.webp"))
    manager = visit()
    manager.expect_message(HIDDEN)
    link = reviews.link_mailed_to("manager@acme.test", "handed on")
    manager.arrive(link, "manager@acme.test", "handed on")
    manager.page.get_by_text("Hand it to somebody else").click()
    manager.page.get_by_label("Their e-mail address").fill("viewer@acme.test")
    manager.page.get_by_role("button", name="Delegate").click()
    expect(manager.page.get_by_role("status")).to_contain_text("viewer@acme.test")

    viewer = visit("viewer@acme.test")
    viewer.expect_message(HIDDEN)
    _inbox(viewer).click()
    viewer.page.get_by_role("link", name=re.compile("handed on")).click()
    viewer.page.get_by_label("Comment").fill("Too dark")
    viewer.page.get_by_role("button", name="Reject").click()
    expect(viewer.page.get_by_role("heading", name="Rejected").first).to_be_visible()
    expect(_inbox(viewer)).not_to_contain_text("to decide")


def test_several_are_approved_at_once_from_the_inbox(visit: Visit, reviews: Reviews) -> None:
    contributor = visit("contributor@acme.test")
    names = [f"{time} shift" for time in ("early", "late", "night")]
    for name in names:
        contributor.upload(samples.picture(f"{name}.webp"))
        contributor.expect_outcome(f"{name}.webp", "In review")
        reviews.link_mailed_to("manager@acme.test", name)
    manager = visit("manager@acme.test")
    manager.expect_message(HIDDEN)
    _inbox(manager).press("Enter")
    page = manager.page
    entry = page.get_by_role("listitem").filter(has_text=names[0])
    expect(entry.locator("img")).to_be_visible()
    expect(entry).to_contain_text("Uploaded by contributor@acme.test")
    for name in names[:2]:
        page.get_by_role("checkbox", name=name).press("Space")
    bar = page.get_by_role("region", name="Chosen reviews")
    expect(bar).to_contain_text("2 reviews chosen")
    bar.get_by_role("button", name="Approve them").press("Enter")
    expect(page.get_by_text("You have approved 2 reviews.")).to_be_visible()
    waiting = page.get_by_role("region", name="To decide")
    expect(waiting.get_by_role("link", name=names[0])).to_have_count(0)
    expect(waiting.get_by_role("link", name=names[2])).to_be_visible()


def test_what_was_decided_meanwhile_is_said_by_name(visit: Visit, reviews: Reviews) -> None:
    visit("contributor@acme.test").upload(samples.picture("overtaken.webp"))
    link = reviews.link_mailed_to("manager@acme.test", "overtaken")
    manager = visit("manager@acme.test")
    manager.expect_message(f"409|{HIDDEN}")
    _inbox(manager).click()
    manager.page.get_by_role("checkbox", name="overtaken").check()
    bar = manager.page.get_by_role("region", name="Chosen reviews")
    expect(bar.get_by_role("button", name="Approve them")).to_be_enabled()
    workflow_id = parse_qs(urlsplit(link).query)["workflow"][0]
    reviews.post(f"workflows/{workflow_id}/approve/", "editor@acme.test", {"decision": "approve"})
    bar.get_by_role("button", name="Approve them").click()
    expect(manager.page.get_by_role("alert")).to_contain_text("overtaken”")


def test_how_to_be_told_is_saved_at_once(visit: Visit) -> None:
    console = visit()
    console.arrive("/?preferences=notifications", "moderator@acme.test", "Notifications")
    reminders = console.page.get_by_role("group", name="Reminders")
    reminders.get_by_label("Daily digest").check(force=True)
    expect(reminders).to_contain_text("Saved")
    console.page.reload()
    expect(reminders.get_by_label("Daily digest")).to_be_checked()
    expect(
        console.page.get_by_role("group", name="Mentions").get_by_label("Mail at once")
    ).to_be_checked()


def _inbox(console: Console) -> Locator:
    return console.page.get_by_role("banner").get_by_role("link", name="Inbox")
