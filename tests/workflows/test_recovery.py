"""Workflows are looked after: reminders, executions that vanished, callbacks that failed."""

import json
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.core import aws
from chalicelib.core.settings import settings
from chalicelib.workflows.approval import execution
from chalicelib.workflows.models import TaskToken
from tests.cloud import invoke, sqs_event
from tests.workflows.desk import Desk, actions, step

LATE = {"timeout_hours": 1}


def tick(desk: Desk, workflow: dict[str, Any], event: str, **changes: Any) -> set[str]:
    """Hand `keep_time` a message as the state machine writes it; gives what comes back."""
    instance = desk.load(workflow).instance
    body = {
        "event": event,
        "tenant_id": desk.tenant.id,
        "workflow_id": workflow["id"],
        "run": int(instance.run),
        "turn": int(instance.turn),
        "token": "no-such-token",
    }
    message = {"MessageId": "m", "Body": json.dumps(body | changes)}
    event_of = sqs_event("workflow-clock", [message])
    return invoke("chalicelib.workflows.events.keep_time", event_of)


def tokens(desk: Desk, workflow: dict[str, Any]) -> int:
    pk = desk.load(workflow).instance.pk
    return len(list(TaskToken.query(pk, TaskToken.sk.startswith("TOKEN#"))))


def test_half_of_the_time_over_those_who_still_wait_are_reminded_once(desk: Desk) -> None:
    desk.template(step(**LATE))
    workflow = desk.workflow(desk.upload())
    desk.tend(timedelta(minutes=29))
    assert "reminded" not in actions(desk.show(workflow["id"]))
    for minutes in (31, 32, 40):
        desk.tend(timedelta(minutes=minutes))
    assert actions(desk.show(workflow["id"])).count("reminded") == 1


def test_a_refused_callback_is_sent_again_until_it_arrives(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.template()
    workflow = desk.workflow(desk.upload())
    tick(desk, workflow, "opened")
    states = aws.client("stepfunctions")
    sent: list[str] = []

    def refuse(**arguments: Any) -> None:
        sent.append(arguments["output"])
        raise ConnectionError

    with monkeypatch.context() as patched:
        patched.setattr(states, "send_task_success", refuse)
        assert desk.decide(workflow, "anna").json["status"] == "approved"
        for minutes in (2, 20, 59):
            desk.tend(timedelta(minutes=minutes))
    assert len(sent) == 4
    assert tokens(desk, workflow) == 1
    desk.tend(timedelta(minutes=70))
    assert tokens(desk, workflow) == 0
    assert desk.load(workflow).instance.due_at is None
    assert all(json.loads(output)["done"] for output in sent)


def executions(status: str = "RUNNING") -> set[str]:
    states = aws.client("stepfunctions")
    found = states.list_executions(stateMachineArn=settings().approval_machine, statusFilter=status)
    return {one["name"] for one in found["executions"]}


def test_executions_that_are_gone_start_again_from_the_table(desk: Desk) -> None:
    desk.template(step(**LATE))
    workflow = desk.workflow(desk.upload())
    assert f"{workflow['id']}-1" in executions()
    states = aws.client("stepfunctions")
    machine = settings().approval_machine.replace(":stateMachine:", ":execution:")
    states.stop_execution(executionArn=f"{machine}:{workflow['id']}-1")
    desk.tend(timedelta(minutes=31))
    assert f"{workflow['id']}-2" in executions()
    desk.tend(timedelta(minutes=32))
    assert not any(name.endswith("-3") for name in executions() if workflow["id"] in name)
    assert desk.decide(workflow, "anna").json["status"] == "approved"


def test_a_start_that_failed_is_made_up_for(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.template()

    def refuse(instance: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as patched:
        patched.setattr(execution, "start", refuse)
        workflow = desk.workflow(desk.upload())
    assert f"{workflow['id']}-1" not in executions()
    desk.tend(timedelta(minutes=2))
    assert f"{workflow['id']}-1" in executions()
