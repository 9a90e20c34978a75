"""Random deeds of people in two tenants, against what the roles table lets each see and do.

People join, leave, come back, change roles and tenants, own, hand over, share, comment, relate,
collect and make API keys. Each answer, and in the end all that everybody is shown, has to be what
the model of `roles_model.py` says.
`REEF_EXAMPLES=500 pytest tests/journeys/test_team.py` plays many more, with other seeds each time.
"""

import itertools
import os
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from chalicelib.assets.bulk import operations
from chalicelib.assets.models import AssetMetadata, asset_key
from chalicelib.core.tables import find
from chalicelib.tenants import directory
from tests.assets.stages import DESCRIBED
from tests.cloud import PASSWORD, Cloud
from tests.journeys.roles_model import (
    ADMINISTERING,
    EDITING,
    NEEDED,
    ROLES,
    UPLOADING,
    Key,
    Link,
    Listed,
    Person,
    Place,
    Said,
    Thing,
    edits,
    expected,
    granted,
    hears,
    sees,
)
from tests.journeys.team_world import NAMES, World
from tests.shared import cloud

__all__ = ["cloud"]

EXAMPLES = int(os.environ.get("REEF_EXAMPLES", "0"))
NOT_NAMES = ("Legal", "viewer", "editor")

people = st.sampled_from(NAMES)
anybody = st.sampled_from(("boss", "boss", "boss", *NAMES))
places = st.sampled_from([0, 0, 1])
numbers = st.integers(0, 3)
held = st.sets(st.sampled_from([*ROLES, "Legal"]), min_size=1, max_size=2)


class Team(World, RuleBasedStateMachine):
    """Plays people, and compares each answer with what the model says."""

    count: ClassVar[Any] = itertools.count(1)

    @initialize(roles=st.permutations(ROLES), shown=st.permutations([True, True, False]))
    def begin(self, roles: list[str], shown: list[bool]) -> None:
        self.found(next(Team.count), roles[: len(NAMES)], shown)

    def teardown(self) -> None:
        if hasattr(self, "keys"):
            self.look()

    # What they are shown.

    @rule(name=people)
    def look_around(self, name: str) -> None:
        self.look_as(self.persons[name])

    @rule(name=people, number=numbers)
    def read(self, name: str, number: int) -> None:
        self.look_at(self.persons[name], self.things[number])

    @precondition(lambda self: self.keys)
    @rule(number=numbers)
    def use_a_key(self, number: int) -> None:
        self.look_by(self.keys[-1 - number % len(self.keys)])

    @precondition(lambda self: self.links)
    @rule(number=numbers)
    def open(self, number: int) -> None:
        self.opened(self.links[-1 - number % len(self.links)])

    # Who belongs where.

    @rule(by=anybody, name=people, number=places, roles=held)
    def join(self, by: str, name: str, number: int, roles: set[str]) -> None:
        inviter, person = self.who(by, number), self.persons[name]
        number = inviter.token
        roles = roles if roles & {*ROLES} else {*roles, "viewer"}
        body = {"email": person.email, "roles": sorted(roles)}
        answer = self.call(inviter, "POST", "/members/", body)
        status = 409 if number in person.places else 201
        assert answer.status == expected(inviter, number, True, inviter.may(ADMINISTERING), status)
        if answer.status != 201:
            return
        is_new, person.id = not person.places, answer.json["id"]
        person.places[number] = Place(roles)
        if is_new:  # a new account, with a password that has to be changed
            directory.set_password(person.id, PASSWORD, lasting=True)
            self.sign_in(person, number)

    @rule(by=anybody, name=people, number=places, roles=held, stays=st.sampled_from([1, 1, 0]))
    def change(self, by: str, name: str, number: int, roles: set[str], stays: int) -> None:
        changer, person = self.who(by, number), self.persons[name]
        place = person.places.get(changer.token)
        roles = roles if roles & {*ROLES} else {*roles, "viewer"}
        body = {"roles": sorted(roles), "is_active": bool(stays)}
        answer = self.call(changer, "PATCH", f"/members/{person.email}/", body)
        may = changer.may(ADMINISTERING)
        assert answer.status == expected(changer, changer.token, place is not None, may, 200)
        if place is not None and answer.status == 200:
            place.roles, place.active = roles, bool(stays)

    @rule(by=anybody, name=people, number=places)
    def leave(self, by: str, name: str, number: int) -> None:
        remover, person = self.who(by, number), self.persons[name]
        answer = self.call(remover, "DELETE", f"/members/{person.email}/")
        there, may = remover.token in person.places, remover.may(ADMINISTERING)
        assert answer.status == expected(remover, remover.token, there, may, 204)
        if answer.status == 204:
            del person.places[remover.token]

    @rule(name=people, number=places)
    def switch(self, name: str, number: int) -> None:
        person = self.persons[name]
        answer = self.call(person, "PATCH", "/me/", {"tenant_id": self.tenants[number].id})
        known = person.token in person.places or person.active
        assert answer.status == (200 if number in person.active else 404 if known else 403)
        if answer.status == 200:
            self.sign_in(person, number)

    @rule(name=people, role=st.sampled_from(ROLES))
    def make_key(self, name: str, role: str) -> None:
        person = self.persons[name]
        answer = self.call(person, "POST", "/api_keys/", {"name": "Robot", "role": role})
        assert answer.status == (201 if person.may(NEEDED[role]) else 403)
        if answer.status == 201:
            place = person.places[person.token]
            self.keys.append(Key(answer.json["key"], place, person, person.token, role))

    @rule(name=people, role=st.sampled_from(ROLES))
    def leave_with_a_key_and_come_back(self, name: str, role: str) -> None:
        number = self.persons[name].token
        self.join("boss", name, 1 - number, {"viewer"})
        self.make_key(name, "viewer")
        self.leave("boss", name, number)
        self.join("boss", name, number, {role})

    # What is whose.

    @rule(name=people, number=numbers, is_shown=st.booleans())
    def upload(self, name: str, number: int, is_shown: bool) -> None:
        person = self.persons[name]
        if person.may(UPLOADING):
            number = 3 if person.token else number % 3
            self.things[number] = self.made(person, is_shown)
        else:
            assert self.call(person, "POST", "/assets/upload/", DESCRIBED).status == 403

    @rule(by=anybody, giver=people, taker=people, number=places)
    def hand_over(self, by: str, giver: str, taker: str, number: int) -> None:
        admin, one, other = self.who(by, number), self.persons[giver], self.persons[taker]
        path, at = f"/members/{one.email}/hand_over/", admin.token
        answer = self.call(admin, "POST", path, {"to": other.email})
        status = 404 if at not in other.places else 202
        status = 422 if status == 202 and (one is other or at not in other.active) else status
        there = at in one.places
        assert answer.status == expected(admin, at, there, admin.may(ADMINISTERING), status)
        if answer.status != 202:
            return
        shown = self.cloud.get(f"/processing/{answer.json['job_id']}/status/", admin.email)
        assert shown.json["status"] == "completed"
        listed = [link.what for link in self.links if isinstance(link.what, Thing)]
        for owned in (*self.things, *listed, *self.links, *(said.about for said in self.said)):
            place = owned.what.tenant if isinstance(owned, Link) else owned.tenant
            if owned.owner == one.id and place == at:
                owned.owner = other.id

    @rule(number=numbers, deed=st.sampled_from(["publish", "publish", "withdraw"]))
    def move(self, number: int, deed: str) -> None:
        thing = self.things[number]
        item = find(AssetMetadata, asset_key(self.tenants[thing.tenant].id, thing.id), "ASSET")
        assert item is not None
        published, version = AssetMetadata.published, AssetMetadata.published_version
        shown = [published.set(item.current), version.set(1)]
        thing.published = deed == "publish"
        item.update(shown if thing.published else [published.remove(), version.remove()])

    @rule(name=people, operation=st.sampled_from(["tag", "restore", "restore", "delete"]))
    def change_all(self, name: str, operation: str) -> None:
        person, things = self.persons[name], self.things
        body: dict[str, Any] = {"asset_ids": [one.id for one in things], "operation": operation}
        body |= {"value": ["seen"]} if operation == "tag" else {}
        answer = self.call(person, "POST", "/assets/bulk/", body)
        assert answer.status == (200 if person.may(UPLOADING) else 403)
        if answer.status != 200:
            return
        for thing, result in zip(things, answer.json["results"], strict=True):
            code = None if edits(person, thing) else "forbidden"
            code = code if sees(person, thing) else "not_found"
            if code is None and operation == "tag" and thing.trashed:
                code = "asset_trashed"
            assert result["code"] == code
            if code is None and operation != "tag":
                thing.trashed = operation == "delete"

    # What they say.

    @rule(name=people, number=numbers)
    def comment(self, name: str, number: int) -> None:
        person, thing = self.persons[name], self.things[number]
        path = f"/assets/{thing.id}/comments/"
        answer = self.call(person, "POST", path, {"body": "Fine"})
        status = 409 if thing.trashed else 201
        assert answer.status == expected(person, thing.tenant, sees(person, thing), True, status)
        if answer.status == 201:
            self.said.append(Said(answer.json["id"], person.id, thing, thing.published))

    @precondition(lambda self: self.said)
    @rule(
        name=people,
        number=st.integers(0, 9),
        deed=st.sampled_from(["edit", "resolve", "drop", "drop"]),
    )
    def touch_comment(self, name: str, number: int, deed: str) -> None:
        person, said = self.persons[name], self.said[number % len(self.said)]
        path = f"/assets/{said.about.id}/comments/{said.id}/"
        if deed == "edit":
            answer = self.call(person, "PATCH", path, {"body": "Better"})
        elif deed == "resolve":
            answer = self.call(person, "POST", f"{path}resolve/", {})
        else:
            answer = self.call(person, "DELETE", path)
        heard = sees(person, said.about) and hears(person, said)
        may = said.author == person.id or (deed == "resolve" and person.may(EDITING))
        status = 204 if deed == "drop" else 200
        assert answer.status == expected(person, said.about.tenant, heard, may, status)
        if answer.status == 204:
            self.said.remove(said)

    @rule(name=people, one=numbers, two=numbers, kind=st.sampled_from(["depends_on", "related"]))
    def relate(self, name: str, one: int, two: int, kind: str) -> None:
        person, source, target = self.persons[name], self.things[one], self.things[two]
        body = {"target_id": target.id, "kind": kind}
        answer = self.call(person, "POST", f"/assets/{source.id}/relationships/", body)
        may = person.may(UPLOADING) and edits(person, source)
        status = expected(person, source.tenant, sees(person, source), may, 201)
        if status == 201 and not sees(person, target):
            status = 404
        if status != 201:
            assert answer.status == status
            return
        assert answer.status in {201, 409, 422}
        assert answer.status != 201 or not (source.trashed or target.trashed or source is target)
        if answer.status == 201:
            self.ties[answer.json["id"]] = (source, target)

    @precondition(lambda self: self.ties)
    @rule(name=people, number=st.integers(0, 5))
    def untie(self, name: str, number: int) -> None:
        person, tie = self.persons[name], sorted(self.ties)[number % len(self.ties)]
        source, target = self.ties[tie]
        answer = self.call(person, "DELETE", f"/assets/{target.id}/relationships/{tie}/")
        both = sees(person, target) and sees(person, source) and not source.trashed
        may = person.may(UPLOADING) and edits(person, source)
        assert answer.status == expected(person, source.tenant, both, may, 204)
        if answer.status == 204:
            del self.ties[tie]

    # What they collect and share.

    @rule(
        name=people,
        access=st.none()
        | st.dictionaries(
            st.sampled_from([*NAMES, "Legal", "viewer", "editor"]),
            st.sampled_from(["view", "edit"]),
            max_size=2,
        ),
    )
    def collect(self, name: str, access: dict[str, str] | None) -> None:
        person = self.persons[name]
        seen = [one for one in self.things if sees(person, one) and not one.trashed]
        ours = {one: self.persons[one].id for one in NAMES if person.token in self._of(one)}
        kept = None
        if access is not None:
            kept = {ours.get(one, one): access[one] for one in access if one in {*ours, *NOT_NAMES}}
        entries = None if kept is None else [entry(*pair) for pair in kept.items()]
        body = {"name": "List", "asset_ids": [one.id for one in seen], "access": entries}
        answer = self.call(person, "POST", "/collections/", body)
        assert answer.status == (201 if person.may(EDITING) else 403)
        if answer.status == 201:
            self.lists.append(Listed(person.token, answer.json["id"], seen, kept))
            self._share_a_list(person, self.lists[-1])

    def _of(self, name: str) -> dict[int, Place]:
        return self.persons[name].places

    @precondition(lambda self: self.lists)
    @rule(name=people, number=st.integers(0, 5))
    def rename_or_share_a_list(self, name: str, number: int) -> None:
        person, listed = self.persons[name], self.lists[number % len(self.lists)]
        may = granted(person, listed)
        answer = self.call(person, "PATCH", f"/collections/{listed.id}/", {"name": "Other"})
        assert answer.status == expected(person, listed.tenant, bool(may), "edit" in may, 200)
        self._share_a_list(person, listed)

    def _share_a_list(self, person: Person, listed: Listed) -> None:
        may = granted(person, listed)
        body = {"collection_id": listed.id, "share_type": "public"}
        answer = self.call(person, "POST", "/shares/", body)
        assert answer.status == (403 if not person.may(UPLOADING) else 201 if may else 404)
        if answer.status == 201:
            self.links.append(Link(answer.json["share_link"]["uuid"], person.id, listed))

    @rule(name=people, number=numbers, kind=st.sampled_from(["public", "private"]))
    def share(self, name: str, number: int, kind: Any) -> None:
        person, thing = self.persons[name], self.things[number]
        body = {"asset_id": thing.id, "share_type": kind}
        answer = self.call(person, "POST", "/shares/", body)
        status = 201 if thing.shown else 409
        status = status if sees(person, thing) else 404
        assert answer.status == (status if person.may(UPLOADING) else 403)
        if answer.status == 201:
            self.links.append(Link(answer.json["share_link"]["uuid"], person.id, thing, kind))

    @precondition(lambda self: self.links)
    @rule(name=people, number=st.integers(0, 5), deed=st.sampled_from(["change", "look", "revoke"]))
    def touch_link(self, name: str, number: int, deed: str) -> None:
        person, link = self.persons[name], self.links[number % len(self.links)]
        path, mine = f"/shares/{link.uuid}/", link.owner == person.id or person.may(ADMINISTERING)
        if deed == "change":
            answer = self.call(person, "PATCH", path, {"title": "Other"})
        elif deed == "look":
            answer = self.call(person, "GET", f"{path}analytics/")
        else:
            answer = self.call(person, "DELETE", path)
        may = deed != "change" or person.may(UPLOADING)
        status = 204 if deed == "revoke" else 410 if deed == "change" and link.revoked else 200
        assert answer.status == expected(person, link.what.tenant, mine, may, status)
        link.revoked |= answer.status == 204


def entry(name: str, may: str) -> dict[str, str]:
    return {"role" if name in NOT_NAMES else "member_id": name, "may": may}


@pytest.mark.timeout(0 if EXAMPLES else 300)
def test_nobody_sees_or_does_what_the_roles_table_forbids(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "_AT_ONCE", 1)  # moto's transactions are not safe under threads
    Team.cloud = cloud
    run_state_machine_as_test(
        Team,
        settings=settings(
            max_examples=EXAMPLES or 6,
            stateful_step_count=40,
            derandomize=not EXAMPLES,
            phases=[Phase.generate, *([Phase.shrink] if EXAMPLES else [])],  # which takes minutes
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
