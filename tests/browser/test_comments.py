"""What members say of an asset, in its detail."""

import time
from collections.abc import Callable

from playwright.sync_api import Locator, Route, expect

from tests.browser import samples
from tests.browser.console import Console
from tests.browser.reviews import MAIL_SECONDS

Visit = Callable[..., Console]


def test_comments_are_written_answered_resolved_and_deleted(editor: Console, visit: Visit) -> None:
    editor.upload(samples.picture("spoken of.png"))
    editor.expect_outcome("spoken of.png", "Ready")
    viewer = visit("viewer@acme.test")
    said = _comments(viewer, "spoken of")
    expect(said).to_contain_text("Nobody has commented yet.")
    said.get_by_label("Your comment").fill("The price is wrong.")
    said.get_by_label("Your comment").press("Tab")
    said.get_by_role("button", name="Send").press("Enter")
    expect(said.get_by_label("Your comment")).to_have_value("")
    expect(said.get_by_role("listitem")).to_contain_text("The price is wrong.")

    read = _comments(editor, "spoken of")
    thread = read.locator(".threads > li")
    expect(thread).to_contain_text("viewer@acme.test")
    thread.get_by_role("button", name="Answer: comment of viewer@acme.test").press("Enter")
    expect(thread.get_by_label("Your answer")).to_be_focused()
    editor.page.keyboard.type("It is put right.")
    thread.get_by_role("button", name="Send").press("Enter")
    expect(thread.locator("ul li")).to_contain_text("It is put right.")
    expect(thread.get_by_label("Your answer")).to_have_count(0)
    expect(thread.get_by_role("button", name="Delete: comment of viewer")).to_have_count(0)
    thread.get_by_role("button", name="Resolve: comment of viewer").press("Enter")
    expect(thread).to_contain_text("Resolved")
    thread.get_by_role("button", name="Delete: comment of editor").press("Enter")
    expect(thread.locator("ul li")).to_have_count(0)
    editor.page.reload()
    expect(thread).to_contain_text("Resolved")


def test_a_comment_stays_when_an_answer_from_before_it_comes(editor: Console) -> None:
    editor.upload(samples.picture("talked over.png"))
    editor.expect_outcome("talked over.png", "Ready")
    said = _comments(editor, "talked over")
    _say(said, "First.")
    late: list[Route] = []
    editor.page.route("**/comments/?*", lambda route: late.append(route), times=1)
    with editor.page.expect_response("**/resolve/") as resolved:
        said.get_by_role("button", name="Resolve: comment of editor").click()
    _say(said, "Second.")
    with editor.page.expect_request("**/comments/?*"):
        late[0].fulfill(json={"items": [resolved.value.json()], "next_cursor": None})
    expect(said.get_by_text("Resolved", exact=True)).to_be_visible()
    expect(said.get_by_text("Second.")).to_be_visible()


def test_comments_that_cannot_be_had_can_be_asked_for_again(editor: Console) -> None:
    editor.upload(samples.picture("hushed.png"))
    editor.expect_outcome("hushed.png", "Ready")
    editor.expect_message("403")
    editor.page.route("**/comments/?*", lambda route: route.fulfill(status=403, body="{}"))
    said = _comments(editor, "hushed")
    expect(said.get_by_role("alert")).to_contain_text("The comments could not be loaded.")
    editor.page.unroute("**/comments/?*")
    said.get_by_role("button", name="Try again").press("Enter")
    expect(said).to_contain_text("Nobody has commented yet.")


def test_what_others_wrote_is_new_until_it_was_seen(editor: Console, visit: Visit) -> None:
    editor.upload(samples.picture("much discussed.png"))
    editor.expect_outcome("much discussed.png", "Ready")
    viewer = visit("viewer@acme.test")
    viewer.page.set_viewport_size({"width": 1280, "height": 400})
    said = _comments(viewer, "much discussed")
    for words in ("One thing.", "Another, @editor@acme.test."):
        _say(said, words)
    expect(said.get_by_text("New", exact=True)).to_have_count(0)

    page = editor.page
    page.set_viewport_size({"width": 1280, "height": 400})
    page.goto("/?inbox=mine")
    mention = page.get_by_role("listitem").filter(has_text="Another, @editor@acme.test.")
    give_up_at = time.monotonic() + MAIL_SECONDS
    while mention.count() == 0:
        assert time.monotonic() < give_up_at, "nobody was told"
        with page.expect_response("**/api/v3/inbox/*"):
            page.reload()
    expect(mention).to_contain_text("2 new comments")
    page.get_by_role("banner").get_by_role("link", name="Library").click()
    detail = editor.open_detail("much discussed")
    with page.expect_response("**/comments/read/") as noted:
        detail.get_by_role("button", name="2 new comments").press("Enter")
    assert noted.value.json() == {"unread": 0}
    expect(detail.get_by_role("heading", name="Comments")).to_be_focused()
    expect(detail.get_by_text("New", exact=True)).to_have_count(2)
    page.reload()
    expect(detail.get_by_text("One thing.")).to_be_attached()
    expect(detail.get_by_role("button", name="new comments")).to_have_count(0)
    expect(detail.get_by_text("New", exact=True)).to_have_count(0)


def _say(said: Locator, words: str) -> None:
    said.get_by_label("Your comment").fill(words)
    said.get_by_role("button", name="Send").click()
    expect(said.get_by_text(words)).to_be_visible()


def _comments(console: Console, title: str) -> Locator:
    return console.open_detail(title).get_by_role("region", name="Comments")
