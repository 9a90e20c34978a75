"""An approval counts for what was said when it was given, and not for bytes that were banned."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from chalicelib.assets.metadata import edits
from chalicelib.core import clock
from tests import media_files
from tests.assets.shelf import sweep
from tests.workflows.desk import Desk, Json, step
from tests.workflows.moderation.test_bans import flag, flags_of, resolve
from tests.workflows.overtaking import overtake
from tests.workflows.test_edit_policy import categorize, expire, publish
from tests.workflows.test_moved_meanwhile import png
from tests.workflows.test_rules_hold import TEXT, TITLE, edit, ids, of_legal, open_review, rule

SALE: Json = {"title": "sale"}


def state(desk: Desk, asset_id: str) -> tuple[str, str | None, int | None]:
    shown = desk.asset(asset_id)
    return shown["status"], shown["status_reason"], shown["published_version"]


def status_of(desk: Desk, asset_id: str, number: int) -> str:
    return str(desk.get(f"/assets/{asset_id}/versions/{number}/").json["status"])


def approve(desk: Desk, asset_id: str, who: str = "lea") -> None:
    assert desk.decide(open_review(desk, asset_id), who).json["status"] == "approved"


def two_versions_and_a_title(desk: Desk, **described: Any) -> str:
    """Publish a second version, and have its new title approved; the first one never had that."""
    rule(desk, TITLE, template_id=of_legal(desk))
    asset_id = desk.upload(b"one", **described)
    assert desk.version(asset_id, b"two", "editor") == 2
    assert edit(desk, asset_id, **SALE).json["title"] != "sale"
    approve(desk, asset_id)
    assert (desk.asset(asset_id)["title"], desk.asset(asset_id)["published_version"]) == ("sale", 2)
    return asset_id


def test_an_older_version_is_not_published_under_a_title_that_it_was_not_approved_with(
    desk: Desk,
) -> None:
    asset_id = two_versions_and_a_title(desk)
    desk.assert_refused(publish(desk, asset_id, 1), 409, "not_approved")
    assert state(desk, asset_id)[2] == 2
    assert ids(open_review(desk, asset_id)) == ["legal"]
    approve(desk, asset_id)
    assert publish(desk, asset_id, 1).status == 200


def test_nor_is_it_rolled_back_to_without_a_review(desk: Desk) -> None:
    asset_id = two_versions_and_a_title(desk)
    copy = desk.post(f"/assets/{asset_id}/versions/1/rollback/", "editor").json
    assert (copy["status"], state(desk, asset_id)[2]) == ("in_review", 2)
    assert ids(open_review(desk, asset_id)) == ["legal"]
    approve(desk, asset_id)
    assert state(desk, asset_id) == ("approved", None, 3)
    back = desk.post(f"/assets/{asset_id}/versions/3/rollback/", "editor").json
    assert (back["number"], state(desk, asset_id)) == (4, ("approved", None, 4))


def test_who_approved_a_text_with_a_version_is_not_asked_again_for_both(desk: Desk) -> None:
    desk.template(step("brand"))
    rule(desk, TITLE, template_id=of_legal(desk))
    asset_id = desk.upload(b"one", **SALE)
    assert desk.decide(open_review(desk, asset_id), "lea").json["current_step"] == "brand"
    approve(desk, asset_id, "anna")
    assert edit(desk, asset_id, description="Something else").status == 200
    path = f"/assets/{asset_id}/versions/1/unpublish/"
    assert desk.post(path, "editor").status == 200
    assert publish(desk, asset_id).status == 200
    assert desk.post(f"/assets/{asset_id}/versions/1/rollback/", "editor").json["status"] == (
        "approved"
    )


def test_a_schedule_waits_for_no_text_that_was_approved_with_its_version(desk: Desk) -> None:
    rule(desk, TITLE, template_id=of_legal(desk))
    asset_id = desk.upload(b"one")
    desk.configure(AUTO_PUBLISH=False)
    assert desk.version(asset_id, b"two", "editor") == 2
    at = clock.timestamp(clock.now() + timedelta(hours=1))
    assert publish(desk, asset_id, 2, at=at).status == 200
    edit(desk, asset_id, **SALE)
    approve(desk, asset_id)
    sweep(timedelta(hours=2))
    assert (desk.asset(asset_id)["title"], desk.asset(asset_id)["published_version"]) == ("sale", 2)


def test_a_branchs_version_is_not_published_under_a_title_that_came_while_main_was_sent(
    desk: Desk,
) -> None:
    legal = of_legal(desk)
    rule(desk, TITLE, template_id=legal)
    lax = desk.template(step("lax", "editor"), category="lax", allow_self_approval=True)
    described = {"filename": "a.txt", "content_type": "text/plain", "size_bytes": 3}
    reserved = desk.post("/assets/upload/", "contributor", described).json
    asset_id = reserved["asset"]["id"]
    branch = {"name": "draft", "from_version": 1}
    assert desk.post(f"/assets/{asset_id}/branches/", "editor", branch).status == 201
    number = desk.version(asset_id, b"two", "editor", branch="draft")
    started = {"asset_id": asset_id, "version": number, "template_id": lax}
    assert desk.post("/workflows/", "editor", started).status == 201
    approve(desk, asset_id, "editor")
    assert edit(desk, asset_id, **SALE).json["title"] == "sale"
    desk.assert_refused(publish(desk, asset_id, number), 409, "not_approved")
    assert state(desk, asset_id)[2] is None


def test_a_review_asks_for_what_was_said_meanwhile(desk: Desk) -> None:
    """The title is judged with what is published, which the rule does not concern."""
    lax = desk.template(step("lax", "editor"), category="lax", allow_self_approval=True)
    rule(
        desk, TITLE, {"field": "text", "op": "contains", "value": "two"}, template_id=of_legal(desk)
    )
    asset_id = desk.upload(b"one")
    branch = {"name": "draft", "from_version": 1}
    assert desk.post(f"/assets/{asset_id}/branches/", "editor", branch).status == 201
    number = desk.version(asset_id, b"two", "editor", branch="draft")
    started = {"asset_id": asset_id, "version": number, "template_id": lax}
    assert desk.post("/workflows/", "editor", started).status == 201
    assert edit(desk, asset_id, **SALE).json["title"] == "sale"
    went_on = desk.decide(open_review(desk, asset_id), "editor").json
    assert (went_on["status"], ids(went_on)[-1]) == ("in_progress", "legal")
    approve(desk, asset_id)
    assert publish(desk, asset_id, number).status == 200


def test_a_rule_that_blocks_what_was_said_meanwhile_ends_the_review(desk: Desk) -> None:
    legal = of_legal(desk)
    rule(desk, TITLE, {"field": "filename", "op": "contains", "value": "b.txt"})
    asset_id = desk.upload(b"one")
    desk.configure(AUTO_PUBLISH=False)
    number = desk.version(asset_id, b"two", "editor", filename="b.txt")
    desk.version(asset_id, b"three", "editor")
    assert edit(desk, asset_id, **SALE).json["title"] == "sale"
    started = {"asset_id": asset_id, "version": number, "template_id": legal}
    desk.assert_refused(desk.post("/workflows/", "editor", started), 409, "conflict")
    desk.assert_refused(publish(desk, asset_id, number), 409, "not_approved")
    assert status_of(desk, asset_id, number) == "rejected"
    assert state(desk, asset_id)[2] == 1
    (told,) = flags_of(desk, asset_id)
    assert told["reason"] == "rule"


def test_what_a_moderator_let_pass_is_not_stopped_by_the_same_rule_again(desk: Desk) -> None:
    rule(desk, TEXT)
    asset_id = desk.upload(b"secret")
    assert state(desk, asset_id) == ("rejected", "moderation_rule", None)
    (told,) = flags_of(desk, asset_id)
    resolve(desk, told["id"], "approve_asset")
    assert state(desk, asset_id) == ("approved", None, 1)
    assert edit(desk, asset_id, title="Another").status == 200
    assert desk.post(f"/assets/{asset_id}/versions/1/unpublish/", "editor").status == 200
    assert publish(desk, asset_id).status == 200


def test_what_a_moderator_lets_pass_is_reviewed_by_what_rules_require(desk: Desk) -> None:
    rule(desk, TEXT)
    rule(desk, TITLE, template_id=of_legal(desk))
    asset_id = desk.upload(b"secret", **SALE)
    (told,) = flags_of(desk, asset_id)
    resolve(desk, told["id"], "approve_asset")
    assert state(desk, asset_id) == ("in_review", None, None)
    approve(desk, asset_id)
    assert state(desk, asset_id) == ("approved", None, 1)


def ban(desk: Desk, data: bytes) -> None:
    resolve(desk, flag(desk, desk.upload(data), who="moderator"), "reject_asset")
    desk.cloud.run()


def assert_content_rejected(desk: Desk, asset_id: str) -> None:
    assert state(desk, asset_id) == ("rejected", "content_rejected", None)
    (told,) = flags_of(desk, asset_id)
    assert told["reason"] == "copyright"


@pytest.mark.parametrize("how", ["published", "scheduled", "restored", "rolled back"])
def test_banned_bytes_do_not_come_out_of_an_asset_that_held_them(desk: Desk, how: str) -> None:
    data = how.encode()
    desk.configure(AUTO_PUBLISH=False)
    asset_id = desk.upload(data, "editor")
    if how == "scheduled":
        at = clock.timestamp(clock.now() + timedelta(hours=1))
        assert publish(desk, asset_id, at=at).status == 200
    if how == "restored":
        assert publish(desk, asset_id).status == 200
        assert desk.call("DELETE", f"/assets/{asset_id}/", "editor").status == 204
    ban(desk, data)
    if how == "published":
        desk.assert_refused(publish(desk, asset_id), 409, "not_approved")
    elif how == "scheduled":
        sweep(timedelta(hours=2))
    elif how == "restored":
        assert desk.post(f"/assets/{asset_id}/restore/", "editor").status == 200
    else:
        copy = desk.post(f"/assets/{asset_id}/versions/1/rollback/", "editor").json
        assert copy["status"] == "rejected"
    assert_content_rejected(desk, asset_id)


@pytest.mark.parametrize("by", ["people", "time"])
def test_banned_bytes_do_not_come_out_of_a_review(desk: Desk, by: str) -> None:
    desk.template(step("legal", "Legal", timeout_hours=1, on_timeout="approve"))
    data = by.encode()
    asset_id = desk.upload(data)
    ban(desk, data)
    workflow = open_review(desk, asset_id)
    if by == "people":
        decided = desk.decide(workflow, "lea").json
        assert (decided["status"], decided["history"][-1]["comment"]) == (
            "cancelled",
            "content_rejected",
        )
    else:
        expire(desk, workflow)
    assert_content_rejected(desk, asset_id)


def test_a_link_that_is_pinned_to_banned_bytes_is_closed(desk: Desk) -> None:
    asset_id = desk.upload(b"stolen", "editor")
    desk.version(asset_id, b"own", "editor")
    body = {"asset_id": asset_id, "share_type": "public", "version": 1}
    answer = desk.post("/shares/", "editor", body)
    assert answer.status == 201, answer.content
    path = f"/shares/{answer.json['share_link']['uuid']}/"
    assert desk.cloud.call("GET", path).status == 200
    ban(desk, b"stolen")
    assert desk.cloud.call("GET", path).status in {404, 410}


def test_a_category_brings_its_template_to_versions_of_another_type(desk: Desk) -> None:
    """What is published is no picture, so the category brings nothing to it."""
    pictures = desk.template(step("legal", "Legal"), category="news", content_type="image/*")
    described = {"filename": "a.png", "content_type": "image/png"}
    asset_id = desk.upload(png(), "editor", **described)
    assert desk.version(asset_id, b"text", "editor") == 2
    categorize(desk, asset_id, "news")
    assert desk.asset(asset_id)["category"] == "news"
    desk.assert_refused(publish(desk, asset_id, 1), 409, "not_approved")
    workflow = open_review(desk, asset_id)
    assert (workflow["template_id"], ids(workflow)) == (pictures, ["legal"])


def test_a_film_that_calls_itself_a_song_is_reviewed_as_a_film(desk: Desk, tmp_path: Path) -> None:
    desk.template(step("legal", "Legal"), content_type="video/*")
    rule(desk, {"field": "content_type", "op": "equals", "value": "video/mp4"}, TITLE)
    path = tmp_path / "film.mp4"
    media_files.video(path)
    data = path.read_bytes()
    data = data[:8] + b"M4A " + data[12:]
    described: Json = {"filename": "song.m4a", "content_type": "audio/mp4"}
    asset_id = desk.upload(data, "editor", **described, extract_metadata=True)
    shown = desk.asset(asset_id)
    assert (shown["kind"], shown["content_type"]) == ("video", "audio/mp4")
    assert ids(open_review(desk, asset_id)) == ["legal"]
    blocked = desk.upload(data, "editor", **described, **SALE)
    assert state(desk, blocked) == ("rejected", "moderation_rule", None)


@pytest.mark.parametrize("way", ["title", "revert"])
def test_a_text_that_was_taken_back_before_the_decision_was_not_approved(
    desk: Desk, way: str
) -> None:
    rule(desk, TITLE, template_id=of_legal(desk))
    asset_id = desk.upload(b"one", **SALE)
    assert edit(desk, asset_id, title="clean").json["title"] == "clean"
    approve(desk, asset_id)
    assert state(desk, asset_id) == ("approved", None, 1)
    if way == "title":
        assert edit(desk, asset_id, **SALE).json["title"] == "clean"
    else:
        path = f"/metadata/{asset_id}/revert/"
        assert desk.post(path, "editor", {"revision": 1}).status in {200, 202}
    assert desk.asset(asset_id)["title"] == "clean"
    assert ids(open_review(desk, asset_id)) == ["legal"]


def test_a_text_that_its_review_has_not_seen_goes_into_it(desk: Desk) -> None:
    """The rule asks for both; one of them waits when the other one comes."""
    loud = {"field": "description", "op": "contains", "value": "loud"}
    rule(
        desk,
        {"field": "title", "op": "contains", "value": "alpha"},
        loud,
        template_id=of_legal(desk),
    )
    asset_id = desk.upload(b"one", title="alpha x")
    assert edit(desk, asset_id, description="loud").json["pending_edit"] is not None
    first = open_review(desk, asset_id)
    shown = edit(desk, asset_id, title="alpha EVIL").json
    assert (shown["title"], shown["pending_edit"]["values"]) == (
        "alpha x",
        {"title": "alpha EVIL", "description": "loud"},
    )
    assert desk.show(first["id"])["status"] == "cancelled"


def test_an_edit_is_asked_for_the_version_that_came_while_it_waited(desk: Desk) -> None:
    brand = desk.template(step("words"), category="by/rule/words")
    named = {"field": "filename", "op": "contains", "value": "theta"}
    rule(desk, TITLE, template_id=brand)
    rule(desk, TITLE, named, template_id=of_legal(desk))
    asset_id = desk.upload(b"one")
    edit(desk, asset_id, **SALE)
    waiting = open_review(desk, asset_id)
    assert ids(waiting) == ["words"]
    desk.version(asset_id, b"two", "editor", filename="theta.txt")
    assert state(desk, asset_id)[2] == 2
    went_on = desk.decide(waiting, "anna").json
    assert (went_on["status"], went_on["current_step"]) == ("in_progress", "legal")
    assert desk.asset(asset_id)["title"] != "sale"
    went_on = desk.decide(went_on, "lea").json  # and those of the words see the new version, too
    assert (went_on["status"], desk.asset(asset_id)["title"] == "sale") == ("in_progress", False)
    assert desk.decide(went_on, "anna").json["status"] == "approved"
    assert desk.asset(asset_id)["title"] == "sale"
    assert desk.post(f"/assets/{asset_id}/versions/2/unpublish/", "editor").status == 200
    assert publish(desk, asset_id, 2).status == 200


def test_an_edit_ends_that_a_rule_blocks_with_the_version_that_came_meanwhile(desk: Desk) -> None:
    rule(desk, TITLE, template_id=of_legal(desk))
    rule(desk, TITLE, TEXT)
    asset_id = desk.upload(b"one")
    edit(desk, asset_id, **SALE)
    waiting = open_review(desk, asset_id)
    desk.version(asset_id, b"secret", "editor")
    decided = desk.decide(waiting, "lea").json
    assert (decided["status"], decided["history"][-1]["comment"]) == (
        "cancelled",
        "moderation_rule",
    )
    shown = desk.asset(asset_id)
    assert (shown["title"] == "sale", shown.get("pending_edit")) == (False, None)
    (told,) = flags_of(desk, asset_id)
    assert told["version"] == 2


@pytest.mark.parametrize("how", ["publish", "rollback"])
def test_a_text_is_judged_with_the_version_that_comes_out_at_the_same_moment(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    rule(desk, TITLE, TEXT)
    asset_id = desk.upload(b"secret", "editor")
    assert desk.version(asset_id, b"two", "editor") == 2

    def deed() -> None:
        assert desk.post(f"/assets/{asset_id}/versions/1/{how}/", "editor").status in {200, 201}

    overtake(monkeypatch, edits, "transact", deed)
    refused = desk.call("PATCH", f"/assets/{asset_id}/", "editor", SALE)
    desk.assert_refused(refused, 409, "moderation_rule")
    assert desk.asset(asset_id)["title"] != "sale"


def test_a_version_that_is_refused_for_its_title_leaves_nothing(desk: Desk) -> None:
    rule(desk, TITLE)
    asset_id, other = desk.upload(b"one", "editor"), desk.upload(b"two", "editor")
    body = {"filename": "b.txt", "content_type": "text/plain", "size_bytes": 3}
    linked = body | {"sha256": desk.asset(other)["sha256"], "link_existing": True} | SALE
    path = f"/assets/{asset_id}/upload_version/"
    for wanted in (linked, body | SALE):
        desk.assert_refused(desk.post(path, "editor", wanted), 409, "moderation_rule")
        desk.cloud.run()
        assert len(desk.get(f"/assets/{asset_id}/versions/").json["items"]) == 1
    (told,) = flags_of(desk, asset_id)
    assert told["reason"] == "rule"
