"""Moderation: what was flagged is decided, and rules are kept, by whoever may."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import samples
from tests.browser.axe import serious
from tests.browser.console import Console
from tests.browser.wall import Wall
from tests.stack import Stack

Visit = Callable[..., Console]
WHO = "moderator@globex.test"
ADMIN = "admin@globex.test"
RULES = "moderation/rules/"


@pytest.fixture
def wall(stack: Stack, browser: Browser) -> Iterator[Wall]:
    """The API; rules that a test has made are gone afterwards."""
    wall = Wall(stack, browser.new_context(base_url=stack.url).request)
    yield wall
    for rule in _rules(wall):
        wall.call("DELETE", f"{RULES}{rule['id']}/", who=ADMIN)


def test_what_was_reported_is_decided_by_keyboard(visit: Visit, wall: Wall) -> None:
    uploader = visit("contributor@globex.test")
    for name in ("leave alone.png", "take away.png"):
        uploader.upload(samples.picture(name))
        uploader.expect_outcome(name, "Ready")
        found = wall.call("GET", f"assets/?q={name[:-4]}", who=ADMIN)["items"][0]
        said = {"reason": "copyright", "comment": "That is not ours"}
        wall.call("POST", f"assets/{found['id']}/flag/", said, "viewer@globex.test")
    console = visit(WHO)
    page = console.page
    console.open_detail("leave alone").get_by_role("link", name="It was flagged").press("Enter")
    expect(page.get_by_role("region", name="leave alone")).to_be_visible()
    page.goto("/")
    page.get_by_role("banner").get_by_role("link", name="Inbox").press("Enter")
    page.get_by_role("link", name="Flagged").press("Enter")
    alone = page.get_by_role("region", name="leave alone")
    expect(alone).to_contain_text("Copyright")
    expect(alone).to_contain_text("viewer@globex.test")
    expect(alone).to_contain_text("That is not ours")
    alone.get_by_role("button", name="Dismiss: leave alone").press("Enter")
    expect(page.get_by_text("“leave alone” stays as it is.")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    away = page.get_by_role("region", name="take away")
    away.get_by_label("Comment").fill("We have no licence")
    away.get_by_role("button", name="Reject the asset: take away").press("Enter")
    expect(page.get_by_text("“take away” is rejected.")).to_be_visible()
    page.get_by_role("link", name="Decided", exact=True).press("Enter")
    expect(away).to_contain_text("Rejected")
    expect(away).to_contain_text("We have no licence")
    expect(alone).to_contain_text("Dismissed")
    uploader.page.reload()
    expect(uploader.card("take away")).to_contain_text("Rejected")
    expect(uploader.card("leave alone")).not_to_contain_text("Rejected")


def test_a_rule_is_made_heeded_changed_and_deleted(visit: Visit, wall: Wall) -> None:
    page = visit(WHO).page
    page.goto("/?rules=all")
    page.get_by_role("link", name="New rule").press("Enter")
    page.get_by_label("Name", exact=True).fill("No drafts")
    page.get_by_label("What it does").select_option("Stop it, and tell the moderators")
    page.get_by_label("Value").fill("sketch")
    page.get_by_role("button", name="Add a condition").press("Enter")
    second = page.get_by_role("region", name="Condition 2")
    expect(second.get_by_label("What is looked at")).to_be_focused()
    second.get_by_label("What is looked at").select_option("Size")
    second.get_by_label("Size in MB").fill("0.00001")
    page.get_by_role("button", name="Make the rule").press("Enter")
    expect(page.get_by_text("“No drafts” is saved.")).to_be_visible()
    row = page.get_by_role("list", name="Moderation rules").get_by_role("listitem").first
    expect(row).to_contain_text("Title contains “sketch”")
    (kept,) = _rules(wall)
    assert kept["when"] == [
        {"field": "title", "op": "contains", "value": "sketch"},
        {"field": "size_bytes", "op": "greater_than", "value": 10},
    ]
    uploader = visit("contributor@globex.test")
    uploader.upload(samples.picture("rough sketch.png"))
    uploader.expect_outcome("rough sketch.png", "Rejected")
    row.get_by_role("button", name="Switch off: No drafts").press("Enter")
    expect(page.get_by_text("“No drafts” is heeded no more.")).to_be_visible()
    uploader.upload(samples.picture("neat sketch.png"))
    uploader.expect_outcome("neat sketch.png", "Ready")

    row.get_by_role("link", name="No drafts").press("Enter")
    page.get_by_role("button", name="Take out: Condition 2").press("Enter")
    first = page.get_by_role("region", name="Condition 1")
    first.get_by_label("What is looked at").select_option("A field of your own")
    first.get_by_label("Name of the field").fill("season")
    first.get_by_label("Comparison").select_option("is")
    page.get_by_role("button", name="Save", exact=True).press("Enter")
    expect(row).to_contain_text("A field of your own “season” is “sketch”")
    assert [one["when"] for one in _rules(wall)] == [
        [{"field": "custom.season", "op": "equals", "value": "sketch"}]
    ]
    page.on("dialog", lambda dialog: dialog.accept())
    row.get_by_role("link", name="No drafts").press("Enter")
    page.get_by_role("button", name="Delete the rule").press("Enter")
    expect(page.get_by_text("There are no rules yet.")).to_be_visible()


def test_an_admin_has_a_rule_require_a_template(visit: Visit, wall: Wall) -> None:
    steps = [{"id": "a", "name": "A", "approvers": {"type": "roles", "roles": ["moderator"]}}]
    body = {"name": "Second look", "is_active": False, "steps": steps}
    template = wall.call("POST", "workflow_templates/", body, ADMIN)
    page = visit(ADMIN).page
    page.goto("/?rule=new")
    page.get_by_label("Name", exact=True).fill("Prices")
    page.get_by_label("Value").fill("price list")
    page.get_by_label("What it does").select_option("Have it reviewed")
    page.get_by_role("button", name="Make the rule").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Choose the template")
    page.get_by_label("Review template").select_option("Second look")
    page.get_by_role("button", name="Make the rule").press("Enter")
    expect(page.get_by_text("“Prices” is saved.")).to_be_visible()
    (kept,) = _rules(wall)
    assert (kept["action"], kept["template_id"]) == ("require_template", template["id"])
    moderator = visit(WHO)
    moderator.page.goto(f"/?rule={kept['id']}")
    expect(moderator.page.get_by_text("an admin has chosen")).to_be_visible()
    moderator.page.get_by_label("Value").fill("tariff")
    moderator.page.get_by_role("button", name="Save", exact=True).press("Enter")
    expect(moderator.page.get_by_text("“Prices” is saved.")).to_be_visible()
    (kept,) = _rules(wall)
    assert (kept["template_id"], kept["when"][0]["value"]) == (template["id"], "tariff")
    wall.call("DELETE", f"{RULES}{kept['id']}/", who=ADMIN)
    wall.call("DELETE", f"workflow_templates/{template['id']}/", who=ADMIN)


def test_axe_finds_nothing_serious_in_moderation(visit: Visit, wall: Wall) -> None:
    name = "campaign-2026-" + "x" * 180
    when = [{"field": "embedded.Make", "op": "matches", "value": "x" * 200}]
    made: dict[str, Any] = wall.call(
        "POST", RULES, {"name": name, "when": when, "action": "flag"}, WHO
    )
    link = {"url": "https://example.org/", "link_type": "webpage", "title": name}
    asset = wall.call("POST", "assets/link/", link, ADMIN)
    said = {"reason": "quality", "comment": name}
    wall.call("POST", f"assets/{asset['id']}/flag/", said, "editor@globex.test")
    console = visit(reduced_motion="reduce", bypass_csp=True)
    console.expect_message("favicon.ico")
    console.sign_in(WHO)
    for address, words in (
        ("/?flags=open", "Reject the asset"),
        ("/?flags=resolved", "Decided"),
        ("/?rules=all", "Switch off"),
        (f"/?rule={made['id']}", "Name of the field"),
    ):
        console.page.goto(address)
        expect(console.page.get_by_text(words).first).to_be_visible()
        _look(console.page)


def _look(page: Page) -> None:
    for width, scheme in ((320, "dark"), (1280, "light"), (1280, "dark"), (320, "light")):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert serious(page) == []
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width


def _rules(wall: Wall) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = wall.call("GET", RULES, who=ADMIN)["items"]
    return found
