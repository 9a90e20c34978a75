"""The state machine itself, as infra/ defines it, on an interpreter that keeps real time."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.core import aws
from chalicelib.core import settings as settings_of
from chalicelib.core.settings import settings
from chalicelib.processing.scanning.clamd import Clamd
from chalicelib.workflows.models import TaskToken
from tests.cloud import Cloud
from tests.journeys.pipeline import Pipeline
from tests.workflows.desk import Desk, actions, statuses, step

TWO_SECONDS = {"timeout_hours": 2 / 3600}

Json = dict[str, Any]


@pytest.fixture
def live(clockwork: Cloud, clamd: Clamd, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A desk whose workflows the state machine keeps time for."""
    yield Desk(Pipeline(clockwork, clamd, monkeypatch))
    monkeypatch.undo()
    settings_of.settings.cache_clear()


def execution(workflow: Json) -> str:
    machine = settings().approval_machine.replace(":stateMachine:", ":execution:")
    return f"{machine}:{workflow['id']}-1"


def has_ended(workflow: Json) -> bool:
    described = aws.client("stepfunctions").describe_execution(executionArn=execution(workflow))
    assert described["status"] in {"RUNNING", "SUCCEEDED"}, described
    return bool(described["status"] == "SUCCEEDED")


def transitions(workflow: Json) -> Counter[str]:
    """Count how often each state was entered, from the execution's own history."""
    states = aws.client("stepfunctions")
    events = states.get_execution_history(executionArn=execution(workflow), maxResults=1000)
    entered = [e["stateEnteredEventDetails"] for e in events["events"] if "Entered" in e["type"]]
    return Counter(detail["name"] for detail in entered)


def until_it_waits(desk: Desk, workflow: Json) -> None:
    """Run until the machine's token of the present turn has come."""

    def waits() -> bool:
        loaded = desk.load(workflow)
        of_turn = TaskToken.sk.startswith(f"TOKEN#{int(loaded.instance.turn):05d}#")
        return bool(list(TaskToken.query(loaded.instance.pk, of_turn)))

    desk.cloud.run_until(waits)


def test_a_step_takes_two_transitions(live: Desk) -> None:
    live.template(*(step(f"s{number}") for number in range(4)))
    workflow = live.workflow(live.upload())
    for _ in range(4):
        until_it_waits(live, workflow)
        assert live.decide(workflow, "anna").status == 200
    live.cloud.run_until(lambda: has_ended(workflow))
    counted = transitions(workflow)
    assert counted == {"Wait": 4, "Continue": 4, "Ended": 1}
    assert sum(counted.values()) <= 4 * 4


def test_decisions_that_come_before_the_machine_waits_are_caught_up_with(live: Desk) -> None:
    live.template(*(step(f"s{number}") for number in range(3)))
    workflow = live.workflow(live.upload())
    for _ in range(3):
        live.decide(workflow, "anna")
    assert live.show(workflow["id"])["status"] == "approved"
    live.cloud.run_until(lambda: has_ended(workflow))


def test_a_deadline_escalates_and_the_next_one_acts(live: Desk) -> None:
    live.template(step(escalate_to={"roles": ["moderator"]}, **TWO_SECONDS))
    asset_id = live.upload()
    workflow = live.workflow(asset_id)
    live.cloud.run_until(lambda: "escalated" in statuses(live.show(workflow["id"])))
    live.cloud.run_until(lambda: has_ended(workflow))
    after = live.show(workflow["id"])
    assert (after["status"], actions(after)[-2:]) == ("expired", ["escalated", "expired"])
    assert live.asset(asset_id)["status_reason"] == "approval_expired"
    assert transitions(workflow) == {"Wait": 2, "Overdue": 2, "Continue": 2, "Ended": 1}


def test_a_deadline_may_approve_and_the_workflow_goes_on(live: Desk) -> None:
    live.template(step("first", on_timeout="approve", **TWO_SECONDS), step("second"))
    workflow = live.workflow(live.upload())
    live.cloud.run_until(lambda: live.show(workflow["id"])["current_step"] == "second")
    assert live.decide(workflow, "ben").json["status"] == "approved"
    live.cloud.run_until(lambda: has_ended(workflow))


def test_a_cancelled_workflow_ends_its_execution(live: Desk) -> None:
    live.template()
    workflow = live.workflow(live.upload())
    until_it_waits(live, workflow)
    live.post(f"/workflows/{workflow['id']}/cancel/", "admin")
    live.cloud.run_until(lambda: has_ended(workflow))
