"""Renaming everywhere is a job that can be followed, and cut off anywhere."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.assets import trash
from chalicelib.assets.metadata import edits
from chalicelib.assets.models import AssetMetadata, asset_key
from chalicelib.core import clock
from chalicelib.core.outbox import SYSTEM
from chalicelib.core.tables import find
from chalicelib.processing import sweeper
from chalicelib.search.naming import moves
from chalicelib.search.naming.models import MOVE, Move, job_key
from tests.assets.stages import asset
from tests.cloud import INDEX, Cloud, Tenant
from tests.crashes import Crash, Faults
from tests.shared import Team, assert_problem


@pytest.fixture
def acme(team: Team) -> Tenant:
    return team("admin", "editor", "viewer", "contributor")


def tagged(cloud: Cloud, tenant: Tenant, number: int, **more: Any) -> list[str]:
    """Make assets with a tag and a category, which the index knows."""
    said = {"tags": ["hot", "old"], "category": "menus/summer"} | more
    made = [
        asset(cloud, tenant.id, tenant.email("admin"), "approved!", **said) for _ in range(number)
    ]
    cloud.run(INDEX)
    return made


def job(cloud: Cloud, tenant: Tenant, job_id: str) -> dict[str, Any]:
    answer = cloud.get(f"/processing/{job_id}/status/", tenant.email("editor"))
    assert answer.status == 200, answer.content
    found: dict[str, Any] = answer.json
    return found


def refuse(cloud: Cloud, tenant: Tenant, ids: list[str]) -> None:
    """Have a rule refuse some assets the tag `sale`."""
    admin = tenant.email("admin")
    for one in ids:
        cloud.call("PATCH", f"/assets/{one}/", admin, {"title": "Loud"})
    when = [
        {"field": "tags", "op": "contains", "value": "sale"},
        {"field": "title", "op": "equals", "value": "Loud"},
    ]
    rule = {"name": "No shouting", "when": when, "action": "block"}
    assert cloud.post("/moderation/rules/", admin, rule).status == 201


def sweep(cloud: Cloud, *minutes: float) -> None:
    for later in minutes:
        cloud.run(INDEX)
        sweeper.sweep(clock.now() + timedelta(minutes=later))


def read(tenant: Tenant, asset_id: str) -> AssetMetadata:
    found = find(AssetMetadata, asset_key(tenant.id, asset_id), "ASSET")
    assert found is not None
    return found


def edits_of(tenant: Tenant, ids: list[str]) -> list[int]:
    """Tell how often each asset has been edited."""
    return [read(tenant, one).revision - 1 for one in ids]


@pytest.fixture
def slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave everything to the sweeper, which takes two assets at a time."""
    monkeypatch.setattr(moves, "_IN_REQUEST_SECONDS", 0)
    monkeypatch.setattr(moves, "_AT_ONCE", 2)


@pytest.fixture
def allow(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Give the sweeper time for so many looks at the clock."""
    real, left = moves.work, [0]

    def has_time() -> bool:
        left[0] -= 1
        return left[0] >= 0

    def work(move: Move, now: Any, _: Any) -> None:
        real(move, now, has_time)

    monkeypatch.setattr(moves, "work", work)

    def give(number: int) -> None:
        left[0] = number

    return give


@pytest.mark.usefixtures("slowly")
def test_progress_is_told_while_a_tag_is_renamed(
    cloud: Cloud, acme: Tenant, allow: Callable[[int], None]
) -> None:
    ids, editor = tagged(cloud, acme, 5), acme.email("editor")
    begun = cloud.call("PATCH", "/tags/hot/", editor, {"name": "warm"}).json
    shown = job(cloud, acme, begun["job_id"])
    assert (shown["status"], shown["progress_percent"], shown["changed"]) == ("running", 0, 0)
    assert (shown["asset_id"], shown["tasks"][0]["job_type"]) == (None, "rename")
    seen = []
    for _ in range(4):
        allow(3)  # a slice of two, and no more
        sweep(cloud, 2)
        shown = job(cloud, acme, begun["job_id"])
        seen.append((shown["changed"], shown["progress_percent"], shown["status"]))
    assert seen == [(2, 40, "running"), (4, 80, "running"), (5, 100, "completed"), *seen[3:]]
    assert seen[3] == seen[2]
    assert shown["tasks"][0]["finished_at"] is not None
    assert (shown["refused_count"], shown["refused"]) == (0, [])
    assert edits_of(acme, ids) == [1] * len(ids)
    assert all(read(acme, one).tags == ["warm", "old"] for one in ids)


@pytest.mark.usefixtures("slowly")
def test_a_tag_that_is_removed_later_says_by_which_job(cloud: Cloud, acme: Tenant) -> None:
    ids, editor = tagged(cloud, acme, 3), acme.email("editor")
    answer = cloud.call("DELETE", "/tags/hot/", editor)
    assert (answer.status, set(answer.json)) == (202, {"job_id"})
    sweep(cloud, 2)
    shown = job(cloud, acme, answer.json["job_id"])
    assert (shown["status"], shown["changed"]) == ("completed", 3)
    assert all(read(acme, one).tags == ["old"] for one in ids)


def test_a_rename_is_shown_to_editors_of_its_tenant_alone(
    cloud: Cloud, acme: Tenant, team: Team
) -> None:
    tagged(cloud, acme, 1)
    body = {"from": "menus", "to": "food"}
    begun = cloud.post("/categories/move/", acme.email("editor"), body).json["job_id"]
    path = f"/processing/{begun}/status/"
    other = team("admin").email("admin")
    for email in (acme.email("viewer"), acme.email("contributor"), other):
        assert_problem(cloud.get(path, email), 404, "not_found")
    retry = cloud.post(f"/processing/{begun}/retry/", acme.email("editor"))
    assert_problem(retry, 409, "conflict")
    sweep(cloud, 2)
    listed = cloud.get("/processing/", acme.email("editor")).json["items"]
    assert [one["id"] for one in listed if one["tasks"][0]["job_type"] == "rename"] == [begun]
    assert begun not in cloud.get("/processing/", acme.email("viewer")).content.decode()
    waited = cloud.get(f"{path}?wait=20", acme.email("admin")).json
    assert (waited["status"], waited["changed"], waited["progress_percent"]) == (
        "completed",
        1,
        100,
    )


@pytest.mark.usefixtures("slowly")
def test_what_a_rule_refuses_is_told_once_and_holds_up_no_other(cloud: Cloud, acme: Tenant) -> None:
    ids, admin = tagged(cloud, acme, 5), acme.email("admin")
    refuse(cloud, acme, ids[1:3])
    begun = cloud.call("PATCH", "/tags/hot/", admin, {"name": "sale"}).json["job_id"]
    sweep(cloud, 2, 3)
    shown = job(cloud, acme, begun)
    assert (shown["status"], shown["changed"], shown["refused_count"]) == ("completed", 3, 2)
    assert {one["asset_id"]: one["code"] for one in shown["refused"]} == dict.fromkeys(
        ids[1:3], "moderation_rule"
    )
    for one in ids:
        first = "hot" if one in ids[1:3] else "sale"
        assert read(acme, one).tags == [first, "old"]
    flags = cloud.get("/moderation/flags/?limit=200", admin).json["items"]
    assert sorted(one["asset_id"] for one in flags) == sorted(ids[1:3])


@pytest.mark.usefixtures("slowly")
def test_what_goes_to_the_trash_meanwhile_is_renamed_there(
    cloud: Cloud, acme: Tenant, allow: Callable[[int], None]
) -> None:
    ids = tagged(cloud, acme, 4)
    begun = cloud.call("PATCH", "/tags/hot/", acme.email("editor"), {"name": "warm"}).json["job_id"]
    allow(2)  # two are noted as in work, one of which is changed
    sweep(cloud, 2)
    move = find(Move, job_key(acme.id, begun), MOVE)
    assert move is not None
    assert len(move.in_work) == 1
    trash.trash(read(acme, move.in_work[0]), SYSTEM, clock.now())
    allow(100)
    sweep(cloud, 3, 4)
    shown = job(cloud, acme, begun)
    assert (shown["status"], shown["changed"], shown["progress_percent"]) == ("completed", 4, 100)
    assert [read(acme, one).tags[0] for one in ids] == ["warm"] * 4


@pytest.mark.usefixtures("slowly")
@pytest.mark.parametrize("how", ["before", "after"])
def test_a_process_that_dies_at_any_call_is_followed_by_one_that_counts_right(
    cloud: Cloud, acme: Tenant, how: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids, faults = tagged(cloud, acme, 5), Faults(monkeypatch)
    refuse(cloud, acme, ids[1:2])
    begun = cloud.call("PATCH", "/tags/hot/", acme.email("editor"), {"name": "sale"}).json["job_id"]
    deaths = 0
    for call in range(1, 60):
        faults.arm(call % 17 + 1, how)
        cloud.run(INDEX)
        with suppress(Crash), faults.process():
            moves.go_on(job_key(acme.id, begun), clock.now() + timedelta(minutes=2))
        deaths += faults.fired
        faults.disarm()
        if job(cloud, acme, begun)["status"] == "completed":
            break
    shown = job(cloud, acme, begun)
    assert (shown["status"], shown["changed"], shown["refused_count"]) == ("completed", 4, 1)
    assert [one["asset_id"] for one in shown["refused"]] == ids[1:2]
    assert deaths >= 5
    assert edits_of(acme, ids) == [1] * len(ids)
    tags = [read(acme, one).tags[0] for one in ids]
    assert tags == ["sale", "hot", "sale", "sale", "sale"]


@pytest.mark.usefixtures("slowly")
def test_a_request_that_dies_leaves_the_job_to_the_sweeper(
    cloud: Cloud, acme: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = tagged(cloud, acme, 3, category="menus")
    monkeypatch.setattr(moves, "_IN_REQUEST_SECONDS", 60)

    def die(*_: Any) -> None:
        raise RuntimeError("something of the machine")

    with monkeypatch.context() as broken:
        broken.setattr(edits, "edit", die)
        answer = cloud.post(
            "/categories/move/", acme.email("editor"), {"from": "menus", "to": "food"}
        )
    assert (answer.status, answer.json["changed"]) == (200, 0)
    sweep(cloud, 2)
    assert job(cloud, acme, answer.json["job_id"])["changed"] == 3
    assert [read(acme, one).category for one in ids] == ["food"] * 3


def template(cloud: Cloud, tenant: Tenant, category: str) -> str:
    steps = [{"id": "s", "name": "S", "approvers": {"type": "roles", "roles": ["admin"]}}]
    body = {"name": "T", "content_type": "*", "category": category, "steps": steps}
    answer = cloud.post("/workflow_templates/", tenant.email("admin"), body)
    assert answer.status == 201, answer.content
    return str(answer.json["id"])


@pytest.mark.parametrize(
    "there", ["assets", "trash", "a template", "a template below", "a template above"]
)
def test_an_editor_lets_no_template_decide_on_another_category(
    cloud: Cloud, acme: Tenant, there: str
) -> None:
    weak = template(cloud, acme, "internal/peers")
    path = "posters/2026"
    if there.startswith("a template"):
        of = {
            "a template": path,
            "a template below": f"{path}/prices",
            "a template above": "posters",
        }
        template(cloud, acme, of[there])
    else:
        (one,) = tagged(cloud, acme, 1, category=f"{path}/prices")
        if there == "trash":
            cloud.call("DELETE", f"/assets/{one}/", acme.email("editor"))
            cloud.run(INDEX)
    body = {"from": "internal", "to": path}
    refused = cloud.post("/categories/move/", acme.email("editor"), body)
    assert_problem(refused, 403, "forbidden")
    shown = cloud.get(f"/workflow_templates/{weak}/", acme.email("admin")).json
    assert shown["category"] == "internal/peers"
    assert cloud.post("/categories/move/", acme.email("admin"), body).status == 200


def test_an_editor_still_renames_and_merges_where_no_template_is_concerned(
    cloud: Cloud, acme: Tenant
) -> None:
    template(cloud, acme, "internal")
    template(cloud, acme, "posters")
    tagged(cloud, acme, 1)
    for old, new in (("internal", "own"), ("menus", "posters/menus"), ("posters", "ads")):
        body = {"from": old, "to": new}
        assert cloud.post("/categories/move/", acme.email("editor"), body).status == 200
