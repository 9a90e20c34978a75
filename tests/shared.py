"""Fixtures of the quick tests: one cloud a file, in which each test has teams of its own."""

import copy
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from moto.dynamodb.models import dynamodb_backends

from chalicelib.core.api import routing
from chalicelib.core.api.declaration import Route
from chalicelib.core.settings import settings
from local.provision import ACCOUNT_ID
from tests.cloud import Answer, Cloud, Tenant, running

_numbers = itertools.count(1)

Team = Callable[..., Tenant]


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    """A whole Reef in this process, shared by the tests of one file."""
    with running() as started:
        yield started


@pytest.fixture(scope="module")
def clockwork() -> Iterator[Cloud]:
    """A whole Reef whose state machines run, shared by the tests of one file."""
    with running(machines=True) as started:
        yield started


@pytest.fixture
def team(cloud: Cloud) -> Team:
    """Makes tenants that no other test knows: `team("admin", "viewer")`."""

    def make(*who: str) -> Tenant:
        return cloud.tenant(f"team{next(_numbers)}", *who)

    return make


def declared_routes() -> list[Route]:
    """Give every route of the product."""
    return routing.every()


def assert_problem(answer: Answer, status: int, code: str) -> dict[str, Any]:
    """See that an answer is a complete problem+json; gives its body."""
    assert (answer.status, answer.json.get("code")) == (status, code), answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = answer.json
    assert {"type", "title", "status", "detail", "code", "request_id"} <= body.keys()
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    assert body["request_id"] == answer.headers["X-Request-Id"]
    assert body["request_id"]
    if status == 422:
        assert body["errors"]
        assert all(set(error) == {"field", "message"} for error in body["errors"])
    return body


def items() -> dict[str, list[dict[str, Any]]]:
    """Read all that every table holds, straight from moto."""
    tables = dynamodb_backends[ACCOUNT_ID]["us-east-1"].tables
    return {
        name: [copy.deepcopy(item.to_json()["Attributes"]) for item in table.all_items()]
        for name, table in tables.items()
    }


@contextmanager
def audit_refusing_writes() -> Iterator[None]:
    """Take the audit table away, so that every transaction with a record fails."""
    tables = dynamodb_backends[ACCOUNT_ID]["us-east-1"].tables
    name = settings().audit_table
    table = tables.pop(name)
    try:
        yield
    finally:
        tables[name] = table


def audit(cloud: Cloud, admin: str, query: str = "") -> list[dict[str, Any]]:
    """Read the audit trail, newest first."""
    answer = cloud.get(f"/audit/?limit=200{query}", admin)
    assert answer.status == 200, answer.content
    found: list[dict[str, Any]] = answer.json["items"]
    return found
