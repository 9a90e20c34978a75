"""What moderation's rules require is asked for, whichever way a text comes."""

from typing import Any

import pytest

from chalicelib.workflows import review_policy
from tests.workflows.desk import Desk, Json, step
from tests.workflows.overtaking import overtake

TITLE: Json = {"field": "title", "op": "contains", "value": "sale"}
TEXT: Json = {"field": "text", "op": "contains", "value": "secret"}
TAGS: Json = {"field": "tags", "op": "contains", "value": "loud"}


def rule(desk: Desk, *when: Json, template_id: str | None = None) -> None:
    """Have a rule block what fits, or have it reviewed."""
    body: Json = {"name": "R", "when": list(when), "action": "block"}
    if template_id is not None:
        body |= {"action": "require_template", "template_id": template_id}
    assert desk.post("/moderation/rules/", "moderator", body).status == 201


def of_legal(desk: Desk, name: str = "legal") -> str:
    """Make a template that applies to nothing by itself."""
    return desk.template(step(name, "Legal"), category=f"by/rule/{name}")


def edit(desk: Desk, asset_id: str, **values: Any) -> Any:
    return desk.call("PATCH", f"/assets/{asset_id}/", "contributor", values)


def ids(workflow: Json) -> list[str]:
    return [one["id"] for one in workflow["steps"]]


def open_review(desk: Desk, asset_id: str) -> Json:
    (found,) = [one for one in desk.workflows(asset_id) if one["status"] == "in_progress"]
    return found


def test_a_title_that_comes_while_its_upload_is_judged_is_judged_with_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule(desk, TITLE, template_id=of_legal(desk))
    desk.template(step("review", "editor"))

    def deed() -> None:
        (asset,) = desk.get("/assets/").json["items"]
        assert edit(desk, asset["id"], title="sale").status == 200

    overtake(monkeypatch, review_policy.starting, "begun", deed)
    asset_id = desk.upload(title="plain")
    assert desk.asset(asset_id)["title"] == "sale"
    assert ids(open_review(desk, asset_id)) == ["legal", "review"]


@pytest.mark.parametrize("ended", ["cancelled", "rejected"])
@pytest.mark.parametrize("picked", ["applies", "other"])
def test_who_starts_a_review_anew_gets_no_rule_out_of_it(
    desk: Desk, ended: str, picked: str
) -> None:
    rule(desk, TITLE, template_id=of_legal(desk))
    applies = desk.template(step("review", "editor"))
    other = desk.template(step("other", "editor"), category="nowhere")
    asset_id = desk.upload(title="sale")
    workflow = desk.workflow(asset_id)
    assert ids(workflow) == ["legal", "review"]
    if ended == "cancelled":
        assert desk.post(f"/workflows/{workflow['id']}/cancel/", "contributor").status == 200
    else:
        assert desk.decide(workflow, "lea", "reject", comment="never").status == 200
    chosen = applies if picked == "applies" else other
    who = "admin" if (ended, picked) == ("rejected", "other") else "editor"
    body = {"asset_id": asset_id, "template_id": chosen}
    begun = desk.post("/workflows/", who, body)
    assert begun.status == 201, begun.content
    wanted = ["legal", "review"] if picked == "applies" else ["other", "legal", "review"]
    assert ids(begun.json) == wanted


def test_what_was_written_on_a_branch_meets_the_rules_when_it_comes_to_main(desk: Desk) -> None:
    asset_id = desk.upload()
    for name in ("one", "two"):
        branch = {"name": name, "from_version": 1}
        assert desk.post(f"/assets/{asset_id}/branches/", "editor", branch).status == 201
        desk.version(asset_id, f"secret {name}".encode(), branch=name, extract_metadata=True)
    rule(desk, TEXT, template_id=of_legal(desk))
    merged = desk.post(f"/assets/{asset_id}/branches/one/merge/", "editor")
    assert (merged.status, merged.json["status"]) == (201, "in_review")
    assert ids(open_review(desk, asset_id)) == ["legal"]
    rule(desk, TEXT)
    theirs = {"strategy": "theirs"}
    merged = desk.post(f"/assets/{asset_id}/branches/two/merge/", "editor", theirs)
    assert (merged.json["status"], merged.json["status_reason"]) == ("rejected", "moderation_rule")
    assert desk.asset(asset_id)["published_version"] == 1


@pytest.mark.parametrize("blocked", [False, True])
def test_a_text_is_judged_with_those_that_wait(desk: Desk, blocked: bool) -> None:
    first, second = of_legal(desk, "first"), of_legal(desk, "second")
    rule(desk, TAGS, template_id=first)
    rule(desk, TAGS, TITLE, template_id=None if blocked else second)
    asset_id = desk.upload(title="plain")
    assert edit(desk, asset_id, tags=["loud"]).json["tags"] == []
    answer = edit(desk, asset_id, title="sale")
    if blocked:
        desk.assert_refused(answer, 409, "moderation_rule")
        assert ids(open_review(desk, asset_id)) == ["first"]
        return
    assert (answer.json["title"], answer.json["tags"]) == ("plain", [])
    workflow = open_review(desk, asset_id)
    assert sorted(ids(workflow)) == ["first", "second"]
    for _ in range(2):
        workflow = desk.decide(workflow, "lea").json
    shown = desk.asset(asset_id)
    assert (shown["title"], shown["tags"]) == ("sale", ["loud"])


def test_a_text_that_has_nothing_to_do_with_what_waits_is_taken_at_once(desk: Desk) -> None:
    rule(desk, TAGS, template_id=of_legal(desk))
    asset_id = desk.upload(title="plain")
    edit(desk, asset_id, tags=["loud"])
    waiting = open_review(desk, asset_id)["id"]
    assert edit(desk, asset_id, description="new").json["description"] == "new"
    assert open_review(desk, asset_id)["id"] == waiting


@pytest.mark.parametrize("blocked", [False, True])
def test_a_text_is_judged_with_the_version_that_is_under_review(desk: Desk, blocked: bool) -> None:
    rule(desk, TEXT, TITLE, template_id=None if blocked else of_legal(desk))
    desk.template(step("review", "editor"))
    asset_id = desk.upload(title="plain")
    desk.decide(desk.workflow(asset_id), "editor")
    desk.version(asset_id, b"secret")
    answer = edit(desk, asset_id, title="sale")
    if blocked:
        desk.assert_refused(answer, 409, "moderation_rule")
        (flag,) = desk.get(f"/moderation/flags/?asset_id={asset_id}").json["items"]
        assert flag["version"] == 2
        return
    assert answer.json["title"] == "plain"
    waiting = [one for one in desk.workflows(asset_id) if one["status"] == "in_progress"]
    assert sorted(map(ids, waiting)) == [["legal"], ["review"]]


def test_an_address_is_judged_with_a_title_that_comes_later(desk: Desk) -> None:
    rule(desk, TITLE, {"field": "text", "op": "contains", "value": "casino"})
    link = {"url": "https://casino.example/", "link_type": "webpage", "title": "plain"}
    made = desk.post("/assets/link/", "contributor", link)
    assert made.status == 201, made.content
    refused = edit(desk, made.json["id"], title="sale")
    desk.assert_refused(refused, 409, "moderation_rule")
