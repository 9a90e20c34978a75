"""Moderation rules over HTTP, and what they do to uploads that went through the pipeline."""

import hashlib
import io
from typing import Any

import pytest
from PIL import Image

from chalicelib.workflows.moderation import rules
from chalicelib.workflows.templates import registry
from tests.assets.shelf import QUICK
from tests.cloud import Answer
from tests.workflows.desk import Desk, Json

RULE: Json = {
    "name": "No drafts",
    "when": [{"field": "filename", "op": "contains", "value": "draft"}],
    "action": "flag",
}
BIG = {"field": "size_bytes", "op": "greater_than", "value": 1000}


def make(desk: Desk, *when: Json, **more: Any) -> Json:
    """Make a rule as a moderator."""
    body = RULE | ({"when": list(when)} if when else {}) | more
    answer = desk.post("/moderation/rules/", "moderator", body)
    assert answer.status == 201, answer.content
    made: Json = answer.json
    return made


def flags(desk: Desk, query: str = "") -> list[Json]:
    answer = desk.get(f"/moderation/flags/{query}", "moderator")
    assert answer.status == 200, answer.content
    found: list[Json] = answer.json["items"]
    return found


def where(field: str, op: str, value: Any) -> Json:
    return {"field": field, "op": op, "value": value}


def refused_fields(answer: Answer) -> list[str]:
    assert answer.status == 422, answer.content
    return [error["field"] for error in answer.json["errors"]]


def photo(make_name: str) -> bytes:
    """Draw a photo that says which camera made it."""
    picture, exif, file = Image.new("RGB", (40, 30), "teal"), Image.Exif(), io.BytesIO()
    exif[0x010F] = make_name
    picture.save(file, "JPEG", exif=exif)
    return file.getvalue()


def test_rules_are_made_changed_and_deleted_and_all_of_it_is_recorded(desk: Desk) -> None:
    first, second = make(desk), make(desk, BIG, name="Large", is_active=False)
    assert set(first) == {
        *("id", "name", "when", "action", "template_id", "is_active"),
        *("created_by", "created_at", "updated_at"),
    }
    assert first["is_active"] is True
    listed = desk.get("/moderation/rules/?limit=1", "moderator").json
    assert [rule["id"] for rule in listed["items"]] == [second["id"]]
    rest = desk.get(f"/moderation/rules/?limit=1&cursor={listed['next_cursor']}", "admin").json
    assert rest == {"items": [first], "next_cursor": None}
    path = f"/moderation/rules/{first['id']}/"
    changed = desk.call("PATCH", path, "admin", {"name": "No sketches"}).json
    assert changed["name"] == "No sketches"
    assert changed["when"] == first["when"]
    assert desk.call("PATCH", path, "admin", {"name": "No sketches"}).status == 200
    assert desk.call("DELETE", path, "moderator").status == 204
    desk.assert_refused(desk.call("DELETE", path, "moderator"), 404, "not_found")
    assert desk.deeds(first["id"]) == [
        "moderation_rule.created",
        "moderation_rule.changed",
        "moderation_rule.deleted",
    ]


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"when": []}, ["when"]),
        ({"when": [where("size_bytes", "contains", "x")]}, ["when[0].op"]),
        ({"when": [BIG, where("title", "matches", "(")]}, ["when[1].value"]),
        ({"when": [where("title", "matches", "a" * 501)]}, ["when[0].value"]),
        ({"when": [where("title", "equals", "")]}, ["when[0].value"]),
        ({"when": [where("title", "equals", True)]}, ["when[0].value"]),
        ({"when": [where("title", "like", "x")]}, ["when[0].op"]),
        ({"when": [where("title", "equals", "x") | {"not": True}]}, ["when[0]"]),
        ({"when": [BIG] * 21}, ["when"]),
        ({"action": "delete"}, ["action"]),
        ({"action": "require_template"}, ["template_id"]),
        ({"template_id": "x"}, ["template_id"]),
        ({"name": ""}, ["name"]),
        ({"name": " \t"}, ["name"]),
        ({"colour": "red"}, ["colour"]),
    ],
)
def test_what_does_not_fit_is_named_when_made_and_when_changed(
    desk: Desk, change: Json, fields: list[str]
) -> None:
    assert refused_fields(desk.post("/moderation/rules/", "admin", RULE | change)) == fields
    path = f"/moderation/rules/{make(desk)['id']}/"
    assert refused_fields(desk.call("PATCH", path, "admin", change)) == fields


def test_a_required_template_has_to_be_there_when_it_is_chosen(desk: Desk) -> None:
    body = RULE | {"action": "require_template", "template_id": "none"}
    desk.assert_refused(desk.post("/moderation/rules/", "admin", body), 404, "not_found")
    template = desk.template(is_active=False)
    rule = make(desk, action="require_template", template_id=template)
    path = f"/moderation/rules/{rule['id']}/"
    delete = ("DELETE", f"/workflow_templates/{template}/", "admin")
    desk.assert_refused(desk.call(*delete), 409, "conflict")
    flagging = desk.call("PATCH", path, "admin", {"action": "flag"}).json
    assert (flagging["action"], flagging["template_id"]) == ("flag", None)
    assert desk.call(*delete).status == 204


def test_what_would_need_a_template_that_is_gone_is_stopped(desk: Desk) -> None:
    template = desk.template(is_active=False)
    make(desk, action="require_template", template_id=template)
    registry.get(desk.tenant.id, template).delete()
    shown = desk.asset(desk.upload(filename="Draft menu.txt"))
    assert (shown["status"], shown["status_reason"]) == ("rejected", "moderation_rule")


def test_a_tenant_has_so_many_rules_and_patterns(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    pattern = where("title", "matches", "x")
    monkeypatch.setattr(rules, "MOST_PATTERNS", 3)
    kept = make(desk, pattern, pattern)
    body = RULE | {"when": [pattern, pattern]}
    assert refused_fields(desk.post("/moderation/rules/", "admin", body)) == ["when"]
    path = f"/moderation/rules/{kept['id']}/"
    assert desk.call("PATCH", path, "admin", {"when": [pattern] * 3}).status == 200
    assert refused_fields(desk.call("PATCH", path, "admin", {"when": [pattern] * 4})) == ["when"]
    monkeypatch.setattr(rules, "MOST_RULES", 2)
    make(desk)
    assert refused_fields(desk.post("/moderation/rules/", "admin", RULE)) == ["name"]


def test_other_tenants_rules_are_not_there(desk: Desk) -> None:
    other = desk.cloud.tenant("other", "admin")
    path = f"/moderation/rules/{make(desk)['id']}/"
    for method, body in (("PATCH", {"name": "Mine"}), ("DELETE", None)):
        answer = desk.cloud.call(method, path, other.email("admin"), body)
        desk.assert_refused(answer, 404, "not_found")
    assert desk.cloud.get("/moderation/rules/", other.email("admin")).json["items"] == []
    for who in ("viewer", "contributor", "editor"):
        desk.assert_refused(desk.get("/moderation/rules/", who), 403, "forbidden")
        desk.assert_refused(desk.post("/moderation/rules/", who, RULE), 403, "forbidden")


def test_a_flag_lets_through_and_says_which_rule(desk: Desk) -> None:
    rule = make(desk)
    clean = desk.upload(b"clean", filename="final.txt")
    hit = desk.upload(b"hit", filename="My DRAFT.txt")
    assert desk.asset(clean)["status"] == desk.asset(hit)["status"] == "approved"
    assert desk.asset(hit)["published_version"] == 1
    (flag,) = flags(desk)
    assert flag["asset_id"] == hit
    assert (flag["version"], flag["status"], flag["reason"], flag["count"]) == (
        *(1, "open", "rule", 1),
    )
    (report,) = flag["reports"]
    assert report["by"] == {"id": "reef", "email": ""}
    assert (report["rule_id"], report["comment"]) == (rule["id"], "No drafts")
    assert "moderation.flagged" in desk.deeds(hit)
    assert "moderation.flagged" not in desk.deeds(clean)


def test_a_block_rejects_and_is_flagged_too(desk: Desk) -> None:
    desk.template()
    make(desk, action="block")
    blocked = desk.asset(desk.upload(filename="draft.txt"))
    assert (blocked["status"], blocked["status_reason"]) == ("rejected", "moderation_rule")
    assert blocked["published_version"] is None
    assert desk.workflows(blocked["id"]) == []
    assert [flag["asset_id"] for flag in flags(desk)] == [blocked["id"]]
    desk.assert_refused(desk.get(f"/assets/{blocked['id']}/", "viewer"), 404, "not_found")


def test_words_in_the_text_are_found(desk: Desk) -> None:
    make(desk, where("text", "matches", r"(?i)top\s+secret"), action="block")
    said, unsaid = b"This is\nTOP  SECRET, really", b"top or secret"
    read: Json = {"extract_metadata": True}
    assert desk.asset(desk.upload(said, **read))["status"] == "rejected"
    assert desk.asset(desk.upload(unsaid, **read))["status"] == "approved"


@pytest.mark.parametrize("how", ["upload", "tenant", "link"])
def test_whoever_has_no_metadata_read_evades_no_rule(desk: Desk, how: str) -> None:
    data = b"We meet on Rosebud street."
    if how == "link":
        desk.upload(data)
    make(desk, where("text", "contains", "rosebud"), action="block")
    more: Json = {}
    if how == "tenant":
        desk.configure(AUTO_EXTRACT_METADATA=False)
        more = {"extract_metadata": True}
    if how == "link":
        more = {"link_existing": True, "sha256": hashlib.sha256(data).hexdigest()}
    body = QUICK | {"size_bytes": len(data)} | more
    reserved = desk.post("/assets/upload/", "contributor", body).json
    if reserved["upload"] is not None:
        desk.cloud.put(reserved["upload"], data)
    desk.cloud.run()
    shown = desk.asset(reserved["asset"]["id"])
    assert (shown["status"], shown["status_reason"]) == ("rejected", "moderation_rule")
    assert (reserved["upload"] is None) == (how == "link")


def test_embedded_metadata_are_found(desk: Desk) -> None:
    make(desk, where("embedded.Make", "equals", "acme cams"), where("kind", "equals", "image"))
    described: Json = {
        "filename": "a.jpg",
        "content_type": "image/jpeg",
        "extract_metadata": True,
    }
    hit = desk.upload(photo("Acme Cams"), **described)
    desk.upload(photo("Other"), **described)
    assert [flag["asset_id"] for flag in flags(desk)] == [hit]


def test_size_uploader_and_category_count(desk: Desk) -> None:
    make(desk, BIG, where("uploaded_by", "equals", desk.tenant.email("contributor")))
    make(desk, where("category", "matches", "^private(/|$)"), name="Private")
    large, small = b"x" * 1001, b"x" * 1000
    hit = desk.upload(large)
    desk.upload(small)
    desk.upload(large, "editor")
    private = desk.upload(small, category="private/salaries")
    assert {flag["asset_id"] for flag in flags(desk)} == {hit, private}


def test_a_required_template_is_used_where_none_would_apply(desk: Desk) -> None:
    template = desk.template(is_active=False)
    make(desk, action="require_template", template_id=template)
    asset_id = desk.upload(b"one", "admin", filename="draft.txt", create_workflow=False)
    assert desk.asset(asset_id)["status"] == "in_review"
    assert desk.workflow(asset_id)["template_id"] == template
    assert desk.asset(desk.upload(b"two"))["status"] == "approved"


def test_what_is_not_active_or_deleted_does_nothing(desk: Desk) -> None:
    make(desk, is_active=False)
    gone = make(desk, action="block")
    assert desk.call("DELETE", f"/moderation/rules/{gone['id']}/", "admin").status == 204
    assert desk.asset(desk.upload(filename="draft.txt"))["status"] == "approved"
    assert flags(desk) == []


def test_hits_of_all_rules_and_versions_fold_into_one_flag(desk: Desk) -> None:
    make(desk)
    make(desk, where("title", "contains", "draft"), name="Titles", action="block")
    asset_id = desk.upload(b"one", filename="draft.txt")
    desk.version(asset_id, b"two", filename="draft 2.txt")
    (flag,) = flags(desk, f"?asset_id={asset_id}")
    assert (flag["count"], flag["version"]) == (4, 2)
    said = {(report["comment"], report["version"]) for report in flag["reports"]}
    assert said == {("No drafts", 1), ("Titles", 1), ("No drafts", 2), ("Titles", 2)}


def test_a_rule_counts_on_branches_too(desk: Desk) -> None:
    asset_id = desk.upload(b"one", "editor")
    make(desk, action="block")
    body = {"name": "spring", "from_version": 1}
    assert desk.post(f"/assets/{asset_id}/branches/", "editor", body).status == 201
    number = desk.version(asset_id, b"two", "editor", filename="draft.txt", branch="spring")
    shown = desk.get(f"/assets/{asset_id}/versions/{number}/", "editor").json
    assert shown["status"] == "rejected"
    assert desk.asset(asset_id, "viewer")["published_version"] == 1
