"""A POST that is repeated with its key after it failed finds what it made, and makes it once."""

import uuid
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from moto.core.botocore_stubber import BotocoreStubber

from chalicelib.assets.contents import Content
from chalicelib.assets.faces import Scan
from chalicelib.assets.models import content_key
from chalicelib.assets.versions import moves
from chalicelib.assets.versions.life import Transition
from chalicelib.assets.versions.moves import Move, VersionRef
from chalicelib.core import clock
from chalicelib.core.settings import settings
from tests.assets import stages
from tests.cloud import Answer, Cloud, Tenant
from tests.crashes import Crash, named
from tests.shared import Team, assert_problem, items

FILE = {"filename": "a.jpg", "size_bytes": 9, "content_type": "image/jpeg"}
STEP = {"id": "s", "name": "Step", "approvers": {"type": "roles", "roles": ["admin"]}}
RULE = {"name": "r", "when": [{"field": "title", "op": "contains", "value": "x"}], "action": "flag"}


class Breaks:
    """Lets one AWS call of a request be done and its answer be lost, or the process die of it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.fired = False
        self._left, self._failure = 0, RuntimeError("lost")
        self.dead = False
        real = BotocoreStubber.process_request

        def process(stubber: BotocoreStubber, request: Any) -> Any:
            if self.dead:
                raise Crash
            answer = real(stubber, request)
            self._left -= 1
            if self._left == 0:
                self.fired = True
                self.dead = isinstance(self._failure, Crash)
                raise self._failure
            return answer

        monkeypatch.setattr(BotocoreStubber, "process_request", process)

    def arm(self, call: int, failure: Any) -> None:
        self._left, self._failure, self.fired = call, failure, False

    def disarm(self) -> None:
        self._left, self.dead = 0, False


@pytest.fixture
def breaks(monkeypatch: pytest.MonkeyPatch) -> Breaks:
    return Breaks(monkeypatch)


class Library:
    """What the requests are about; each gets an asset of its own."""

    def __init__(self, cloud: Cloud, tenant: Tenant) -> None:
        self.cloud, self.tenant = cloud, tenant
        sha256 = stages.SHA256
        Content(
            content_key(tenant.id, sha256),
            "CONTENT",
            tenant_id=tenant.id,
            sha256=sha256,
            content_type="image/jpeg",
            kind="image",
            size_bytes=40,
            state="stored",
            generation=clock.new_id(),
        ).save()

    def post(self, path: str, body: Any, key: str) -> Answer:
        headers = {"Idempotency-Key": key}
        return self.cloud.post(path, self.tenant.email("admin"), body, headers=headers)

    def asset(self) -> str:
        who = self.tenant.email("admin")
        return stages.asset(self.cloud, self.tenant.id, who, "approved")

    def upload(self) -> Callable[[str], Answer]:
        return lambda key: self.post("/assets/upload/", FILE, key)

    def upload_version(self) -> Callable[[str], Answer]:
        path, body = f"/assets/{self.asset()}/upload_version/", FILE | {"title": "said anew"}
        return lambda key: self.post(path, body, key)

    def roll_back(self) -> Callable[[str], Answer]:
        path = f"/assets/{self.asset()}/versions/1/rollback/"
        return lambda key: self.post(path, {}, key)

    def merge(self) -> Callable[[str], Answer]:
        asset_id = self.asset()
        self.post(f"/assets/{asset_id}/branches/", {"name": "b", "from_version": 1}, clock.new_id())
        version = self.post(
            f"/assets/{asset_id}/upload_version/", FILE | {"branch": "b"}, clock.new_id()
        )
        ref = VersionRef(self.tenant.id, asset_id, version.json["version"]["number"])
        approved = Transition(None, ("uploading",), "approved")
        found = {"scan": Scan(status="clean"), "sha256": stages.SHA256}
        assert moves.move(ref, Move(approved, clock.now(), found=found))
        return lambda key: self.post(f"/assets/{asset_id}/branches/b/merge/", {}, key)

    def branch(self) -> Callable[[str], Answer]:
        path = f"/assets/{self.asset()}/branches/"
        return lambda key: self.post(path, {"name": "draft", "from_version": 1}, key)

    def template(self) -> Callable[[str], Answer]:
        body = {"name": "t", "steps": [STEP], "is_active": False}
        return lambda key: self.post("/workflow_templates/", body, key)

    def review(self) -> Callable[[str], Answer]:
        body = {"name": "t", "steps": [STEP], "is_active": True, "allow_self_approval": True}
        template = self.post("/workflow_templates/", body, clock.new_id()).json["id"]
        body = {"asset_id": self.asset(), "template_id": template}
        return lambda key: self.post("/workflows/", body, key)

    def rule(self) -> Callable[[str], Answer]:
        return lambda key: self.post("/moderation/rules/", RULE | {"is_active": False}, key)


MADE = ["upload", "upload_version", "roll_back", "merge", "branch", "template", "rule", "review"]


@pytest.fixture
def library(cloud: Cloud, team: Team) -> Library:
    return Library(cloud, team("admin"))


def stock() -> Counter[str]:
    """Count what the tables hold, by kind, and what the quotas do."""
    counted: Counter[str] = Counter()
    for table, rows in items().items():
        for row in rows:
            counted[f"{table} {row.get('sk', {'S': ''})['S'].partition('#')[0][:12]}"] += 1
            for name in ("storage_bytes", "assets"):
                counted[name] += int(row.get(name, {"N": "0"})["N"])
    for name in [name for name in counted if "audit" in name]:  # its sort keys are ids
        counted["audit"] += counted.pop(name)
    del counted[f"{settings().workflows_table} 00001"]  # the index of assignments follows later
    return counted


def let_pass(monkeypatch: pytest.MonkeyPatch, passed: timedelta) -> None:
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + passed)


@pytest.mark.parametrize("what", MADE)
def test_whatever_call_fails_the_repeat_makes_it_once(
    library: Library, breaks: Breaks, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    request = getattr(library, what)()
    before = stock()
    assert request(str(uuid.uuid4())).status == 201
    once = stock() - before
    for call in range(1, 60):
        request, key = getattr(library, what)(), str(uuid.uuid4())
        before = stock()
        breaks.arm(call, RuntimeError("the answer was lost"))
        first = request(key)
        breaks.disarm()
        if not breaks.fired:
            assert first.status == 201
            return
        with (
            monkeypatch.context() as later
        ):  # the answer that its key was taken may be the lost one
            let_pass(later, timedelta(minutes=1))
            again = request(key)
            assert again.status == 201, (call, first.status, again.content)
            assert stock() - before == once, (call, first.status)
            assert request(key).json == again.json
    raise AssertionError("it makes more calls than were tried")


@pytest.mark.parametrize("what", ["upload", "roll_back"])
def test_wherever_it_dies_the_repeat_makes_it_once(
    library: Library, breaks: Breaks, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    request = getattr(library, what)()
    before = stock()
    assert request(str(uuid.uuid4())).status == 201
    once = stock() - before
    for call in range(1, 60):
        request, key = getattr(library, what)(), str(uuid.uuid4())
        before = stock()
        breaks.arm(call, Crash())
        with suppress(Crash):
            request(key)
        breaks.disarm()
        if not breaks.fired:
            return
        with monkeypatch.context() as later:
            let_pass(later, timedelta(hours=3))  # so late that its lease is long over
            again = request(key)
            assert again.status == 201, (call, again.content)
        assert stock() - before == once, call
    raise AssertionError("it makes more calls than were tried")


def test_a_key_with_another_body_after_a_failure_makes_something_else(
    library: Library, breaks: Breaks
) -> None:
    key = str(uuid.uuid4())
    breaks.arm(6, RuntimeError("lost"))
    assert_problem(library.post("/assets/upload/", FILE, key), 500, "internal")
    breaks.disarm()
    other = library.post("/assets/upload/", FILE | {"title": "other"}, key)
    assert other.status == 201
    assert_problem(library.post("/assets/upload/", FILE, key), 422, "idempotency_key_reused")


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], None]]:
    """Does something right before the next time that a request takes its key over."""
    waiting: list[Callable[[], None]] = []
    real = BotocoreStubber.process_request

    def process(stubber: BotocoreStubber, request: Any) -> Any:
        body = bytes(request.body or b"")
        taking = named(request) == "dynamodb:PutItem" and settings().requests_table.encode() in body
        if waiting and taking and b"lease_until" in body.partition(b"ConditionExpression")[2]:
            waiting.pop()()
        return real(stubber, request)

    monkeypatch.setattr(BotocoreStubber, "process_request", process)
    return waiting


def test_two_at_once_a_day_later_run_once(
    library: Library, monkeypatch: pytest.MonkeyPatch, meanwhile: list[Callable[[], None]]
) -> None:
    key, answers = str(uuid.uuid4()), []
    request = library.upload()
    first = request(key)
    let_pass(monkeypatch, timedelta(hours=24, minutes=1))
    before = stock()
    meanwhile.append(lambda: answers.append(request(key)))
    late = request(key)
    assert meanwhile == []
    assert_problem(late, 409, "request_in_progress")
    assert answers[0].status == 201
    assert answers[0].json["asset"] != first.json["asset"]
    assert (stock() - before)[f"{settings().assets_table} ASSET"] == 1
    assert request(key).json == answers[0].json
