"""Templates: what is taken, which one applies, and what may change while workflows run."""

from typing import Any

import pytest

from chalicelib.workflows.models import WorkflowTemplate
from chalicelib.workflows.templates import (
    Step,
    Subject,
    Template,
    approves_by_itself,
    conditions,
    matching,
    read,
    seconds,
    type_rank,
)
from tests.cloud import Cloud, Tenant
from tests.shared import Team, assert_problem
from tests.workflows.desk import step

Json = dict[str, Any]
SUBJECT = Subject("image/png", 100, "menus/summer", "someone")


def make(cloud: Cloud, tenant: Tenant, **changes: Any) -> Any:
    body: Json = {"name": "Review", "steps": [step()]} | changes
    return cloud.post("/workflow_templates/", tenant.email("admin"), body)


@pytest.fixture
def tenant(team: Team) -> Tenant:
    return team("admin", "editor", "contributor", "viewer", "moderator")


def test_a_template_is_made_read_replaced_and_deleted(cloud: Cloud, tenant: Tenant) -> None:
    answer = make(cloud, tenant, content_type="image/*", category=" menus / summer ")
    assert answer.status == 201
    made = answer.json
    assert (made["category"], made["steps"][0]["timeout_hours"]) == ("menus/summer", 72)
    assert (made["steps"][0]["on_timeout"], made["is_active"]) == ("reject", True)
    path, admin = f"/workflow_templates/{made['id']}/", tenant.email("admin")
    assert cloud.get(path, tenant.email("editor")).json == made
    again = {k: made[k] for k in ("name", "steps", "content_type")} | {"is_active": False}
    replaced = cloud.call("PUT", path, admin, again).json
    assert (replaced["is_active"], replaced["category"]) == (False, None)
    listed = cloud.get("/workflow_templates/", admin).json["items"]
    assert [one["id"] for one in listed] == [made["id"]]
    assert cloud.call("DELETE", path, admin).status == 204
    assert_problem(cloud.get(path, admin), 404, "not_found")
    assert_problem(cloud.call("DELETE", path, admin), 404, "not_found")


def test_the_default_time_is_the_tenants(cloud: Cloud, tenant: Tenant) -> None:
    admin = tenant.email("admin")
    cloud.call("PATCH", "/tenant/", admin, {"settings": {"DEFAULT_TIMEOUT_HOURS": 1.5}})
    assert make(cloud, tenant).json["steps"][0]["timeout_hours"] == 1.5


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"steps": []}, "steps"),
        ({"steps": [step(f"s{n}") for n in range(51)]}, "steps"),
        ({"steps": [step("a"), step("a")]}, "steps[1].id"),
        ({"steps": [step(timeout_hours=0)]}, "steps[0].timeout_hours"),
        ({"steps": [step(timeout_hours=-1)]}, "steps[0].timeout_hours"),
        ({"steps": [step(timeout_hours=1e9)]}, "steps[0].timeout_hours"),
        ({"steps": [step(on_timeout="ignore")]}, "steps[0].on_timeout"),
        ({"steps": [step() | {"approvers": {"type": "roles"}}]}, "steps[0].approvers.roles"),
        ({"steps": [step() | {"approvers": {"type": "users"}}]}, "steps[0].approvers.users"),
        ({"steps": [step("x", " ")]}, "steps[0].approvers.roles"),
        ({"steps": [step(escalate_to={})]}, "steps[0].escalate_to"),
        ({"content_type": "image"}, "content_type"),
        ({"content_type": "image/*\n"}, "content_type"),
        ({"name": ""}, "name"),
        ({"name": " \t"}, "name"),
        ({"steps": [step(name=" ")]}, "steps[0].name"),
        ({"nonsense": 1}, "nonsense"),
        ({"steps": [step(tiemout_hours=1)]}, "steps[0]"),
        ({"auto_approve_conditions": {"size": 1}}, "auto_approve_conditions"),
        ({"auto_approve_conditions": {"file_size_limit": -1}}, "auto_approve_conditions"),
        ({"category": "//"}, "category"),
    ],
)
def test_what_cannot_be_is_refused_and_named(
    cloud: Cloud, tenant: Tenant, changes: Json, field: str
) -> None:
    body = assert_problem(make(cloud, tenant, **changes), 422, "invalid")
    assert body["errors"][0]["field"].startswith(field), body


def test_fifty_steps_are_taken(cloud: Cloud, tenant: Tenant) -> None:
    answer = make(cloud, tenant, steps=[step(f"s{number}") for number in range(50)])
    assert (answer.status, len(answer.json["steps"])) == (201, 50)


@pytest.mark.parametrize("where", ["approvers", "escalate_to", "trusted_uploaders"])
def test_members_that_there_are_not_are_not_found(
    cloud: Cloud, tenant: Tenant, team: Team, where: str
) -> None:
    for who in ("nobody@example.com", team("admin").members["admin"]):
        changes: Json = {"steps": [step(escalate_to={"users": [who]})]}
        if where == "approvers":
            changes = {"steps": [step() | {"approvers": {"type": "users", "users": [who]}}]}
        elif where == "trusted_uploaders":
            changes = {"auto_approve_conditions": {"trusted_uploaders": [who]}}
        assert_problem(make(cloud, tenant, **changes), 404, "not_found")


def test_a_role_that_nobody_holds_yet_is_taken(cloud: Cloud, tenant: Tenant) -> None:
    assert make(cloud, tenant, steps=[step("legal", "Legal")]).status == 201


def template(number: int, **values: Any) -> WorkflowTemplate:
    defaults = {"name": "T", "steps": [step()]}
    return WorkflowTemplate("tenant", f"TEMPLATE#{number}", values=defaults | values)


@pytest.mark.parametrize(
    ("values", "chosen"),
    [
        ([{}, {"content_type": "image/*"}, {"content_type": "image/png"}], 2),
        ([{"category": "menus"}, {"category": "menus/summer"}, {"content_type": "image/png"}], 1),
        ([{"category": "menus", "content_type": "*"}, {"content_type": "image/png"}], 0),
        ([{"category": "menu"}, {"category": "menus/summer/old"}], None),
        ([{"content_type": "video/*"}, {"content_type": "image/jpeg"}], None),
        ([{"is_active": False}, {}], 1),
        ([{"name": "newer"}, {"name": "older"}], 0),
        ([{"content_type": "IMAGE/PNG"}], 0),
        ([], None),
    ],
)
def test_the_best_fitting_template_applies(values: list[Json], chosen: int | None) -> None:
    every = [template(number, **more) for number, more in enumerate(values)]
    found = matching(every, SUBJECT)
    assert found is (None if chosen is None else every[chosen])


@pytest.mark.parametrize(
    ("given", "held", "approves"),
    [
        (None, {}, False),
        ({}, {}, False),
        ({"file_size_limit": 100}, {"file_size_limit": True}, True),
        ({"file_size_limit": 99}, {"file_size_limit": False}, False),
        ({"trusted_uploaders": []}, {"trusted_uploaders": False}, False),
        (
            {"trusted_uploaders": ["someone"], "safe_mime_types": ["image/*"]},
            {"trusted_uploaders": True, "safe_mime_types": True},
            True,
        ),
        (
            {"trusted_uploaders": ["someone"], "safe_mime_types": ["image/jpeg"]},
            {"trusted_uploaders": True, "safe_mime_types": False},
            False,
        ),
    ],
)
def test_all_conditions_that_are_given_must_hold(
    given: Json | None, held: dict[str, bool], approves: bool
) -> None:
    values = read({"name": "T", "steps": [step()], "auto_approve_conditions": given})
    assert conditions(values, SUBJECT) == held
    assert approves_by_itself(held) is approves


@pytest.mark.parametrize(
    ("hours", "expected"), [(72, 259_200), (1 / 3600, 1), (0.0001, 1), (1.5 / 3600, 2), (0.1, 360)]
)
def test_times_are_rounded_up_to_seconds(hours: float, expected: int) -> None:
    values: Template = read({"name": "T", "steps": [step(timeout_hours=hours)]})
    one: Step = values.steps[0]
    assert seconds(one) == expected


def test_a_type_pattern_knows_how_exactly_it_fits() -> None:
    ranks = [type_rank(p, "image/png") for p in ("*", "image/*", "image/png", "image/jpeg")]
    assert ranks == [0, 1, 2, None]
    assert type_rank("image/jpg", "image/jpeg") == 2
