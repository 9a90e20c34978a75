"""A collection with `access` is there for those listed and admins, in every way of asking."""

from typing import Any

import pytest

from chalicelib.core import clock
from chalicelib.core.outbox import SYSTEM
from chalicelib.tenants import members
from tests.assets.collections.test_routes import Room
from tests.cloud import Cloud
from tests.shared import assert_problem, audit, cloud

__all__ = ["cloud"]

STAFF = ("admin", "editor", "contributor", "viewer", "moderator")


@pytest.fixture(scope="module")
def room(cloud: Cloud) -> Room:
    tenant = cloud.tenant("acme", *STAFF, "lea=viewer,Legal", "kim=contributor", "eve=editor")
    return Room(cloud, tenant)


def listed(room: Room, who: str) -> list[str]:
    return [one["id"] for one in room.call("GET", "?limit=200", who=who).json["items"]]


def seeing(room: Room, collection_id: str) -> set[str]:
    """Say who sees a collection, the same in a list and by its id."""
    seen = set()
    for who in room.tenant.members:
        answer = room.call("GET", f"{collection_id}/", who=who)
        assert answer.status in (200, 404)
        assert (answer.status == 200) == (collection_id in listed(room, who))
        seen |= {who} if answer.status == 200 else set()
    return seen


def role(name: str, may: str = "view") -> dict[str, str]:
    return {"role": name, "may": may}


def test_those_who_are_listed_and_admins_see_it_and_nobody_else_knows_of_it(room: Room) -> None:
    one = room.asset()
    kim = {"member_id": room.tenant.email("kim"), "may": "view"}
    made = room.make(one, access=[role("Legal"), kim])
    path = f"{made['id']}/"
    by_id = {"member_id": room.tenant.members["kim"], "may": "view"}
    assert made["access"] == [role("Legal"), by_id]
    assert seeing(room, made["id"]) == {"admin", "lea", "kim"}
    assert "access" not in room.call("GET", path, who="lea").json
    for who in ("editor", "moderator", "viewer"):
        for answer in (
            room.call("PATCH", path, {"name": "X"}, who),
            room.put(made["id"], who=who),
            room.call("DELETE", path, who=who),
            room.cloud.post("/assets/zip/", room.tenant.email(who), {"collection_id": made["id"]}),
        ):
            assert_problem(answer, 404, "not_found")
        usage = room.cloud.get(f"/assets/{one}/usage/", room.tenant.email(who)).json
        assert usage["collections"] == 0
    assert room.cloud.get(f"/assets/{one}/usage/", room.tenant.email("lea")).json["collections"]
    opened = room.call("PATCH", path, {"access": None}, "admin").json
    assert opened["access"] is None
    assert seeing(room, made["id"]) == {*room.tenant.members}
    room.call("PATCH", path, {"access": []}, "editor")
    assert seeing(room, made["id"]) == {"admin"}
    trail = audit(room.cloud, room.tenant.email("admin"), f"&subject={made['id']}")
    assert [entry["new"].get("access") for entry in trail] == [[], None, made["access"]]


def test_lists_have_no_gaps_where_a_collection_is_for_others(room: Room) -> None:
    before = set(listed(room, "viewer"))
    made = [room.make(access=[role("Legal")] if n % 3 else None)["id"] for n in range(9)]
    open_to_all = made[::3]
    cursor, seen = "", []
    while cursor is not None:
        page = room.call("GET", f"?limit=1{cursor and '&cursor='}{cursor}", who="viewer").json
        assert len(page["items"]) == 1
        seen += [one["id"] for one in page["items"] if one["id"] not in before]
        cursor = page["next_cursor"]
    assert sorted(seen) == sorted(open_to_all)


def test_an_editor_of_a_collection_changes_its_contents_and_name_alone(room: Room) -> None:
    seen, unseen, more = room.asset(), room.asset("approved"), room.asset()
    kim = {"member_id": room.tenant.members["kim"], "may": "edit"}
    made = room.make(seen, unseen, access=[kim, role("editor"), role("viewer")])
    path = f"{made['id']}/"
    for who in ("editor", "eve", "viewer", "lea"):
        assert_problem(room.call("PATCH", path, {"name": "X"}, who), 403, "forbidden")
        assert_problem(room.put(made["id"], who=who), 403, "forbidden")
        assert_problem(room.call("DELETE", path, who=who), 403, "forbidden")
    assert_problem(room.call("GET", path, who="contributor"), 404, "not_found")
    assert_problem(room.call("PATCH", path, {"access": None}, "kim"), 403, "forbidden")
    assert_problem(room.call("DELETE", path, who="kim"), 403, "forbidden")
    tag = room.call("GET", path, who="kim").headers["ETag"]
    changed = room.put(made["id"], more, seen, who="kim", headers={"if-match": tag})
    assert changed.json["asset_ids"] == [more, seen]
    assert room.kept(made["id"]) == [more, seen, unseen]  # which kim never saw
    stale = room.put(made["id"], who="kim", headers={"if-match": tag})
    assert_problem(stale, 412, "precondition_failed")
    assert_problem(room.put(made["id"], unseen, who="kim"), 404, "not_found")
    assert room.call("PATCH", path, {"access": [role("editor", "edit")]}, "admin").status == 200
    assert_problem(room.call("GET", path, who="kim"), 404, "not_found")
    assert room.call("DELETE", path, who="eve").status == 204


def test_it_never_opens_an_asset_that_its_reader_does_not_see(room: Room) -> None:
    draft = room.asset("approved", "contributor")
    made = room.make(draft, access=[role("Legal", "edit")])["id"]
    assert room.shown(made, "lea") == []
    assert room.shown(made, "admin") == [draft]
    lea = room.tenant.email("lea")
    assert_problem(room.cloud.get(f"/assets/{draft}/", lea), 404, "not_found")
    asked = room.cloud.post("/assets/zip/", lea, {"collection_id": made})
    assert_problem(asked, 409, "not_ready")


def test_a_share_opens_it_while_it_is_there_for_whoever_made_the_share(room: Room) -> None:
    one = room.asset()
    kim, email = room.tenant.members["kim"], room.tenant.email("kim")
    made = room.make(one, access=[{"member_id": kim, "may": "view"}])["id"]
    wanted: dict[str, Any] = {"collection_id": made, "share_type": "public"}
    for who in ("contributor", "editor", "eve"):
        answer = room.cloud.post("/shares/", room.tenant.email(who), wanted)
        assert_problem(answer, 404, "not_found")
    link = room.cloud.post("/shares/", email, wanted).json["share_link"]
    path = f"/shares/{link['uuid']}/"
    assert [asset["asset_id"] for asset in room.cloud.get(path).json["assets"]] == [one]

    def allow(*entries: dict[str, str]) -> None:
        body = {"access": [*entries]}
        assert room.call("PATCH", f"{made}/", body, "admin").status == 200

    allow(role("Legal"))
    assert_problem(room.cloud.get(path), 410, "asset_unavailable")
    answer = room.cloud.post(f"{path}download/", body={"asset_id": one})
    assert_problem(answer, 410, "asset_unavailable")
    allow(role("contributor"))
    assert room.cloud.get(path).status == 200
    members.alter(members.get(room.tenant.id, kim), SYSTEM, clock.now(), names=["viewer"])
    assert_problem(room.cloud.get(path), 410, "asset_unavailable")
    allow({"member_id": kim, "may": "view"})
    assert room.cloud.get(path).status == 200
    members.expel(members.get(room.tenant.id, kim), SYSTEM, clock.now())
    assert_problem(room.cloud.get(path), 410, "asset_unavailable")


def test_strangers_are_no_members(room: Room, cloud: Cloud) -> None:
    globex = cloud.tenant("globex", "admin")
    told = []
    for stranger in (globex.members["admin"], globex.email("admin"), clock.new_id(), "", "x"):
        body = {"name": "C", "access": [{"member_id": stranger, "may": "view"}]}
        problem = assert_problem(room.call("POST", "", body), 404, "not_found")
        told.append(problem | {"request_id": ""})
    assert all(one == told[0] for one in told)
