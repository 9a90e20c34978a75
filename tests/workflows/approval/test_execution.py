"""Time: deadlines, escalations, reminders, lost executions, and messages that nobody sent."""

import json
from datetime import timedelta
from typing import Any

from chalicelib.workflows.models import TaskToken
from tests.cloud import invoke, sqs_event
from tests.workflows.desk import Desk, step

HOUR = timedelta(hours=1)


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


def test_a_message_before_the_time_is_over_comes_back_and_changes_nothing(desk: Desk) -> None:
    desk.template()
    workflow = desk.workflow(desk.upload())
    assert tick(desk, workflow, "overdue") == {"m"}
    assert desk.show(workflow["id"])["status"] == "in_progress"


def test_duplicate_and_forged_messages_change_nothing(desk: Desk) -> None:
    desk.template(step("brand"), step("legal", "Legal"))
    workflow = desk.workflow(desk.upload())
    before = desk.show(workflow["id"])
    for _ in range(2):
        assert tick(desk, workflow, "opened") == set()
    assert tokens(desk, workflow) == 1
    tick(desk, workflow, "opened", token="forged")
    tick(desk, workflow, "opened", turn=99)
    tick(desk, workflow, "opened", run=99)
    tick(desk, workflow, "overdue", turn=99)
    tick(desk, workflow, "opened", workflow_id="no-such-workflow")
    tick(desk, workflow, "opened", tenant_id=Desk(desk.pipeline).tenant.id)
    assert tick(desk, workflow, "nonsense") == {"m"}
    assert desk.show(workflow["id"]) == before
    assert desk.decide(workflow, "anna").json["current_step"] == "legal"
    assert tokens(desk, workflow) == 0
    assert desk.decide(workflow, "lea").json["status"] == "approved"


def test_tokens_are_in_no_answer(desk: Desk) -> None:
    desk.template()
    asset_id = desk.upload()
    workflow = desk.workflow(asset_id)
    tick(desk, workflow, "opened", token="top-secret-token")
    for path in (f"/workflows/{workflow['id']}/", "/workflows/", "/audit/", f"/assets/{asset_id}/"):
        assert b"top-secret-token" not in desk.get(path).content
