"""Flags by people, and what a moderator's word does."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.core import clock
from chalicelib.core.outbox import SYSTEM
from chalicelib.workflows.moderation import flags
from tests.assets.stages import asset as staged
from tests.cloud import Answer
from tests.crashes import Crash, Faults
from tests.shared import assert_problem
from tests.workflows.desk import Desk, Json

BLOCK: Json = {
    "name": "No drafts",
    "when": [{"field": "filename", "op": "contains", "value": "draft"}],
    "action": "block",
}


def flag(desk: Desk, asset_id: str, who: str, reason: str = "copyright", **more: Any) -> Answer:
    return desk.post(f"/assets/{asset_id}/flag/", who, {"reason": reason} | more)


def listed(desk: Desk, query: str = "") -> list[Json]:
    answer = desk.get(f"/moderation/flags/{query}", "moderator")
    assert answer.status == 200, answer.content
    found: list[Json] = answer.json["items"]
    return found


def resolve(desk: Desk, flag_id: str, resolution: str, who: str = "moderator") -> Answer:
    body = {"resolution": resolution, "comment": "I looked"}
    return desk.post(f"/moderation/flags/{flag_id}/resolve/", who, body)


def flagged(desk: Desk, asset_id: str) -> str:
    """Flag an asset; gives the flag's id."""
    answer = flag(desk, asset_id, "moderator")
    assert answer.status == 201, answer.content
    return str(answer.json["id"])


def stand(desk: Desk, asset_id: str) -> dict[int, tuple[str, bool]]:
    """Give the status of each version, and whether it is published."""
    found = desk.get(f"/assets/{asset_id}/versions/").json["items"]
    return {one["number"]: (one["status"], one["published"]) for one in found}


def reason(desk: Desk, asset_id: str) -> str | None:
    said: str | None = desk.asset(asset_id)["status_reason"]
    return said


def gone(desk: Desk, asset_id: str) -> None:
    """See that who sees published versions alone sees nothing."""
    desk.assert_refused(desk.get(f"/assets/{asset_id}/", "viewer"), 404, "not_found")
    desk.assert_refused(desk.get(f"/assets/{asset_id}/download/", "viewer"), 404, "not_found")


def test_whoever_sees_an_asset_may_flag_it_and_sees_only_what_they_said(desk: Desk) -> None:
    asset_id = desk.upload()
    assert flag(desk, asset_id, "contributor", comment="mine was better").status == 201
    own = flag(desk, asset_id, "viewer", "privacy", comment="my face")
    assert own.status == 201
    assert (own.json["reason"], own.json["count"], own.json["status"]) == ("privacy", 1, "open")
    assert [report["comment"] for report in own.json["reports"]] == ["my face"]
    assert b"mine was better" not in own.content
    (shown,) = listed(desk)
    assert set(shown) == {
        *("id", "asset_id", "version", "status", "reason", "count", "reports", "created_at"),
        *("updated_at", "resolution", "resolved_by", "resolved_at", "comment"),
    }
    assert (shown["id"], shown["asset_id"], shown["version"]) == (own.json["id"], asset_id, 1)
    assert (shown["reason"], shown["count"]) == ("copyright", 2)
    assert [set(report) for report in shown["reports"]] == [
        {"by", "reason", "comment", "at", "version", "rule_id"}
    ] * 2
    assert [report["by"]["id"] for report in shown["reports"]] == [
        desk.tenant.members["contributor"],
        desk.tenant.members["viewer"],
    ]
    assert desk.deeds(asset_id).count("moderation.flagged") == 2


def test_what_is_not_seen_cannot_be_flagged(desk: Desk) -> None:
    desk.template()
    hidden = desk.upload()
    desk.assert_refused(flag(desk, hidden, "kim"), 404, "not_found")
    assert flag(desk, hidden, "anna").status == 201  # she has to decide on it
    other = desk.cloud.tenant("elsewhere", "admin")
    path = f"/assets/{hidden}/flag/"
    answer = desk.cloud.post(path, other.email("admin"), {"reason": "other"})
    desk.assert_refused(answer, 404, "not_found")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "reason"),
        ({"reason": "rule"}, "reason"),
        ({"reason": "ugly"}, "reason"),
        ({"reason": "other", "comment": "x" * 2001}, "comment"),
        ({"reason": "other", "note": "x"}, "note"),
    ],
)
def test_a_flag_that_does_not_fit_is_refused(desk: Desk, body: Json, field: str) -> None:
    answer = desk.post(f"/assets/{desk.upload()}/flag/", "viewer", body)
    problem = desk.assert_refused(answer, 422, "invalid")
    assert [error["field"] for error in problem["errors"]] == [field]


def test_flags_are_for_moderators_and_their_own_tenant(desk: Desk) -> None:
    flag_id = flagged(desk, desk.upload())
    other = desk.cloud.tenant("further-away", "admin")
    path, body = f"/moderation/flags/{flag_id}/resolve/", {"resolution": "dismiss"}
    desk.assert_refused(desk.cloud.post(path, other.email("admin"), body), 404, "not_found")
    assert desk.cloud.get("/moderation/flags/", other.email("admin")).json["items"] == []
    for who in ("viewer", "contributor", "editor"):
        desk.assert_refused(desk.get("/moderation/flags/", who), 403, "forbidden")
        desk.assert_refused(resolve(desk, flag_id, "dismiss", who), 403, "forbidden")
    desk.assert_refused(resolve(desk, "none", "dismiss"), 404, "not_found")


def test_flags_are_listed_by_status_and_asset_in_pages(desk: Desk) -> None:
    acme, cloud = desk.cloud.tenant("in-pages", "admin", "viewer"), desk.cloud
    admin, viewer = acme.email("admin"), acme.email("viewer")
    made = [staged(cloud, acme.id, admin, "approved!") for _ in range(3)]
    ids = []
    for asset_id in made:
        answer = cloud.post(f"/assets/{asset_id}/flag/", viewer, {"reason": "quality"})
        ids.append(answer.json["id"])

    def ids_of(query: str) -> list[str]:
        return [item["id"] for item in cloud.get(f"/moderation/flags/{query}", admin).json["items"]]

    first = cloud.get("/moderation/flags/?limit=2", admin).json
    assert [item["id"] for item in first["items"]] == [ids[2], ids[1]]
    assert ids_of(f"?limit=2&cursor={first['next_cursor']}") == [ids[0]]
    other = cloud.get(f"/moderation/flags/?status=resolved&cursor={first['next_cursor']}", admin)
    assert_problem(other, 400, "invalid_cursor")
    body = {"resolution": "dismiss"}
    assert cloud.post(f"/moderation/flags/{ids[1]}/resolve/", admin, body).status == 200
    assert ids_of("") == [ids[2], ids[0]]
    assert ids_of("?status=resolved") == [ids[1]]
    assert ids_of(f"?asset_id={made[0]}") == [ids[0]]
    assert ids_of(f"?asset_id={made[1]}") == []
    assert ids_of(f"?status=resolved&asset_id={made[1]}") == [ids[1]]
    assert ids_of("?asset_id=unknown") == []


def test_rejecting_takes_every_version_from_everybody_at_once(desk: Desk) -> None:
    asset_id = desk.upload(b"one")
    desk.version(asset_id, b"two")
    template = desk.template()
    desk.version(asset_id, b"three")
    workflow = desk.workflow(asset_id)
    assert workflow["template_id"] == template
    assert stand(desk, asset_id) == {
        1: ("approved", False),
        2: ("approved", True),
        3: ("in_review", False),
    }
    assert resolve(desk, flagged(desk, asset_id), "reject_asset").status == 200
    gone(desk, asset_id)
    assert stand(desk, asset_id) == dict.fromkeys((1, 2, 3), ("rejected", False))
    assert reason(desk, asset_id) == "rejected"
    ended = desk.load(workflow).instance
    assert (ended.status, ended.reason) == ("cancelled", "moderation")
    assert desk.get("/workflows/?assigned_to=me", "anna").json["items"] == []
    desk.assert_refused(desk.decide(workflow, "anna"), 409, "workflow_closed")
    assert desk.deeds(asset_id).count("version.rejected") == 3


def test_rejecting_what_is_reviewed_again_while_published_takes_it_back(desk: Desk) -> None:
    asset_id = desk.upload()
    body = {"asset_id": asset_id, "template_id": desk.template()}
    assert desk.post("/workflows/", "editor", body).status == 201
    assert stand(desk, asset_id) == {1: ("in_review", True)}
    assert resolve(desk, flagged(desk, asset_id), "reject_asset").status == 200
    gone(desk, asset_id)
    assert stand(desk, asset_id) == {1: ("rejected", False)}
    desk.cloud.run()
    assert stand(desk, asset_id) == {1: ("rejected", False)}


def test_rejecting_drops_a_schedule(desk: Desk) -> None:
    desk.configure(AUTO_PUBLISH=False)
    asset_id = desk.upload()
    path = f"/assets/{asset_id}/versions/1/publish/"
    at = clock.timestamp(clock.now() + timedelta(hours=1))
    assert desk.post(path, "editor", {"at": at}).status == 200
    assert resolve(desk, flagged(desk, asset_id), "reject_asset").status == 200
    assert "version.schedule_dropped" in desk.deeds(asset_id)
    assert stand(desk, asset_id) == {1: ("rejected", False)}


def test_a_version_that_comes_after_a_rejection_is_judged_by_itself(desk: Desk) -> None:
    asset_id = desk.upload(b"one")
    assert resolve(desk, flagged(desk, asset_id), "reject_asset").status == 200
    assert desk.version(asset_id, b"two") == 2
    assert stand(desk, asset_id) == {1: ("rejected", False), 2: ("approved", True)}


def test_approving_lets_go_on_what_a_rule_blocked(desk: Desk) -> None:
    assert desk.post("/moderation/rules/", "admin", BLOCK).status == 201
    asset_id = desk.upload(filename="draft.txt")
    (found,) = listed(desk)
    assert resolve(desk, found["id"], "approve_asset").status == 200
    assert stand(desk, asset_id) == {1: ("approved", True)}
    assert desk.asset(asset_id, "viewer")["status_reason"] is None
    assert {*desk.deeds(asset_id)} >= {"moderation.resolved", "version.approved"}


def test_approving_leads_through_the_templates(desk: Desk) -> None:
    desk.template()
    assert desk.post("/moderation/rules/", "admin", BLOCK).status == 201
    asset_id = desk.upload(filename="draft.txt")
    assert desk.workflows(asset_id) == []
    assert resolve(desk, listed(desk)[0]["id"], "approve_asset").status == 200
    assert stand(desk, asset_id) == {1: ("in_review", False)}
    assert desk.decide(desk.workflow(asset_id), "anna").status == 200
    assert stand(desk, asset_id) == {1: ("approved", True)}


def test_approving_leaves_what_needs_no_approval_unpublished_if_the_tenant_wants(
    desk: Desk,
) -> None:
    desk.configure(AUTO_PUBLISH=False)
    assert desk.post("/moderation/rules/", "admin", BLOCK).status == 201
    asset_id = desk.upload(filename="draft.txt")
    assert resolve(desk, listed(desk)[0]["id"], "approve_asset").status == 200
    assert stand(desk, asset_id) == {1: ("approved", False)}


def test_approving_gives_back_what_an_earlier_flag_took(desk: Desk) -> None:
    asset_id = desk.upload(b"one")
    desk.version(asset_id, b"two")
    desk.template()
    desk.version(asset_id, b"three")
    assert resolve(desk, flagged(desk, asset_id), "reject_asset").status == 200
    desk.cloud.run()
    assert resolve(desk, flagged(desk, asset_id), "approve_asset").status == 200
    assert stand(desk, asset_id) == {
        1: ("approved", False),
        2: ("approved", True),
        3: ("in_review", False),
    }
    fresh, old = desk.workflows(asset_id)
    assert (fresh["status"], old["status"]) == ("in_progress", "cancelled")


def test_approving_leaves_what_approvers_rejected(desk: Desk) -> None:
    asset_id = desk.upload(b"one")
    template = desk.template()
    desk.version(asset_id, b"two")
    said = {"comment": "too dark"}
    assert desk.decide(desk.workflow(asset_id), "anna", "reject", **said).status == 200
    assert resolve(desk, flagged(desk, asset_id), "reject_asset").status == 200
    assert resolve(desk, flagged(desk, asset_id), "approve_asset").status == 200
    assert stand(desk, asset_id) == {1: ("approved", True), 2: ("rejected", False)}
    assert resolve(desk, flagged(desk, asset_id), "reject_asset").status == 200
    body = {"asset_id": asset_id, "template_id": template, "version": 1}
    desk.assert_refused(desk.post("/workflows/", "editor", body), 409, "conflict")


def test_an_unreviewed_branch_stays_one_through_rejection_and_approval(desk: Desk) -> None:
    asset_id = desk.upload(b"one", "editor")
    desk.template()
    body = {"name": "spring", "from_version": 1}
    assert desk.post(f"/assets/{asset_id}/branches/", "editor", body).status == 201
    number = desk.version(asset_id, b"two", "editor", branch="spring")
    path = f"/assets/{asset_id}/versions/{number}/publish/"
    desk.assert_refused(desk.post(path, "editor"), 409, "not_approved")
    assert resolve(desk, flagged(desk, asset_id), "reject_asset").status == 200
    assert resolve(desk, flagged(desk, asset_id), "approve_asset").status == 200
    assert stand(desk, asset_id) == {1: ("approved", True), number: ("approved", False)}
    desk.assert_refused(desk.post(path, "editor"), 409, "not_approved")


@pytest.mark.parametrize("how", ["before", "after"])
def test_a_resolution_cut_off_anywhere_is_finished_by_who_looks_after_it(
    desk: Desk, how: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.template()
    faults = Faults(monkeypatch)
    calls, ended = 0, False
    while not ended:
        calls += 8
        asset_id = desk.upload(b"%d" % calls)  # for the bytes of the others are banned
        flag_id = flagged(desk, asset_id)
        read = flags.get(desk.tenant.id, flag_id)
        faults.arm(calls, how)
        with suppress(Crash), faults.process():
            flags.resolve(read, "reject_asset", "", SYSTEM, clock.now())
        ended = not faults.fired
        faults.disarm()
        if flags.get(desk.tenant.id, flag_id).status == "open":
            assert stand(desk, asset_id) == {1: ("in_review", False)}
            continue
        desk.tend(timedelta(seconds=1))
        assert stand(desk, asset_id) == {1: ("rejected", False)}
        assert desk.workflow(asset_id)["status"] == "cancelled"
        assert flags.get(desk.tenant.id, flag_id).due_at is None
        deeds = desk.deeds(asset_id)
        assert (deeds.count("moderation.resolved"), deeds.count("version.rejected")) == (1, 1)
    assert calls > 10


def test_looking_after_a_resolution_again_changes_nothing(desk: Desk) -> None:
    asset_id = desk.upload()
    flag_id = flagged(desk, asset_id)
    assert resolve(desk, flag_id, "reject_asset").status == 200
    assert resolve(desk, flagged(desk, asset_id), "approve_asset").status == 200
    kept = flags.get(desk.tenant.id, flag_id)
    flags.finish_resolution(kept.pk, kept.sk, clock.now())
    flags.finish_resolution(kept.pk, "FLAG#none", clock.now())
    assert stand(desk, asset_id) == {1: ("approved", True)}


def test_a_flag_outlives_its_asset(desk: Desk) -> None:
    asset_id = desk.upload()
    flag_id = flagged(desk, asset_id)
    assert desk.call("DELETE", f"/assets/{asset_id}/?purge=true", "admin").status == 204
    assert resolve(desk, flag_id, "reject_asset").status == 200
    assert listed(desk) == []
