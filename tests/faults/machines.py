"""Step Functions by the harness's clock: who waits for what, with which token.

Executions wait as `infra/approval.yaml` says; that very definition runs on moto's interpreter in
`tests/workflows/test_machine.py`, in real time, which nobody here could cut.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from botocore.awsrequest import AWSResponse

Answer = tuple[tuple[AWSResponse, Any], None]
"""What botocore has of a request that was sent: the response and what it says; no exception."""

ANSWERED = ("StartExecution", "DescribeExecution", "SendTaskSuccess")
_ASKS_AGAIN = timedelta(hours=1)


@dataclass
class Execution:
    """One that is under way: what it waits for, since when, and what it said last."""

    name: str
    awaited: dict[str, Any]
    since: datetime
    event: str = "opened"
    tokens: int = 0
    is_told: bool = False

    @property
    def token(self) -> str:
        return f"{self.name}.{self.tokens}"

    @property
    def ends(self) -> datetime:
        """When it stops to wait for an answer."""
        if self.event == "overdue":
            return self.since + _ASKS_AGAIN
        return self.since + timedelta(seconds=self.awaited["seconds"])


class Machines:
    """The executions of the one state machine."""

    def __init__(self) -> None:
        self.running: dict[str, Execution] = {}
        self._names: set[str] = set()

    def answer(self, operation: str, body: str, now: datetime) -> Answer:
        """Do what a request asks for; gives its answer."""
        asked = json.loads(body)
        if operation == "StartExecution":
            if asked["name"] in self._names:
                return _failed("ExecutionAlreadyExists")
            self._names.add(asked["name"])
            self.running[asked["name"]] = Execution(asked["name"], json.loads(asked["input"]), now)
            return _done({"executionArn": asked["name"], "startDate": now})
        if operation == "DescribeExecution":
            name = asked["executionArn"].rpartition(":")[2]
            if name not in self._names:
                return _failed("ExecutionDoesNotExist")
            return _done({"status": "RUNNING" if name in self.running else "SUCCEEDED"})
        waiting = [one for one in self.running.values() if one.token == asked["taskToken"]]
        if not waiting:
            return _failed("TaskTimedOut")
        self._go_on(waiting[0], json.loads(asked["output"]), "opened", now)
        return _done({})

    def messages(self, now: datetime) -> list[str]:
        """Give what the executions have to say now, as bodies of messages."""
        for one in self.running.values():
            if now >= one.ends:
                self._go_on(one, one.awaited, "overdue", now)
        new = [one for one in self.running.values() if not one.is_told]
        for one in new:
            one.is_told = True
        named = ("tenant_id", "workflow_id", "run", "turn")
        return [
            json.dumps(
                {"event": one.event, "token": one.token}
                | {name: one.awaited[name] for name in named}
            )
            for one in new
        ]

    def vanish(self) -> None:
        """Lose every execution."""
        self.running.clear()

    def _go_on(self, one: Execution, awaited: dict[str, Any], event: str, now: datetime) -> None:
        if awaited["done"]:
            del self.running[one.name]
        one.awaited, one.event, one.since, one.is_told = awaited, event, now, False
        one.tokens += 1


def _done(parsed: dict[str, Any]) -> Answer:
    return (response(200), parsed), None


def _failed(code: str) -> Answer:
    told = {"HTTPStatusCode": 400, "HTTPHeaders": {}, "RetryAttempts": 0}
    error = {"Error": {"Code": code, "Message": code}, "ResponseMetadata": told}
    return (response(400), error), None


def response(status: int) -> AWSResponse:
    """Give an HTTP response whose body was read already."""
    return AWSResponse("https://aws", status, {}, SimpleNamespace(stream=lambda: []))
