"""Asking for imports and exports over HTTP."""

from typing import Any

import pytest

from chalicelib.processing.transfers import sheets
from tests.processing.transfers.desk import Desk
from tests.shared import assert_problem


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "csv"),
        ({"csv": None}, "csv"),
        ({"csv": ["id"]}, "csv"),
        ({"csv": ""}, "csv"),
        ({"csv": "title\nx\n"}, "csv"),
        ({"csv": "id,titel\n"}, "csv"),
        ({"csv": "id,id\n"}, "csv"),
        ({"csv": "id,,title\n"}, "csv"),
        ({"csv": "id,custom_fields.\n"}, "csv"),
        ({"csv": "id\n", "size_bytes": 3}, "size_bytes"),
        ({"size_bytes": 0}, "size_bytes"),
        ({"size_bytes": sheets.LARGEST_BYTES + 1}, "size_bytes"),
        ({"csv": "id\n", "dryrun": True}, "dryrun"),
        ({"csv": "id\n", "dry_run": "yes"}, "dry_run"),
    ],
)
def test_what_is_wrong_is_said_by_field(desk: Desk, body: Any, field: str) -> None:
    problem = assert_problem(desk.call("POST", "/metadata/import/", body), 422, "invalid")
    assert [error["field"] for error in problem["errors"]] == [field]


def test_only_editors_ask(desk: Desk) -> None:
    for who in ("contributor", "viewer", "moderator"):
        answer = desk.call("POST", "/metadata/import/", {"csv": "id\n"}, who)
        assert_problem(answer, 403, "forbidden")
        assert_problem(desk.call("GET", "/metadata/export/", who=who), 403, "forbidden")


def test_what_is_too_large_for_a_request_has_a_form(desk: Desk) -> None:
    text = "id,title\n" + "x" * 1_048_576
    assert desk.call("POST", "/metadata/import/", {"csv": text}).status == 413
    answer = desk.call("POST", "/metadata/import/", {"size_bytes": len(text)})
    assert answer.status == 202
    form = answer.json["upload"]
    assert set(form) == {"url", "fields", "expires_at"}
    assert form["fields"]["key"] == f"{desk.tenant.id}/imports/{answer.json['job_id']}"


def test_an_api_key_does_what_its_role_may(desk: Desk) -> None:
    made = desk.call("POST", "/api_keys/", {"name": "Sync", "role": "contributor"})
    assert made.status == 201, made.content
    header = {"Authorization": f"Bearer {made.json['key']}"}
    answer = desk.cloud.fetch("GET", "/api/v3/metadata/export/", headers=header)
    assert_problem(answer, 403, "forbidden")
