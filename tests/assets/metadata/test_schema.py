"""A schema says what may stand in custom fields; what stood there before stays."""

from typing import Any

import pytest

from tests.assets.stages import DESCRIBED, asset
from tests.cloud import Cloud, Tenant
from tests.shared import Team, assert_problem, audit

FIELDS: list[dict[str, Any]] = [
    {"name": "shelf", "type": "text", "pattern": "[A-Z][0-9]+"},
    {"name": "season", "type": "choice", "choices": ["summer", "winter"], "required": True},
    {"name": "price", "type": "number"},
    {"name": "day", "type": "date"},
    {"name": "new", "type": "boolean"},
    {"name": "colours", "type": "list", "choices": ["red", "blue"]},
]
GOOD: dict[str, Any] = {
    "shelf": "B4",
    "season": "winter",
    "price": 2.5,
    "day": "2026-02-28",
    "new": False,
    "colours": ["red"],
}


@pytest.fixture
def acme(team: Team) -> Tenant:
    return team("admin", "editor", "viewer")


def put(cloud: Cloud, tenant: Tenant, fields: list[dict[str, Any]]) -> Any:
    return cloud.call("PUT", "/metadata/schema/", tenant.email("admin"), {"fields": fields})


def test_values_have_to_fit(cloud: Cloud, acme: Tenant) -> None:
    admin = acme.email("admin")
    assert cloud.get("/metadata/schema/", acme.email("viewer")).json == {"fields": []}
    old = asset(cloud, acme.id, admin, "approved!", custom_fields={"shelf": "low", "old": "x"})
    changed = put(cloud, acme, FIELDS)
    assert changed.status == 200, changed.content
    wrong = [{"asset_id": old, "fields": ["shelf", "old", "season"]}]
    assert (changed.json["unfit"], changed.json["complete"]) == (wrong, True)
    shown = cloud.get("/metadata/schema/", acme.email("viewer")).json["fields"]
    assert [one["name"] for one in shown] == [one["name"] for one in FIELDS]
    assert cloud.get(f"/assets/{old}/", admin).json["custom_fields"]["old"] == "x"
    path = f"/assets/{old}/"
    assert cloud.call("PATCH", path, admin, {"title": "still editable"}).status == 200
    answer = cloud.call("PATCH", path, admin, {"custom_fields": {"price": 3}})
    (error,) = assert_problem(answer, 422, "invalid")["errors"]
    assert error == {"field": "custom_fields.season", "message": "Required"}
    answer = cloud.call("PATCH", path, admin, {"custom_fields": GOOD})
    assert answer.json["custom_fields"] == GOOD | {"old": "x"}
    for name, value in (
        ("shelf", "B4x"),
        ("shelf", 4),
        ("season", "spring"),
        ("price", "2"),
        ("price", True),
        ("day", "2026-02-30"),
        ("day", "28.2.2026"),
        ("new", "no"),
        ("colours", "red"),
        ("colours", ["red", "green"]),
        ("other", "x"),
    ):
        answer = cloud.call("PATCH", path, admin, {"custom_fields": {name: value}})
        (error,) = assert_problem(answer, 422, "invalid")["errors"]
        assert error["field"] == f"custom_fields.{name}", (name, value)
        body = {"custom_fields": {name: value}}
        merged = cloud.post(f"/metadata/{old}/bulk_update/", admin, body)
        assert_problem(merged, 422, "invalid")
        reserved = DESCRIBED | {"custom_fields": GOOD | {name: value}}
        assert_problem(cloud.post("/assets/upload/", admin, reserved), 422, "invalid")
        again = cloud.post(f"/assets/{old}/upload_version/", admin, reserved)
        assert_problem(again, 422, "invalid")
    assert cloud.post("/assets/upload/", admin, DESCRIBED).status == 201
    assert put(cloud, acme, []).json["unfit"] == []
    answer = cloud.call("PATCH", path, admin, {"custom_fields": {"other": "x"}})
    assert answer.status == 200
    deeds = [one["action"] for one in audit(cloud, admin)]
    assert deeds.count("metadata.schema_changed") == 2


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ([{"name": "a", "type": "text"}] * 2, "fields[1].name"),
        ([{"name": " ", "type": "text"}], "fields[0].name"),
        ([{"name": "a", "type": "choice"}], "fields[0].choices"),
        ([{"name": "a", "type": "number", "choices": ["1"]}], "fields[0].choices"),
        ([{"name": "a", "type": "date", "pattern": "x"}], "fields[0].pattern"),
        ([{"name": "a", "type": "text", "pattern": "("}], "fields[0].pattern"),
        ([{"name": "a", "type": "text", "pattern": r"(a)\1"}], "fields[0].pattern"),
        ([{"name": "a", "type": "colour"}], "fields[0].type"),
        ([{"type": "text"}], "fields[0]"),
        ([{"name": "a", "type": "text", "unit": "m"}], "fields[0]"),
        ([{"name": f"f{n}", "type": "text"} for n in range(201)], "fields"),
    ],
)
def test_a_schema_that_cannot_be_is_refused(
    cloud: Cloud, acme: Tenant, fields: list[dict[str, Any]], at: str
) -> None:
    (error,) = assert_problem(put(cloud, acme, fields), 422, "invalid")["errors"]
    assert error["field"] == at


def test_a_pattern_that_would_run_for_ever_does_not(cloud: Cloud, acme: Tenant) -> None:
    admin = acme.email("admin")
    made = asset(cloud, acme.id, admin, "approved!")
    assert put(cloud, acme, [{"name": "a", "type": "text", "pattern": "(x+x+)+y"}]).status == 200
    answer = cloud.call("PATCH", f"/assets/{made}/", admin, {"custom_fields": {"a": "x" * 5000}})
    assert_problem(answer, 422, "invalid")
