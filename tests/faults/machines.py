"""Step Functions by the harness's clock: who waits for what, with which token.

It runs the definition in `infra/approval.yaml`, of what that language has only what stands there.
moto's interpreter runs it in `tests/workflows/test_machine.py`, in real time, which nobody here
could cut.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from types import SimpleNamespace
from typing import Any

from botocore.awsrequest import AWSResponse

from local.cloud import reefs_template

Answer = tuple[tuple[AWSResponse, Any], None]
"""What botocore has of a request that was sent: the response and what it says; no exception."""

ANSWERED = ("StartExecution", "DescribeExecution", "SendTaskSuccess")

Json = dict[str, Any]


@cache
def definition() -> Json:
    """Read the approval machine."""
    machine = reefs_template()["Resources"]["ApprovalMachine"]
    read: Json = machine["Properties"]["Definition"]
    return read


@dataclass
class Execution:
    """One that is under way: the task at which it waits, its input, and since when."""

    name: str
    state: str
    input: Json
    since: datetime
    tokens: int = 0
    is_told: bool = False

    @property
    def token(self) -> str:
        return f"{self.name}.{self.tokens}"

    @property
    def task(self) -> Json:
        found: Json = definition()["States"][self.state]
        return found

    @property
    def ends(self) -> datetime:
        """When it stops to wait for an answer."""
        seconds = self.task.get("TimeoutSeconds") or self.read(self.task["TimeoutSecondsPath"])
        return self.since + timedelta(seconds=seconds)

    def read(self, path: str) -> Any:
        return self.token if path == "$$.Task.Token" else self.input[path.removeprefix("$.")]

    def message(self) -> str:
        """Write what the task sends when it begins."""
        body = self.task["Parameters"]["MessageBody"].items()
        return json.dumps(
            {
                name.removesuffix(".$"): self.read(value) if name.endswith(".$") else value
                for name, value in body
            }
        )


class Machines:
    """The executions of the machine of approvals."""

    def __init__(self) -> None:
        self.running: dict[str, Execution] = {}
        self._names: set[str] = set()

    def answer(self, operation: str, asked: Json, now: datetime) -> Answer:
        """Do what a request asks for; gives its answer."""
        if operation == "StartExecution":
            if asked["name"] in self._names:
                return failed("ExecutionAlreadyExists")
            self._names.add(asked["name"])
            begun = Execution(asked["name"], "", json.loads(asked["input"]), now)
            self.running[begun.name] = begun
            self._enter(begun, definition()["StartAt"], now)
            return done({"executionArn": begun.name, "startDate": now})
        if operation == "DescribeExecution":
            name = asked["executionArn"].rpartition(":")[2]
            if name not in self._names:
                return failed("ExecutionDoesNotExist")
            return done({"status": "RUNNING" if name in self.running else "SUCCEEDED"})
        waiting = [one for one in self.running.values() if one.token == asked["taskToken"]]
        if not waiting:
            return failed("TaskTimedOut")
        waiting[0].input = json.loads(asked["output"])
        self._enter(waiting[0], waiting[0].task["Next"], now)
        return done({})

    def messages(self, now: datetime) -> list[str]:
        """Give what the executions have to say now, as bodies of messages."""
        for one in [*self.running.values()]:
            if now >= one.ends:
                (late,) = [c for c in one.task["Catch"] if c["ErrorEquals"] == ["States.Timeout"]]
                self._enter(one, late["Next"], now)
        new = [one for one in self.running.values() if not one.is_told]
        for one in new:
            one.is_told = True
        return [one.message() for one in new]

    def vanish(self) -> None:
        """Lose every execution."""
        self.running.clear()

    def _enter(self, one: Execution, name: str, now: datetime) -> None:
        """Go to a state, and on from it until a task waits or the execution is over."""
        state = definition()["States"][name]
        if state["Type"] == "Choice":
            choices = state["Choices"]
            holds = (c["Next"] for c in choices if one.read(c["Variable"]) is c["BooleanEquals"])
            self._enter(one, next(holds, state["Default"]), now)
        elif state["Type"] == "Succeed":
            del self.running[one.name]
        else:
            one.state, one.since, one.is_told = name, now, False
            one.tokens += 1


def done(parsed: dict[str, Any]) -> Answer:
    """Give the answer to a request that was done."""
    return (response(200), parsed), None


def failed(code: str) -> Answer:
    """Give the answer to a request that was refused."""
    told = {"HTTPStatusCode": 400, "HTTPHeaders": {}, "RetryAttempts": 0}
    error = {"Error": {"Code": code, "Message": code}, "ResponseMetadata": told}
    return (response(400), error), None


def response(status: int) -> AWSResponse:
    """Give an HTTP response whose body was read already."""
    return AWSResponse("https://aws", status, {}, SimpleNamespace(stream=lambda: []))
