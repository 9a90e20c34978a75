"""Many approvals at once in local mode, and what a thousand of them cost."""

import hashlib
import time
from functools import partial
from typing import Any

from bench import samples
from bench.client import Client, in_threads
from bench.measuring import median, percentile
from bench.report import Goal, Section, Table
from local import seeds
from tests.house import costs
from tests.house.budget import TRANSITIONS_PER_STEP
from tests.stack import Stack, running_stack

TITLE = "Approvals"
_WORKFLOWS = 200
_AT_ONCE = 4
_APPROVERS = ("manager@acme.test", "legal@acme.test")
_PATIENCE_SECONDS = 900


def measure(quick: bool) -> Section:
    """Review uploads in two steps each, all at once, decided by scripted approvers."""
    count = 10 if quick else _WORKFLOWS
    with running_stack() as reef:
        began, reviewing, decided = _review(reef, count)
        ended = time.time()
        dead = _dead(reef)
    seconds = [at - began for at in decided]
    right = len(decided) == count and not dead
    per_thousand = costs.approvals_per_thousand()
    return Section(
        TITLE,
        f"{count} uploads of known bytes, {_AT_ONCE} sent at a time, each reviewed in two steps by "
        "two scripted approvers who look at what is assigned to them and approve it, in local mode "
        "with the state machine on moto's interpreter. The cost is by formula, from the requests "
        "and units of `tests/house/budget.py` and public list prices; see costs.md.",
        (
            Goal(
                f"all {count} end approved and published, with no message in a dead-letter queue",
                f"{len(decided)} approved, {dead} dead",
                right,
            ),
            Goal(
                "at most 4 state transitions per step without escalation",
                f"{TRANSITIONS_PER_STEP}, as tests/workflows/test_machine.py counts",
                TRANSITIONS_PER_STEP <= 4,
            ),
        ),
        [
            Table(
                ["approvals at once", "seconds"],
                [
                    ["until the last is under review", f"{reviewing - began:.0f}"],
                    ["until half are approved", f"{median(seconds):.0f}"],
                    ["until 95% are approved", f"{percentile(seconds, 0.95):.0f}"],
                    ["until all are", f"{ended - began:.0f}"],
                ],
            ),
            Table(
                ["a thousand approvals, two steps each", "$"],
                [[name, f"{dollars:.4f}"] for name, dollars in per_thousand.items()]
                + [["**together**", f"**{sum(per_thousand.values()):.4f}**"]],
            ),
        ],
    )


def _review(reef: Stack, count: int) -> tuple[float, float, list[float]]:
    """Start and decide everything; gives when it began, when all waited, and each one's end."""
    admin, uploader = (Client(reef.url, reef.token(seeds.PEOPLE[n].email)) for n in (0, 2))
    picture = samples.encoded(samples.photograph((640, 480), 1))
    uploader.follow(uploader.send("first.jpg", picture))
    admin.call("POST", "/workflow_templates/", {"name": "Two steps", "steps": _steps()})
    wish = {
        "filename": "photo.jpg",
        "content_type": "image/jpeg",
        "size_bytes": len(picture),
        "sha256": hashlib.sha256(picture).hexdigest(),
        "link_existing": True,
    }
    began = time.time()
    in_threads(lambda _: uploader.call("POST", "/assets/upload/", wish), [0] * count, _AT_ONCE)
    waiting: list[float] = []
    ended: dict[str, float] = {}
    approvers = [Client(reef.url, reef.token(email)) for email in _APPROVERS]
    give_up_at = time.time() + _PATIENCE_SECONDS
    while len(ended) < count and time.time() < give_up_at:
        if not waiting and _count(admin, "") >= count:
            waiting.append(time.time())
        for approver in approvers:
            assigned = approver.call("GET", "/workflows/?assigned_to=me&limit=200")["items"]
            in_threads(partial(_approve, approver, ended), assigned, _AT_ONCE)
    published = [
        asset
        for asset in _every(admin, "/assets/?limit=200")
        if asset["status"] == "approved" and asset["published_version"] == 1
    ]
    if len(published) != count + 1:
        raise RuntimeError(f"{len(published)} of {count + 1} assets are published")
    return began, waiting[0] if waiting else time.time(), list(ended.values())


def _steps() -> list[dict[str, Any]]:
    roles = ("Marketing Manager", "Legal Team")
    return [
        {"id": f"step{number}", "name": role, "approvers": {"type": "roles", "roles": [role]}}
        for number, role in enumerate(roles)
    ]


def _approve(approver: Client, ended: dict[str, float], workflow: dict[str, Any]) -> None:
    path = f"/workflows/{workflow['id']}/approve/"
    body = {"decision": "approve", "step_id": workflow["current_step"]}
    after = approver.call("POST", path, body)
    if after["status"] == "approved":
        ended[after["id"]] = time.time()


def _count(admin: Client, query: str) -> int:
    return len(_every(admin, f"/workflows/?limit=200{query}"))


def _every(client: Client, path: str) -> list[Any]:
    found, cursor = [], ""
    while True:
        page = client.call("GET", f"{path}{cursor}")
        found += page["items"]
        if page["next_cursor"] is None:
            return found
        cursor = f"&cursor={page['next_cursor']}"


def _dead(reef: Stack) -> int:
    client = Client(reef.url, reef.token(seeds.PEOPLE[0].email))
    queues = client.call("GET", "/_local/queues/", base="")
    return sum(queue["dead"] for queue in queues.values())
