"""The state machine of long films by the harness's clock: pieces asked for, then the joining.

It runs the definition in `infra/conversion.yaml`, of what that language has only what stands there:
one Map of a task, a task behind it, and one more where either fails.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from local.cloud import reefs_template
from tests.faults.machines import Answer, Json, done, failed

NAME = "long-films"
_TOKEN = "film."


@cache
def _states() -> Json:
    machine = reefs_template()["Resources"]["ConversionMachine"]
    read: Json = machine["Properties"]["Definition"]["States"]
    return read


@dataclass
class Task:
    """One message that waits for its answer; how often it was asked before, and since when."""

    state: Json
    about: Json
    since: datetime
    attempts: int = 0
    is_told: bool = False


@dataclass
class Execution:
    """One that is under way: what it waits for, by token."""

    given: Json
    state: str
    tasks: dict[str, Task] = field(default_factory=dict)


class FilmMachine:
    """The executions of the machine."""

    def __init__(self) -> None:
        self.running: dict[str, Execution] = {}
        self._names: set[str] = set()
        self._farewells: list[str] = []

    @staticmethod
    def concerns(operation: str, body: Json) -> bool:
        """Return whether a request is for this machine."""
        if operation == "SendTaskSuccess":
            return str(body["taskToken"]).startswith(_TOKEN)
        return NAME in str(body.get("stateMachineArn"))

    def answer(self, operation: str, body: Json, now: datetime) -> Answer:
        """Do what a request asks for; gives its answer."""
        if operation == "StartExecution":
            name = body["name"]
            if name in self._names:
                return failed("ExecutionAlreadyExists")
            self._names.add(name)
            begun = self.running[name] = Execution(json.loads(body["input"]), "Pieces")
            self._ask(name, [begun.given | {"piece": one} for one in begun.given["pieces"]], now)
            return done({"executionArn": name, "startDate": now})
        name = body["taskToken"].removeprefix(_TOKEN).partition(".")[0]
        execution = self.running.get(name)
        if execution is None or execution.tasks.pop(body["taskToken"], None) is None:
            return failed("TaskTimedOut")
        if not execution.tasks:
            self._go_on(name, execution, now)
        return done({})

    def messages(self, now: datetime) -> list[str]:
        """Give what the executions have to say now, as bodies of messages."""
        for name, execution in [*self.running.items()]:
            self._look_at_the_clock(name, execution, now)
        said, self._farewells = self._farewells, []
        for execution in self.running.values():
            for token, task in execution.tasks.items():
                if not task.is_told:
                    task.is_told = True
                    said.append(_message(task.state, task.about, token))
        return said

    def vanish(self) -> None:
        """Lose every execution."""
        self.running.clear()

    def _ask(self, name: str, abouts: list[Json], now: datetime) -> None:
        """Begin a state's tasks; `Pieces` passes on what its own `Parameters` name."""
        execution = self.running[name]
        state = _states()[execution.state]
        state = state.get("Iterator", {"States": {"Piece": state}})["States"]["Piece"]
        for number, about in enumerate(abouts):
            token = f"{_TOKEN}{name}.{execution.state}.{number}.0"
            execution.tasks[token] = Task(state, about, now)

    def _go_on(self, name: str, execution: Execution, now: datetime) -> None:
        following = _states()[execution.state]["Next"]
        if _states()[following]["Type"] == "Succeed":
            del self.running[name]
            return
        execution.state = following
        self._ask(name, [execution.given], now)

    def _look_at_the_clock(self, name: str, execution: Execution, now: datetime) -> None:
        """Ask once more what was not answered in time; give up what was asked too often."""
        for token, task in [*execution.tasks.items()]:
            if now < task.since + timedelta(seconds=task.state["TimeoutSeconds"]):
                continue
            del execution.tasks[token]
            attempts = task.attempts + 1
            if attempts > task.state["Retry"][0]["MaxAttempts"]:
                (caught,) = _states()[execution.state]["Catch"]
                self._farewells.append(_message(_states()[caught["Next"]], execution.given, ""))
                del self.running[name]
                return
            again = f"{token.rpartition('.')[0]}.{attempts}"
            execution.tasks[again] = Task(task.state, task.about, now, attempts)


def _message(state: Json, about: Json, token: str) -> str:
    """Write what a task sends when it begins."""

    def read(path: Any) -> Any:
        return token if path == "$$.Task.Token" else about[path.removeprefix("$.")]

    body = state["Parameters"]["MessageBody"].items()
    return json.dumps(
        {
            name.removesuffix(".$"): read(value) if name.endswith(".$") else value
            for name, value in body
        }
    )
