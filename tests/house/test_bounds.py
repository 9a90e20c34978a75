"""Every list and text that people keep has a bound: the most is kept, one more is refused."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.assets.metadata import descriptions
from tests.assets.stages import asset
from tests.cloud import Answer, Cloud, Tenant
from tests.shared import assert_problem, cloud

__all__ = ["cloud"]

Body = dict[str, Any]


@pytest.fixture(scope="module")
def acme(cloud: Cloud) -> Tenant:
    return cloud.tenant("acme", "admin", *(f"m{number}=viewer" for number in range(3)))


def step(**more: Any) -> Body:
    roles = {"type": "roles", "roles": ["admin"]}
    return {"id": "a", "name": "A", "approvers": roles, "timeout_hours": 1} | more


def template(**more: Any) -> Body:
    return {"name": "T", "steps": [step()], "is_active": False} | more


def rule(**more: Any) -> Body:
    when = [{"field": "title", "op": "equals", "value": "x"}]
    return {"name": "R", "when": when, "action": "flag", "is_active": False} | more


def screen(**more: Any) -> Body:
    return {"name": "S", "time_zone": "UTC"} | more


def names(count: int) -> list[str]:
    return [f"r{number}" for number in range(count)]


def people(count: int) -> list[str]:
    return [f"m{number % 3}@acme.test" for number in range(count)]


def conditions(**given: Any) -> Body:
    return template(auto_approve_conditions=given)


def steps(count: int) -> Body:
    return template(steps=[step(id=f"s{number}") for number in range(count)])


def escalating(**given: Any) -> Body:
    return template(steps=[step(escalate_to=given)])


def asked(kind: str, who: list[str]) -> Body:
    return template(steps=[step(approvers={"type": kind, kind: who})])


def when(count: int) -> Body:
    return rule(when=[{"field": "title", "op": "contains", "value": "x"}] * count)


def looked_for(length: int) -> Body:
    return rule(when=[{"field": "title", "op": "contains", "value": "x" * length}])


MADE: dict[str, tuple[str, int, Callable[[int], Body]]] = {
    "name of a template": ("/workflow_templates/", 200, lambda n: template(name="x" * n)),
    "description": ("/workflow_templates/", 2000, lambda n: template(description="x" * n)),
    "category": ("/workflow_templates/", 500, lambda n: template(category="x" * n)),
    "type": ("/workflow_templates/", 255, lambda n: template(content_type=f"x/{'y' * (n - 2)}")),
    "steps": ("/workflow_templates/", 50, steps),
    "id of a step": ("/workflow_templates/", 64, lambda n: template(steps=[step(id="x" * n)])),
    "name of a step": ("/workflow_templates/", 200, lambda n: template(steps=[step(name="x" * n)])),
    "roles": ("/workflow_templates/", 50, lambda n: asked("roles", names(n))),
    "length of a role": ("/workflow_templates/", 64, lambda n: asked("roles", ["x" * n])),
    "users": ("/workflow_templates/", 100, lambda n: asked("users", people(n))),
    "escalation's roles": ("/workflow_templates/", 50, lambda n: escalating(roles=names(n))),
    "escalation's users": ("/workflow_templates/", 100, lambda n: escalating(users=people(n))),
    "trusted": ("/workflow_templates/", 500, lambda n: conditions(trusted_uploaders=people(n))),
    "safe types": ("/workflow_templates/", 100, lambda n: conditions(safe_mime_types=["a/b"] * n)),
    "name of a rule": ("/moderation/rules/", 200, lambda n: rule(name="x" * n)),
    "conditions of a rule": ("/moderation/rules/", 20, when),
    "value of a rule": ("/moderation/rules/", 500, looked_for),
    "name of a collection": ("/collections/", 200, lambda n: {"name": "x" * n}),
    "description of a collection": (
        "/collections/",
        2000,
        lambda n: {"name": "C", "description": "x" * n},
    ),
    "name of a device": ("/devices/", 200, lambda n: screen(name="x" * n)),
    "board of a device": ("/devices/", 50, lambda n: screen(board="x" * n)),
    "groups of a device": ("/devices/", 20, lambda n: screen(groups=names(n))),
    "name of a group": ("/devices/", 100, lambda n: screen(groups=["x" * n])),
    "name of a playlist": ("/playlists/", 200, lambda n: {"name": "x" * n}),
    "items of a playlist": (
        "/playlists/",
        500,
        lambda n: {"name": "P", "items": [{"rule": {"tag": "x"}}] * n},
    ),
    "roles of a member": (
        "/members/",
        50,
        lambda n: {"email": f"n{n}@acme.test", "roles": ["viewer", *names(n - 1)]},
    ),
}
"""What is posted: where, the most of it, and the body that has so much."""


@pytest.mark.parametrize("what", MADE)
def test_the_most_is_made_and_one_more_is_refused(cloud: Cloud, acme: Tenant, what: str) -> None:
    path, most, body = MADE[what]
    made = cloud.post(path, acme.email("admin"), body(most))
    assert made.status == 201, made.content
    assert_problem(cloud.post(path, acme.email("admin"), body(most + 1)), 422, "invalid")


SAID: dict[str, tuple[int, Callable[[int], Any]]] = {
    "title": (500, lambda n: "x" * n),
    "description": (10_000, lambda n: "x" * n),
    "alt_text": (10_000, lambda n: "x" * n),
    "category": (500, lambda n: "x" * n),
    "tags": (200, names),
    "keywords": (200, names),
    "custom_fields": (200, lambda n: dict.fromkeys(names(n), 1)),
}


@pytest.fixture(scope="module")
def photo(cloud: Cloud, acme: Tenant) -> str:
    return asset(cloud, acme.id, acme.email("admin"), "approved!")


@pytest.mark.parametrize("field", SAID)
def test_the_most_is_said_and_one_more_is_refused(
    cloud: Cloud, acme: Tenant, photo: str, field: str
) -> None:
    most, value = SAID[field]

    def put(count: int) -> Answer:
        body = {"title": "T"} | {field: value(count)}
        return cloud.call("PUT", f"/metadata/{photo}/", acme.email("admin"), body)

    assert put(most).status == 200
    assert_problem(put(most + 1), 422, "invalid")


def test_all_that_is_said_together_fits_its_items_and_one_more_byte_is_refused(
    cloud: Cloud, acme: Tenant, photo: str
) -> None:
    admin, path = acme.email("admin"), f"/metadata/{photo}/"
    assert cloud.call("PUT", path, admin, {"title": "T"}).status == 200
    said = cloud.get(path, admin).json
    fixed = {name: said[name] for name in said if name not in ("technical", "embedded")}
    fixed["rights"] = {}
    room = descriptions._MOST_BYTES - sum(len(json.dumps(value)) for value in fixed.values())

    def fill(letter: str, more: int = 0) -> Answer:
        much = letter * (room - len('"a": ""') + more)
        return cloud.call("PUT", path, admin, {"title": "T", "custom_fields": {"a": much}})

    for letter in "xy":  # the second edit's history holds what was before, what is, and all of it
        assert fill(letter).status == 200
    assert_problem(fill("z", 1), 422, "invalid")


def test_types_are_bounded_kept_once_and_leave_room_for_other_settings(
    cloud: Cloud, acme: Tenant
) -> None:
    def patch(**settings: Any) -> Answer:
        body = {"settings": settings}
        return cloud.call("PATCH", "/tenant/", acme.email("admin"), body)

    answer = patch(ALLOWED_MIME_TYPES=["image/png"] * 200)
    assert answer.status == 200
    assert answer.json["settings"]["ALLOWED_MIME_TYPES"] == ["image/png"]
    for count in (201, 30_000):
        refused = patch(ALLOWED_MIME_TYPES=["image/png"] * count)
        assert_problem(refused, 422, "invalid")
    assert_problem(patch(ALLOWED_MIME_TYPES=["x" * 256]), 422, "invalid")
    assert patch(AUTO_PUBLISH=False).status == 200
    strangers = [f"image/x{number}" for number in range(200)]
    assert len(patch(ALLOWED_MIME_TYPES=strangers).content) < 1000
