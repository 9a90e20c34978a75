"""Several templates that have to be satisfied: none of them stands in for another."""

import pytest

from tests.workflows.desk import Desk, Json, step


def require(desk: Desk, word: str, template_id: str) -> None:
    """Have titles with a word reviewed by a template."""
    when = [{"field": "title", "op": "contains", "value": word}]
    rule = {"name": word, "when": when, "action": "require_template", "template_id": template_id}
    assert desk.post("/moderation/rules/", "moderator", rule).status == 201


def ids(workflow: Json) -> list[str]:
    return [one["id"] for one in workflow["steps"]]


def two_rules(desk: Desk, *, legal_first: bool) -> tuple[str, str]:
    """Require Legal for discounts, and Marketing for beaches."""
    elsewhere: Json = {"content_type": "video/mp4"}
    legal = desk.template(step("legal", "Legal"), **elsewhere)
    brand = desk.template(step("brand"), **elsewhere)
    both = [("discount", legal), ("beach", brand)]
    for word, template_id in both if legal_first else reversed(both):
        require(desk, word, template_id)
    return legal, brand


@pytest.mark.parametrize("legal_first", [True, False])
def test_the_word_of_another_rule_gets_no_upload_past_a_template(
    desk: Desk, legal_first: bool
) -> None:
    two_rules(desk, legal_first=legal_first)
    asset_id = desk.upload(b"one", title="Discount at the beach")
    workflow = desk.workflow(asset_id)
    assert sorted(ids(workflow)) == ["brand", "legal"]
    approvers = {"legal": "lea", "brand": "anna"}
    first, second = (approvers[one] for one in ids(workflow))
    assert desk.decide(workflow, first).json["status"] == "in_progress"
    assert desk.asset(asset_id)["published_version"] is None
    assert desk.decide(workflow, second).json["status"] == "approved"
    assert desk.asset(asset_id)["published_version"] == 1


@pytest.mark.parametrize("legal_first", [True, False])
def test_the_word_of_another_rule_gets_no_edit_past_a_template(
    desk: Desk, legal_first: bool
) -> None:
    two_rules(desk, legal_first=legal_first)
    asset_id = desk.upload(b"one", title="Sun")
    desk.call("PATCH", f"/assets/{asset_id}/", "editor", {"title": "Discount at the beach"})
    workflow = desk.workflow(asset_id)
    assert sorted(ids(workflow)) == ["brand", "legal"]
    approvers = {"legal": "lea", "brand": "anna"}
    first, second = (approvers[one] for one in ids(workflow))
    desk.decide(workflow, first)
    assert desk.asset(asset_id)["title"] == "Sun"
    assert desk.decide(workflow, second).json["status"] == "approved"
    assert desk.asset(asset_id)["title"] == "Discount at the beach"


def test_rules_come_on_top_of_what_applies_and_of_what_a_category_brings(desk: Desk) -> None:
    two_rules(desk, legal_first=True)
    asset_id = desk.upload(b"one", title="Sun")
    strict = desk.template(step("strict", "moderator"), category="ads")
    change = {"title": "Discount at the beach", "category": "ads"}
    desk.call("PATCH", f"/assets/{asset_id}/", "editor", change)
    workflow = desk.workflow(asset_id)
    assert (workflow["template_id"], ids(workflow)) == (strict, ["brand", "legal", "strict"])
    uploaded = desk.workflow(desk.upload(b"two", **change))
    assert (uploaded["template_id"], ids(uploaded)) == (strict, ["brand", "legal", "strict"])


def test_a_template_that_two_rules_require_is_gone_through_once(desk: Desk) -> None:
    legal = desk.template(step("legal", "Legal"), category="ads")
    require(desk, "discount", legal)
    require(desk, "beach", legal)
    inside = desk.upload(b"one", title="Discount at the beach", category="ads")
    outside = desk.upload(b"two", title="Discount at the beach")
    assert [ids(desk.workflow(one)) for one in (inside, outside)] == [["legal"], ["legal"]]


@pytest.mark.parametrize(
    ("word", "expected"), [("discount beach", ["brand", "own"]), ("beach", ["brand"])]
)
def test_conditions_waive_only_what_no_rule_asks_for(
    desk: Desk, word: str, expected: list[str]
) -> None:
    holds = {"file_size_limit": 1_000_000}
    own = desk.template(step("own", "Legal"), auto_approve_conditions=holds)
    brand = desk.template(step("brand"), content_type="video/mp4")
    require(desk, "discount", own)
    require(desk, "beach", brand)
    workflow = desk.workflow(desk.upload(b"one", title=word))
    assert (workflow["template_id"], ids(workflow)) == (own, expected)
