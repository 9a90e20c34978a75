"""What is said against an asset is folded into one flag."""

from typing import Any

import pytest

from chalicelib.assets.models import AssetMetadata, asset_key
from chalicelib.core import clock
from chalicelib.core.outbox import Person
from chalicelib.core.tables import find, transact
from chalicelib.workflows.moderation import flag_reports
from chalicelib.workflows.moderation.models import Report
from tests.assets.stages import asset as staged
from tests.cloud import Answer
from tests.workflows.desk import Desk, Json


def test_many_rules_that_hit_at_once_are_one_word(desk: Desk) -> None:
    rule = {"when": [{"field": "size_bytes", "op": "greater_than", "value": 0}], "action": "flag"}
    for number in range(110):
        body = rule | {"name": f"Rule {number}"}
        assert desk.post("/moderation/rules/", "admin", body).status == 201
    asset_id = desk.upload()
    assert desk.asset(asset_id)["status"] == "approved"
    (flag,) = desk.get(f"/moderation/flags/?asset_id={asset_id}").json["items"]
    assert flag["count"] == 110
    assert desk.deeds(asset_id).count("moderation.flagged") == 1


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


def test_the_same_person_with_the_same_reason_counts_once(desk: Desk) -> None:
    asset_id = desk.upload()
    for _ in range(3):
        assert flag(desk, asset_id, "viewer").status == 201
    assert flag(desk, asset_id, "viewer", "other").status == 201
    (shown,) = listed(desk)
    assert shown["count"] == len(shown["reports"]) == 2
    assert desk.deeds(asset_id).count("moderation.flagged") == 2


def test_the_list_shows_so_many_reports_and_counts_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flag_reports, "MOST_SHOWN", 2)
    acme = desk.cloud.tenant("many-say-it", "admin", *(f"v{n}=viewer" for n in range(4)))
    cloud = desk.cloud
    asset_id = staged(cloud, acme.id, acme.email("admin"), "approved!")
    for _ in range(2):
        for number in range(4):
            path, who = f"/assets/{asset_id}/flag/", acme.email(f"v{number}")
            assert cloud.post(path, who, {"reason": "other"}).status == 201
    (shown,) = cloud.get("/moderation/flags/", acme.email("admin")).json["items"]
    assert (shown["count"], len(shown["reports"])) == (4, 2)


def test_a_hundred_long_reports_fit_into_one_item(desk: Desk) -> None:
    asset_id = desk.upload()
    asset = find(AssetMetadata, asset_key(desk.tenant.id, asset_id), "ASSET")
    assert asset is not None
    now = clock.now()
    said = [
        Report(
            by=Person(f"m{number}", f"m{number}@x.test"),
            reason="other",
            comment="\N{GRINNING FACE}" * 2000,
            at=clock.timestamp(now),
            version=1,
        )
        for number in range(110)
    ]
    _, (pointer, flag, *_) = flag_reports.folded(asset, said, now)
    transact(pointer, flag)
    (shown,) = listed(desk)
    assert shown["count"] == 110
    assert 1 < len(shown["reports"]) < 100


def test_dismissing_changes_nothing_else_and_later_reports_open_a_new_flag(desk: Desk) -> None:
    asset_id = desk.upload()
    flag_id = flagged(desk, asset_id)
    answer = resolve(desk, flag_id, "dismiss")
    assert answer.status == 200
    assert (answer.json["status"], answer.json["resolution"]) == ("resolved", "dismiss")
    assert answer.json["resolved_by"]["id"] == desk.tenant.members["moderator"]
    assert answer.json["comment"] == "I looked"
    assert stand(desk, asset_id) == {1: ("approved", True)}
    desk.assert_refused(resolve(desk, flag_id, "reject_asset"), 409, "conflict")
    assert stand(desk, asset_id) == {1: ("approved", True)}
    assert flagged(desk, asset_id) != flag_id
    assert desk.deeds(asset_id)[-3:] == [
        "moderation.flagged",
        "moderation.resolved",
        "moderation.flagged",
    ]


def flagged(desk: Desk, asset_id: str) -> str:
    """Flag an asset; gives the flag's id."""
    answer = flag(desk, asset_id, "moderator")
    assert answer.status == 201, answer.content
    return str(answer.json["id"])


def stand(desk: Desk, asset_id: str) -> dict[int, tuple[str, bool]]:
    """Give the status of each version, and whether it is published."""
    found = desk.get(f"/assets/{asset_id}/versions/").json["items"]
    return {one["number"]: (one["status"], one["published"]) for one in found}
