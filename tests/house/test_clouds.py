"""What one test's cloud began does not go on in the next one's."""

import json
import threading

from chalicelib.core.aws import client
from chalicelib.core.settings import settings
from tests.cloud import MACHINES_THREADS, running


def machines_threads() -> list[str]:
    return [t.name for t in threading.enumerate() if t.name.endswith(MACHINES_THREADS)]


def test_executions_end_with_their_cloud() -> None:
    state = {"tenant_id": "t", "run": 1, "turn": 1, "seconds": 1000, "done": False}
    for _ in range(2):
        with running(machines=True):
            for number in range(3):
                client("stepfunctions").start_execution(
                    stateMachineArn=settings().approval_machine,
                    name=f"workflow-{number}",
                    input=json.dumps(state | {"workflow_id": f"workflow-{number}"}),
                )
            assert machines_threads()
        assert not machines_threads()


def test_executions_are_only_noted_unless_a_test_lets_machines_run() -> None:
    with running():
        arn = client("stepfunctions").start_execution(
            stateMachineArn=settings().approval_machine, name="workflow", input="{}"
        )["executionArn"]
        found = client("stepfunctions").describe_execution(executionArn=arn)
        assert found["status"] == "RUNNING"
        assert not machines_threads()
