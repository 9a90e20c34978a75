"""Random deeds of people in two tenants: no token and no key ever opens what is not theirs.

`REEF_EXAMPLES=200 pytest tests/journeys/test_several_tenants.py --timeout 0` plays many more, with
other seeds each time.
"""

import os
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from chalicelib.tenants import directory
from tests.cloud import PASSWORD, Answer, Cloud, Tenant
from tests.shared import cloud

__all__ = ["cloud"]

EXAMPLES = int(os.environ.get("REEF_EXAMPLES", "0"))
ROLES = ("viewer", "contributor", "editor", "moderator", "admin")
ASKED = {
    "/tenant/": set(ROLES),
    "/uploads/": {"contributor", "editor", "admin"},
    "/workflow_templates/": {"editor", "admin"},
    "/moderation/rules/": {"moderator", "admin"},
    "/audit/?limit=1": {"admin"},
}
"""Routes, and who may use them by the roles table."""

people = st.sampled_from(("ada", "bob"))
places = st.integers(0, 1)


@dataclass(eq=False)
class Place:
    """A membership as the model knows it; whoever comes back has another one."""

    role: str
    active: bool = True


@dataclass(eq=False)
class Person:
    """A person: their memberships by tenant, and the tenant that their token is for."""

    email: str
    places: dict[int, Place] = field(default_factory=dict)
    token: int | None = None

    @property
    def active(self) -> set[int]:
        return {number for number, place in self.places.items() if place.active}


@dataclass(eq=False)
class Key:
    """An API key: the membership that it is of, and its role."""

    text: str
    place: Place
    owner: Person
    number: int
    role: str


class Deeds(RuleBasedStateMachine):
    """Plays people, and compares what they get with the model after each deed."""

    cloud: ClassVar[Cloud]
    count: ClassVar[int] = 0

    @initialize()
    def found(self) -> None:
        Deeds.count += 1
        self.tenants: list[Tenant] = [
            self.cloud.tenant(f"place{Deeds.count}{name}", "admin") for name in "ab"
        ]
        self.persons = {
            name: Person(f"{name}@several{Deeds.count}.test") for name in ("ada", "bob")
        }
        self.keys: list[Key] = []
        for name in self.persons:
            self.join(name, 0, "viewer")

    def ask(self, number: int, method: str, path: str, body: Any = None) -> Answer:
        return self.cloud.call(method, path, self.tenants[number].email("admin"), body)

    @rule(name=people, number=places, role=st.sampled_from(ROLES))
    def join(self, name: str, number: int, role: str) -> None:
        person = self.persons[name]
        body = {"email": person.email, "roles": [role]}
        answer = self.ask(number, "POST", "/members/", body)
        assert answer.status == (409 if number in person.places else 201)
        if number in person.places:
            return
        if not person.places:  # a new account, with a password that has to be changed
            self.cloud.forget(person.email)
            directory.set_password(answer.json["id"], PASSWORD, lasting=True)
            person.token = number
        person.places[number] = Place(role)
        self.look()

    @rule(name=people, number=places, role=st.sampled_from(ROLES), active=st.booleans())
    def change(self, name: str, number: int, role: str, active: bool) -> None:
        person, body = self.persons[name], {"roles": [role], "is_active": active}
        answer = self.ask(number, "PATCH", f"/members/{person.email}/", body)
        assert answer.status == (200 if number in person.places else 404)
        if number in person.places:
            place = person.places[number]
            place.role, place.active = role, active
        self.look()

    @rule(name=people, number=places)
    def leave(self, name: str, number: int) -> None:
        person = self.persons[name]
        if person.token is not None:
            self.cloud.token(person.email)
        answer = self.ask(number, "DELETE", f"/members/{person.email}/")
        assert answer.status == (204 if person.places.pop(number, None) else 404)
        self.look()

    @rule(name=people, role=st.sampled_from(ROLES))
    def leave_with_a_key_and_come_back(self, name: str, role: str) -> None:
        number = self.persons[name].token
        if number is None:
            return
        self.join(name, 1 - number, "viewer")
        self.make_key(name, "viewer")
        self.leave(name, number)
        self.join(name, number, role)

    @rule(name=people, number=places)
    def switch(self, name: str, number: int) -> None:
        person = self.persons[name]
        if person.token is None:
            return
        body = {"tenant_id": self.tenants[number].id}
        answer = self.cloud.call("PATCH", "/me/", person.email, body)
        member = person.token in person.places or person.active
        assert answer.status == (200 if number in person.active else 404 if member else 403)
        if answer.status == 200:
            person.token = number
            self.cloud.forget(person.email)
        self.look()

    @rule(name=people, role=st.sampled_from(ROLES))
    def make_key(self, name: str, role: str) -> None:
        person = self.persons[name]
        place = person.places.get(person.token) if person.token is not None else None
        if place is None or not place.active:
            return
        body = {"name": "Robot", "role": role}
        answer = self.cloud.post("/api_keys/", person.email, body)
        may = all(place.role in roles for roles in ASKED.values() if role in roles)
        assert answer.status == (201 if may else 403)
        if may and person.token is not None:
            self.keys.append(Key(answer.json["key"], place, person, person.token, role))
        self.look()

    def look(self) -> None:
        """Compare what each token and each key opens with what the model says."""
        for person in self.persons.values():
            if person.token is None:
                continue
            place = person.places.get(person.token)
            me = self.cloud.get("/me/", person.email)
            assert me.status == (200 if place or person.active else 403)
            if me.status == 200:
                shown = {tenant["id"] for tenant in me.json["tenants"]}
                assert shown == {self.tenants[number].id for number in person.active}
            for path, roles in ASKED.items():
                may = place is not None and place.active and place.role in roles
                answer = self.cloud.get(path, person.email)
                assert answer.status == (200 if may else 403)
                if may and path == "/tenant/":
                    assert answer.json["id"] == self.tenants[person.token].id
        for key in self.keys:
            alive = key.owner.places.get(key.number) is key.place
            headers = {"authorization": f"Bearer {key.text}"}
            for path, roles in ASKED.items():
                may = key.place.active and key.role in roles and key.place.role in roles
                answer = self.cloud.get(path, headers=headers)
                assert answer.status == (401 if not alive else 200 if may else 403)


@pytest.mark.timeout(300)
def test_no_token_and_no_key_opens_what_is_not_theirs(cloud: Cloud) -> None:
    Deeds.cloud = cloud
    run_state_machine_as_test(
        Deeds,
        settings=settings(
            max_examples=EXAMPLES or 4,
            stateful_step_count=14,
            deadline=None,
            derandomize=not EXAMPLES,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
