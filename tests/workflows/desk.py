"""A tenant with approvers of its own roles, and everything that happens to its uploads."""

import itertools
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.core import clock
from chalicelib.core.outbox import AuditRecord
from chalicelib.workflows import recovery
from chalicelib.workflows.approval import reading
from chalicelib.workflows.approval.reading import Workflow
from tests.assets.shelf import QUICK
from tests.cloud import Answer
from tests.journeys.pipeline import Pipeline
from tests.shared import assert_problem

PEOPLE = (
    "admin",
    "editor",
    "contributor",
    "viewer",
    "moderator",
    "anna=viewer,Marketing Manager",
    "ben=viewer,Marketing Manager,Legal",
    "lea=viewer,Legal",
    "kim=viewer",
)

_numbers = itertools.count(1)

Json = dict[str, Any]


def step(identifier: str = "review", *roles: str, **more: Any) -> Json:
    """Describe a step that holders of these roles decide."""
    approvers = {"type": "roles", "roles": list(roles or ("Marketing Manager",))}
    return {"id": identifier, "name": identifier.title(), "approvers": approvers} | more


class Desk:
    """One tenant and its workflows; the contributor uploads unless said otherwise."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self.cloud = pipeline.cloud
        self.tenant = self.cloud.tenant(f"desk-{next(_numbers)}", *PEOPLE)

    def call(self, method: str, path: str, who: str, body: Any = None, **more: Any) -> Answer:
        return self.cloud.call(method, path, self.tenant.email(who), body, **more)

    def get(self, path: str, who: str = "admin") -> Answer:
        return self.call("GET", path, who)

    def post(self, path: str, who: str, body: Any = None) -> Answer:
        return self.call("POST", path, who, {} if body is None else body)

    def template(self, *steps: Json, **more: Any) -> str:
        """Make a template; gives its id."""
        body = {"name": "Review", "steps": list(steps or (step(),))} | more
        answer = self.post("/workflow_templates/", "admin", body)
        assert answer.status == 201, answer.content
        return str(answer.json["id"])

    def upload(self, data: bytes = b"one", who: str = "contributor", **described: Any) -> str:
        """Upload an asset and process it; gives its id."""
        body = QUICK | {"size_bytes": len(data)} | described
        answer = self.post("/assets/upload/", who, body)
        assert answer.status == 201, answer.content
        self.cloud.put(answer.json["upload"], data)
        self.cloud.run()
        return str(answer.json["asset"]["id"])

    def version(self, asset_id: str, data: bytes, who: str = "contributor", **more: Any) -> int:
        """Upload a version and process it; gives its number."""
        body = QUICK | {"size_bytes": len(data)} | more
        answer = self.post(f"/assets/{asset_id}/upload_version/", who, body)
        assert answer.status == 201, answer.content
        self.cloud.put(answer.json["upload"], data)
        self.cloud.run()
        return int(answer.json["version"]["number"])

    def asset(self, asset_id: str, who: str = "admin") -> Json:
        answer = self.get(f"/assets/{asset_id}/", who)
        assert answer.status == 200, answer.content
        shown: Json = answer.json
        return shown

    def workflows(self, asset_id: str) -> list[Json]:
        """List an asset's workflows, the newest first."""
        found: list[Json] = self.get(f"/workflows/?asset_id={asset_id}").json["items"]
        return found

    def workflow(self, asset_id: str) -> Json:
        """Give an asset's newest workflow."""
        return self.workflows(asset_id)[0]

    def show(self, workflow_id: str, who: str = "admin") -> Json:
        answer = self.get(f"/workflows/{workflow_id}/", who)
        assert answer.status == 200, answer.content
        shown: Json = answer.json
        return shown

    def decide(self, workflow: Json, who: str, decision: str = "approve", **more: Any) -> Answer:
        body = {"decision": decision} | more
        return self.post(f"/workflows/{workflow['id']}/approve/", who, body)

    def load(self, workflow: Json) -> Workflow:
        """Read a workflow's own items."""
        return reading.load(self.tenant.id, workflow["id"])

    def tend(self, after: timedelta = timedelta()) -> int:
        """Tend as if so much time had gone by."""
        return recovery.tend(clock.now() + after)

    def change(self, who: str, **values: Any) -> None:
        """Change a member, and let what follows happen."""
        answer = self.call("PATCH", f"/members/{self.tenant.members[who]}/", "admin", values)
        assert answer.status == 200, answer.content
        self.cloud.run()

    def configure(self, **settings: Any) -> None:
        """Override settings of the tenant."""
        answer = self.call("PATCH", "/tenant/", "admin", {"settings": settings})
        assert answer.status == 200, answer.content

    def deeds(self, subject_id: str) -> list[str]:
        """List what the audit trail says of a thing, oldest first."""
        key = f"{self.tenant.id}#{subject_id}"
        return [record.action for record in AuditRecord.by_subject.query(key)]

    def assert_refused(self, answer: Answer, status: int, code: str) -> Json:
        return assert_problem(answer, status, code)


def statuses(workflow: Json) -> list[str]:
    """Give the states of a workflow's steps."""
    return [one["status"] for one in workflow["steps"]]


def waiting(workflow: Json) -> set[str]:
    """Give the first names of those for whom a workflow waits."""
    return {
        one["user"]["email"].partition("@")[0]
        for each in workflow["steps"]
        for one in each["assignments"]
        if one["status"] == "pending"
    }


def actions(workflow: Json) -> list[str]:
    """Give what happened in a workflow."""
    return [entry["action"] for entry in workflow["history"]]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.fixture
def desk(pipeline: Pipeline) -> Desk:
    return Desk(pipeline)


Deed = Callable[[], Any]
