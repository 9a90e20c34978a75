"""All that a member owns goes to another member, whole, whenever the work is cut off."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.assets.hand_over import jobs, parts
from chalicelib.assets.hand_over.parts import Handing, Moved, Part
from chalicelib.core import clock
from chalicelib.core.pages import Position
from chalicelib.processing import sweeper
from tests.assets.hand_over.owned import acme, hand_over, job, owned, owner
from tests.cloud import Cloud, Tenant
from tests.shared import Team, assert_problem, audit, items

__all__ = ["acme", "owned"]


def test_assets_shares_schedules_and_assignments_go_to_the_other_one(
    cloud: Cloud, acme: Tenant, owned: dict[str, str]
) -> None:
    heir, admin = acme.email("heir"), acme.email("admin")
    done = hand_over(cloud, acme)
    assert (done["status"], done["progress_percent"]) == ("completed", 100)
    assert done["handed_over"] == {
        "assets": 3,
        "shares": 1,
        "upload_requests": 0,
        "assignments": 1,
    }
    assert done["tasks"][0]["job_type"] == "hand_over"
    for name in ("published", "planned", "trashed"):
        assert owner(cloud, acme, owned[name]) == "heir"
    assert owner(cloud, acme, owned["theirs"]) == "other"
    # What is theirs they may edit now, share links they manage, and the schedule still stands.
    assert (
        cloud.call("PATCH", f"/assets/{owned['planned']}/", heir, {"title": "Mine"}).status == 200
    )
    links = cloud.get("/shares/", heir).json["items"]
    assert [link["uuid"] for link in links] == [owned["link"]]
    assert cloud.get("/shares/", acme.email("leaver")).json["items"] == []
    assert cloud.get(f"/shares/{owned['link']}/").status == 200
    cloud.get(f"/assets/{owned['planned']}/", heir)
    review = cloud.get(f"/workflows/{owned['review']}/", heir).json
    assert [(one["user"]["email"], one["status"]) for one in review["steps"][0]["assignments"]] == [
        (acme.email("leaver"), "delegated"),
        (heir, "pending"),
    ]
    decided = {"decision": "approve"}
    path = f"/workflows/{owned['review']}/approve/"
    assert_problem(cloud.post(path, acme.email("leaver"), decided), 409, "already_decided")
    assert cloud.post(path, heir, decided).status == 200
    sweeper.sweep(clock.now() + timedelta(days=2))
    assert cloud.get(f"/assets/{owned['planned']}/", heir).json["published_version"] == 1
    # Each thing that moved is on record, and so is the whole.
    told = audit(cloud, admin, f"&subject={owned['published']}")[0]
    assert (told["action"], told["actor"]["email"]) == ("asset.handed_over", admin)
    assert told["new"] == {"uploaded_by": acme.members["heir"]}
    whole = audit(cloud, admin, f"&subject={acme.members['leaver']}")[:2]
    assert [one["action"] for one in whole] == ["member.handed_over", "member.hand_over_begun"]
    assert whole[0]["new"]["assets"] == 3


def test_the_same_again_moves_nothing(cloud: Cloud, acme: Tenant, owned: dict[str, str]) -> None:
    hand_over(cloud, acme)
    again = hand_over(cloud, acme)
    assert set(again["handed_over"].values()) == {0}
    hand_over(cloud, acme, "heir", "leaver")
    assert owner(cloud, acme, owned["published"]) == "leaver"


@pytest.fixture
def cut(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Cut the work off after each slice, as often as its kinds say."""
    left: list[str] = []
    real = parts.parts.get()

    def cutting(part: Part) -> Part:
        def take(handing: Handing, position: Position, now: Any) -> Moved:
            moved = part.take(handing, position, now)
            if left:
                left.pop()
                raise RuntimeError("the function dies here, before it notes what it has done")
            return moved

        return Part(part.kind, take)

    monkeypatch.setattr(parts.parts, "_provider", lambda: [cutting(part) for part in real])
    monkeypatch.setattr("chalicelib.assets.hand_over.owned_assets._AT_ONCE", 1)
    return left


def test_work_that_is_cut_off_goes_on_until_all_is_done(
    cloud: Cloud, acme: Tenant, owned: dict[str, str], cut: list[str]
) -> None:
    cut += ["once", "twice", "three times"]
    begun = hand_over(cloud, acme)
    assert begun["status"] in {"pending", "running"}
    for minutes in (2, 20, 200, 2000):
        sweeper.sweep(clock.now() + timedelta(minutes=minutes))
    done = job(cloud, acme, begun["id"])
    assert (done["status"], cut) == ("completed", [])
    for name in ("published", "planned", "trashed"):
        assert owner(cloud, acme, owned[name]) == "heir"
    assert len(cloud.get("/shares/", acme.email("heir")).json["items"]) == 1
    before = items()
    sweeper.sweep(clock.now() + timedelta(days=3))
    assert {name: len(rows) for name, rows in items().items()} == {
        name: len(rows) for name, rows in before.items()
    }


def test_a_job_whose_receiver_left_fails_and_can_be_tried_again(
    cloud: Cloud, acme: Tenant, owned: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    admin, path = acme.email("admin"), f"/members/{acme.members['heir']}/"
    monkeypatch.setattr(jobs, "_AT_ONCE_SECONDS", -1)
    begun = hand_over(cloud, acme)
    assert begun["status"] == "pending"
    cloud.call("PATCH", path, admin, {"is_active": False})
    sweeper.sweep(clock.now() + timedelta(minutes=2))
    failed = job(cloud, acme, begun["id"])
    assert failed["status"] == "failed"
    assert failed["tasks"][0]["error"]["code"] == "taker_inactive"
    assert owner(cloud, acme, owned["published"]) == "leaver"
    cloud.call("PATCH", path, admin, {"is_active": True})
    assert cloud.post(f"/processing/{begun['id']}/retry/", admin).status == 202
    sweeper.sweep(clock.now() + timedelta(minutes=2))
    assert job(cloud, acme, begun["id"])["status"] == "completed"
    assert_problem(cloud.post(f"/processing/{begun['id']}/retry/", admin), 409, "conflict")


def test_what_cannot_be_handed_over_is_refused(cloud: Cloud, acme: Tenant, team: Team) -> None:
    admin, path = acme.email("admin"), f"/members/{acme.members['leaver']}/hand_over/"
    theirs, before = team("admin"), items()
    for to in (theirs.members["admin"], theirs.email("admin"), clock.new_id(), "", "x" * 3000):
        assert_problem(cloud.post(path, admin, {"to": to}), 404, "not_found")
    assert_problem(cloud.post(path, admin, {"to": acme.email("leaver")}), 422, "invalid")
    assert_problem(cloud.post(path, admin, {}), 422, "invalid")
    assert_problem(cloud.post(path, acme.email("heir"), {"to": admin}), 403, "forbidden")
    foreign = f"/members/{theirs.members['admin']}/hand_over/"
    assert_problem(cloud.post(foreign, admin, {"to": admin}), 404, "not_found")
    assert items() == before
    other = f"/members/{acme.members['other']}/"
    cloud.call("PATCH", other, admin, {"is_active": False})
    answer = cloud.post(path, admin, {"to": acme.email("other")})
    assert assert_problem(answer, 422, "invalid")["errors"][0]["field"] == "to"
