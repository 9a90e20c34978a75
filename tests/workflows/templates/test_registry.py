"""Templates: what is taken, which one applies, and what may change while workflows run."""

from typing import Any

import pytest

from chalicelib.workflows.templates import definition
from tests.cloud import Cloud, Tenant
from tests.shared import Team, assert_problem
from tests.workflows.desk import step

Json = dict[str, Any]


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


def test_everybodys_approval_is_not_required_of_more_than_can_be_asked(
    cloud: Cloud, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(definition, "MOST_ASKED", 1)
    everybody = step("all", "editor", "viewer", requires_all=True)
    problem = assert_problem(make(cloud, tenant, steps=[everybody]), 422, "invalid")
    assert problem["errors"][0]["field"] == "steps[0].requires_all"
    assert make(cloud, tenant, steps=[everybody | {"requires_all": False}]).status == 201
    assert make(cloud, tenant, steps=[step("all", "viewer", requires_all=True)]).status == 201


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
