"""The approval machine of infra/, run by moto's interpreter: it waits, tells, and goes on."""

import itertools
import json
import time
from collections import Counter
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.sqs.models import sqs_backends

from chalicelib.core.aws import client
from chalicelib.core.settings import settings
from local.cloud import REGION
from local.provision import ACCOUNT_ID
from tests.cloud import Cloud
from tests.shared import clockwork

__all__ = ["clockwork"]

QUEUE = "reef-workflow-clock"
_numbers = itertools.count(1)


class Execution:
    """One run of the machine, answered by hand."""

    def __init__(self, seconds: int = 1000) -> None:
        self.workflow_id = f"workflow-{next(_numbers)}"
        self.arn = client("stepfunctions").start_execution(
            stateMachineArn=settings().approval_machine,
            name=self.workflow_id,
            input=self._state(turn=1, seconds=seconds),
        )["executionArn"]

    def _state(self, **given: Any) -> str:
        state = {"tenant_id": "t", "workflow_id": self.workflow_id, "run": 1, "done": False}
        return json.dumps(state | given)

    def message(self, wait_seconds: float = 10) -> dict[str, Any]:
        """Wait for this execution's next message; only one runs at a time."""
        sqs = client("sqs")
        url = sqs.get_queue_url(QueueName=QUEUE)["QueueUrl"]
        give_up_at = time.monotonic() + wait_seconds
        while time.monotonic() < give_up_at:
            for message in sqs.receive_message(QueueUrl=url).get("Messages", []):
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                body: dict[str, Any] = json.loads(message["Body"])
                if body["workflow_id"] == self.workflow_id:
                    return body
            time.sleep(0.02)
        raise AssertionError("no message came")

    def answer(self, token: str, **state: Any) -> None:
        client("stepfunctions").send_task_success(taskToken=token, output=self._state(**state))

    def status(self) -> str:
        return str(client("stepfunctions").describe_execution(executionArn=self.arn)["status"])

    def ends(self) -> str:
        """Wait until it has ended; gives how."""
        give_up_at = time.monotonic() + 10
        while self.status() == "RUNNING" and time.monotonic() < give_up_at:
            time.sleep(0.02)
        return self.status()

    def waits_until(self, kind: str) -> None:
        """Wait until an event of this kind stands in its history."""
        give_up_at = time.monotonic() + 10
        while kind not in [event["type"] for event in self.history()]:
            assert time.monotonic() < give_up_at
            time.sleep(0.02)

    def history(self) -> list[dict[str, Any]]:
        events: list[dict[str, Any]] = client("stepfunctions").get_execution_history(
            executionArn=self.arn, maxResults=1000
        )["events"]
        return events

    def transitions(self) -> Counter[str]:
        """Count the states entered, which is what AWS bills, the last one's end apart."""
        entered = [
            event["stateEnteredEventDetails"]["name"]
            for event in self.history()
            if event["type"].endswith("StateEntered")
        ]
        return Counter(entered)


def test_each_step_is_told_with_a_token_of_its_own(clockwork: Cloud) -> None:
    execution = Execution()
    first = execution.message()
    assert first == {
        "event": "opened",
        "tenant_id": "t",
        "workflow_id": execution.workflow_id,
        "run": 1,
        "turn": 1,
        "token": first["token"],
    }
    execution.answer(first["token"], turn=2, seconds=1000)
    second = execution.message()
    assert (second["event"], second["turn"]) == ("opened", 2)
    assert second["token"] != first["token"]
    execution.answer(second["token"], done=True)
    assert execution.ends() == "SUCCEEDED"


@pytest.mark.parametrize("steps", [1, 2, 5])
def test_a_step_takes_two_transitions(clockwork: Cloud, steps: int) -> None:
    execution = Execution()
    for turn in range(1, steps + 1):
        token = execution.message()["token"]
        execution.answer(token, turn=turn + 1, seconds=1000, done=turn == steps)
    assert execution.ends() == "SUCCEEDED"
    assert execution.transitions() == {"Wait": steps, "Continue": steps, "Ended": 1}


def test_the_end_of_a_steps_time_is_told_and_answered(clockwork: Cloud) -> None:
    execution = Execution(seconds=1)
    opened = execution.message()
    started = time.monotonic()
    overdue = execution.message()
    assert 0.5 < time.monotonic() - started < 5
    assert overdue == opened | {"event": "overdue", "token": overdue["token"]}
    assert overdue["token"] != opened["token"]
    execution.answer(overdue["token"], turn=2, seconds=1)
    assert (execution.message()["event"], execution.message()["event"]) == ("opened", "overdue")
    assert execution.status() == "RUNNING"


def test_a_message_that_could_not_be_sent_is_sent_again(clockwork: Cloud) -> None:
    queues = sqs_backends[ACCOUNT_ID][REGION].queues
    queue = queues.pop(QUEUE)
    try:
        execution = Execution()
        execution.waits_until("TaskFailed")
    finally:
        queues[QUEUE] = queue
    token = execution.message()["token"]
    execution.answer(token, done=True)
    assert execution.ends() == "SUCCEEDED"


def test_an_answer_comes_too_late_for_what_has_ended(clockwork: Cloud) -> None:
    execution = Execution()
    token = execution.message()["token"]
    execution.answer(token, done=True)
    assert execution.ends() == "SUCCEEDED"
    with pytest.raises(ClientError) as caught:
        execution.answer(token, done=True)
    assert caught.value.response["Error"]["Code"] in {
        "InvalidToken",
        "TaskTimedOut",
        "TaskDoesNotExist",
    }
