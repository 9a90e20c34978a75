"""Random deeds of a team, against what the roles table says that each of them may see and do.

People come, go, change their roles, own, share, comment, relate and collect. After each deed its
answer, and from time to time all that everybody is shown, has to be what a model of the rules says.
`REEF_EXAMPLES=200 pytest tests/journeys/test_team.py --timeout 0` plays many more, with other seeds
each time.
"""

import os
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from chalicelib.assets import trash
from chalicelib.assets.bulk import operations
from chalicelib.assets.models import AssetMetadata, asset_key
from chalicelib.core import clock
from chalicelib.core.outbox import SYSTEM
from chalicelib.core.tables import find
from chalicelib.tenants import members
from tests.assets.stages import asset
from tests.cloud import Cloud, Tenant
from tests.shared import cloud

__all__ = ["cloud"]

EXAMPLES = int(os.environ.get("REEF_EXAMPLES", "0"))
NAMES = ("ada", "bob", "cleo", "dan")
ROLES = ("viewer", "contributor", "editor", "moderator", "admin")
UPLOADING, EDITING, OVERSEEING = {*ROLES[1:3], "admin"}, {"editor", "admin"}, {*ROLES[2:]}

people = st.sampled_from(NAMES)
numbers = st.integers(0, 2)


@dataclass(eq=False)
class Thing:
    """An asset as the model knows it."""

    id: str
    owner: str
    published: bool
    trashed: bool = False


@dataclass(eq=False)
class Said:
    """A comment as the model knows it."""

    id: str
    author: str
    about: Thing
    public: bool


@dataclass(eq=False)
class Listed:
    """A collection as the model knows it; `access` maps roles and names to what they may."""

    id: str
    things: list[Thing]
    access: dict[str, str] | None = None
    links: list[tuple[str, str]] = field(default_factory=list)


class Team(RuleBasedStateMachine):
    """Four people of one tenant, whose admin `boss` is never one of them."""

    cloud: ClassVar[Cloud]
    tenant: ClassVar[Tenant]

    @initialize(
        roles=st.permutations(ROLES[:4]),
        shown=st.permutations([True, False, False]),
    )
    def begin(self, roles: list[str], shown: list[bool]) -> None:
        self.roles: dict[str, set[str]] = {}
        self.active = dict.fromkeys(NAMES, True)
        for who, name in zip(NAMES, roles, strict=True):
            self._become(who, {name}, is_active=True)
        self.things = [Thing(self._made(is_shown), "boss", is_shown) for is_shown in shown]
        self.said: list[Said] = []
        for thing in self.things:
            path = f"/assets/{thing.id}/comments/"
            made = self.cloud.post(path, self.tenant.email("boss"), {"body": "Mine"})
            self.said.append(Said(made.json["id"], "boss", thing, thing.published))
        self.ties: dict[str, tuple[Thing, Thing]] = {}
        self.lists: list[Listed] = []
        self.deeds = 0

    def _made(self, is_shown: bool, who: str = "boss") -> str:
        status = "approved!" if is_shown else "approved"
        return asset(self.cloud, self.tenant.id, self.tenant.email(who), status)

    def _become(self, who: str, roles: set[str], *, is_active: bool) -> None:
        member = members.get(self.tenant.id, self.tenant.members[who])
        members.alter(member, SYSTEM, clock.now(), names=sorted(roles), is_active=is_active)
        self.roles[who], self.active[who] = roles, is_active

    def _call(self, who: str, method: str, path: str, body: Any = None) -> Any:
        answer = self.cloud.call(method, path, self.tenant.email(who), body)
        self.deeds += 1
        return answer

    # What the roles table says.

    def _held(self, who: str) -> set[str]:
        return {"admin"} if who == "boss" else self.roles[who]

    def _sees_all(self, who: str, thing: Thing) -> bool:
        own = thing.owner == who and bool(self._held(who) & UPLOADING)
        return own or bool(self._held(who) & OVERSEEING)

    def _sees(self, who: str, thing: Thing) -> bool:
        return self._sees_all(who, thing) or (thing.published and not thing.trashed)

    def _edits(self, who: str, thing: Thing) -> bool:
        own = thing.owner == who and bool(self._held(who) & UPLOADING)
        return own or bool(self._held(who) & EDITING)

    def _hears(self, who: str, said: Said) -> bool:
        return self._sees_all(who, said.about) or said.public or said.author == who

    def _granted(self, who: str, listed: Listed) -> set[str]:
        if "admin" in self._held(who):
            return {"view", "edit"}
        if listed.access is None:
            return {"view", "edit"} if self._held(who) & EDITING else {"view"}
        return {may for name, may in listed.access.items() if name in {who, *self._held(who)}}

    def _expect(self, who: str, seen: bool, allowed: bool, otherwise: int) -> int:
        """Return the status of an answer: first who one is, then what one sees, then the role."""
        if not self.active.get(who, True):
            return 403
        return otherwise if seen and allowed else 403 if seen else 404

    # What people do.

    @rule(
        who=people,
        roles=st.sets(st.sampled_from([*ROLES, "Legal"]), min_size=1, max_size=2),
        stays=st.sampled_from([True, True, True, False]),
    )
    def change_roles_or_leave(self, who: str, roles: set[str], stays: bool) -> None:
        self._become(who, roles if roles & {*ROLES} else roles | {"viewer"}, is_active=stays)

    @rule(who=people, number=numbers, is_shown=st.booleans())
    def upload(self, who: str, number: int, is_shown: bool) -> None:
        if self.active[who] and self._held(who) & UPLOADING:
            self.things[number] = Thing(self._made(is_shown, who), who, is_shown)

    @rule(number=numbers, deed=st.sampled_from(["publish", "publish", "withdraw", "trash"]))
    def move(self, number: int, deed: str) -> None:
        thing = self.things[number]
        item = find(AssetMetadata, asset_key(self.tenant.id, thing.id), "ASSET")
        assert item is not None
        if deed == "trash" or thing.trashed:
            (trash.restore if thing.trashed else trash.trash)(item, SYSTEM, clock.now())
            thing.trashed = not thing.trashed
            return
        published, version = AssetMetadata.published, AssetMetadata.published_version
        shown = [published.set(item.current), version.set(1)]
        thing.published = deed == "publish"
        item.update(shown if thing.published else [published.remove(), version.remove()])

    @rule(who=people, number=numbers)
    def comment(self, who: str, number: int) -> None:
        thing = self.things[number]
        answer = self._call(who, "POST", f"/assets/{thing.id}/comments/", {"body": "Fine"})
        status = self._expect(who, self._sees(who, thing), True, 409 if thing.trashed else 201)
        assert answer.status == status
        if status == 201:
            self.said.append(Said(answer.json["id"], who, thing, thing.published))

    @precondition(lambda self: self.said)
    @rule(who=people, number=st.integers(0, 5), deed=st.sampled_from(["edit", "resolve", "delete"]))
    def touch_comment(self, who: str, number: int, deed: str) -> None:
        said = self.said[number % len(self.said)]
        path = f"/assets/{said.about.id}/comments/{said.id}/"
        heard = self._sees(who, said.about) and self._hears(who, said)
        allowed = said.author == who or (deed == "resolve" and bool(self._held(who) & EDITING))
        if deed == "edit":
            answer = self._call(who, "PATCH", path, {"body": "Better"})
        elif deed == "resolve":
            answer = self._call(who, "POST", f"{path}resolve/", {})
        else:
            answer = self._call(who, "DELETE", path)
        status = self._expect(who, heard, allowed, 204 if deed == "delete" else 200)
        assert answer.status == status
        if status == 204:
            self.said.remove(said)

    @rule(who=people, one=numbers, other=numbers, kind=st.sampled_from(["depends_on", "related"]))
    def relate(self, who: str, one: int, other: int, kind: str) -> None:
        source, target = self.things[one], self.things[other]
        body = {"target_id": target.id, "kind": kind}
        answer = self._call(who, "POST", f"/assets/{source.id}/relationships/", body)
        allowed = bool(self._held(who) & UPLOADING) and self._edits(who, source)
        status = self._expect(who, self._sees(who, source), allowed, 201)
        if status == 201 and not self._sees(who, target):
            status = 404
        if status != 201:
            assert answer.status == status
            return
        assert answer.status in {201, 409, 422}
        assert answer.status != 201 or not (source.trashed or target.trashed or source is target)
        if answer.status == 201:
            self.ties[answer.json["id"]] = (source, target)

    @precondition(lambda self: self.ties)
    @rule(who=people, number=st.integers(0, 5))
    def untie(self, who: str, number: int) -> None:
        name = sorted(self.ties)[number % len(self.ties)]
        source, target = self.ties[name]
        answer = self._call(who, "DELETE", f"/assets/{target.id}/relationships/{name}/")
        both = self._sees(who, target) and self._sees(who, source) and not source.trashed
        allowed = bool(self._held(who) & UPLOADING) and self._edits(who, source)
        status = self._expect(who, both, allowed, 204)
        assert answer.status == status
        if status == 204:
            del self.ties[name]

    @rule(
        who=people,
        access=st.none()
        | st.dictionaries(
            st.sampled_from([*NAMES, "Legal", "viewer", "editor"]),
            st.sampled_from(["view", "edit"]),
            max_size=2,
        ),
    )
    def collect(self, who: str, access: dict[str, str] | None) -> None:
        seen = [one for one in self.things if self._sees(who, one) and not one.trashed]
        entries = None if access is None else [self._entry(*pair) for pair in access.items()]
        body = {"name": "List", "asset_ids": [one.id for one in seen], "access": entries}
        answer = self._call(who, "POST", "/collections/", body)
        status = self._expect(who, True, bool(self._held(who) & EDITING), 201)
        assert answer.status == status
        if status == 201:
            self.lists.append(Listed(answer.json["id"], seen, access))

    def _entry(self, name: str, may: str) -> dict[str, str]:
        if name in NAMES:
            return {"member_id": self.tenant.members[name], "may": may}
        return {"role": name, "may": may}

    @precondition(lambda self: self.lists)
    @rule(who=people, number=st.integers(0, 5))
    def rename_or_share(self, who: str, number: int) -> None:
        listed = self.lists[number % len(self.lists)]
        granted = self._granted(who, listed)
        answer = self._call(who, "PATCH", f"/collections/{listed.id}/", {"name": "Other"})
        assert answer.status == self._expect(who, bool(granted), "edit" in granted, 200)
        body = {"collection_id": listed.id, "share_type": "public"}
        answer = self._call(who, "POST", "/shares/", body)
        status = 403
        if self.active[who] and self._held(who) & UPLOADING:
            status = 201 if granted else 404
        assert answer.status == status
        if status == 201:
            listed.links.append((who, answer.json["share_link"]["uuid"]))

    @rule(who=people, operation=st.sampled_from(["tag", "restore"]))
    def change_all(self, who: str, operation: str) -> None:
        things = self.things
        body: dict[str, Any] = {"asset_ids": [one.id for one in things], "operation": operation}
        body |= {"value": ["seen"]} if operation == "tag" else {}
        answer = self._call(who, "POST", "/assets/bulk/", body)
        status = self._expect(who, True, bool(self._held(who) & UPLOADING), 200)
        assert answer.status == status
        if status != 200:
            return
        for thing, result in zip(things, answer.json["results"], strict=True):
            code = None if self._edits(who, thing) else "forbidden"
            code = code if self._sees(who, thing) else "not_found"
            if code is None and operation == "tag" and thing.trashed:
                code = "asset_trashed"
            assert result["code"] == code
            if code is None and operation == "restore":
                thing.trashed = False

    # What everybody is shown.

    @invariant()
    def nobody_is_shown_what_is_not_theirs_to_see(self) -> None:
        if getattr(self, "deeds", 0) >= 10:
            self.deeds = 0
            self._look()

    def teardown(self) -> None:
        if hasattr(self, "deeds"):
            self._look()

    def _look(self) -> None:
        for who in NAMES:
            self._look_as(who)
        for listed in self.lists:
            for owner, uuid in listed.links:
                shown = [t.id for t in listed.things if t.published and not t.trashed]
                answer = self.cloud.get(f"/shares/{uuid}/")
                if self._granted(owner, listed) and shown:
                    assert [one["asset_id"] for one in answer.json["assets"]] == shown
                else:
                    assert (answer.status, answer.code) == (410, "asset_unavailable")

    def _look_as(self, who: str) -> None:
        for thing in self.things:
            path = f"/assets/{thing.id}/"
            heard = self.cloud.get(f"{path}comments/", self.tenant.email(who))
            tied = self.cloud.get(f"{path}relationships/", self.tenant.email(who))
            status = self._expect(who, self._sees(who, thing), True, 200)
            assert {heard.status, tied.status} == {status}
            if status != 200:
                continue
            about = [one for one in self.said if one.about is thing]
            assert [one["id"] for one in heard.json["items"]] == [
                one.id for one in about if self._hears(who, one)
            ]
            others = {
                name: target if source is thing else source
                for name, (source, target) in self.ties.items()
                if thing in (source, target)
            }
            assert {one["id"] for one in tied.json["items"]} == {
                name
                for name, other in others.items()
                if self._sees(who, other) and not other.trashed
            }
        if self.active[who]:
            answer = self.cloud.get("/collections/?limit=200", self.tenant.email(who))
            ours = {one.id: one for one in self.lists}
            found = {one["id"]: one["asset_ids"] for one in answer.json["items"]}
            assert {name: ids for name, ids in found.items() if name in ours} == {
                one.id: [t.id for t in one.things if self._sees(who, t) and not t.trashed]
                for one in self.lists
                if self._granted(who, one)
            }


def test_nobody_sees_or_does_what_the_roles_table_forbids(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "_AT_ONCE", 1)  # moto's transactions are not safe under threads
    Team.cloud, Team.tenant = (
        cloud,
        cloud.tenant("acme", "boss=admin", *(f"{n}=viewer" for n in NAMES)),
    )
    run_state_machine_as_test(
        Team,
        settings=settings(
            max_examples=EXAMPLES or 4,
            stateful_step_count=50,
            derandomize=not EXAMPLES,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
