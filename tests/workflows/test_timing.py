"""Time: deadlines, escalations, reminders, lost executions, and messages that nobody sent."""

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.core import aws, clock
from chalicelib.core.settings import settings
from chalicelib.workflows import lapses, timing
from chalicelib.workflows.models import TaskToken
from tests.cloud import invoke, sqs_event
from tests.workflows.desk import Desk, actions, statuses, step, waiting

HOUR = timedelta(hours=1)
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


def expire(desk: Desk, workflow: dict[str, Any], after: timedelta) -> None:
    """Let the present turn's time be over."""
    loaded = desk.load(workflow)
    lapses.expire(loaded, int(loaded.instance.turn), clock.now() + after)


def tokens(desk: Desk, workflow: dict[str, Any]) -> int:
    pk = desk.load(workflow).instance.pk
    return len(list(TaskToken.query(pk, TaskToken.sk.startswith("TOKEN#"))))


@pytest.mark.parametrize(
    ("more", "status", "shown", "reason"),
    [
        ({}, "expired", "rejected", "approval_expired"),
        ({"on_timeout": "approve"}, "approved", "approved", None),
    ],
)
def test_a_step_whose_time_is_over_acts_as_its_template_says(
    desk: Desk, more: dict[str, Any], status: str, shown: str, reason: str | None
) -> None:
    desk.template(step(**LATE, **more))
    asset_id = desk.upload()
    workflow = desk.workflow(asset_id)
    expire(desk, workflow, HOUR)
    after = desk.show(workflow["id"])
    assert (after["status"], after["current_step"]) == (status, None)
    assert statuses(after) == ["expired" if status == "expired" else "approved"]
    asset = desk.asset(asset_id)
    assert (asset["status"], asset["status_reason"]) == (shown, reason)
    desk.refuse(desk.decide(workflow, "admin"), 409, "workflow_closed")


def test_the_first_timeout_escalates_and_the_second_acts(desk: Desk) -> None:
    desk.template(step(escalate_to={"roles": ["moderator"], "users": []}, **LATE))
    workflow = desk.workflow(desk.upload())
    first_due = workflow["steps"][0]["due_at"]
    expire(desk, workflow, HOUR)
    after = desk.show(workflow["id"])
    assert (statuses(after), waiting(after)) == (["escalated"], {"moderator"})
    assert after["steps"][0]["due_at"] > first_due
    assert {a["status"] for a in after["steps"][0]["assignments"]} == {"over", "pending"}
    desk.refuse(desk.decide(workflow, "anna"), 403, "not_an_approver")
    expire(desk, workflow, 3 * HOUR)
    assert desk.show(workflow["id"])["status"] == "expired"


def test_a_tenant_may_do_without_escalation(desk: Desk) -> None:
    desk.configure(ESCALATION_ENABLED=False)
    desk.template(step(escalate_to={"roles": ["moderator"]}, **LATE))
    workflow = desk.workflow(desk.upload())
    expire(desk, workflow, HOUR)
    assert desk.show(workflow["id"])["status"] == "expired"


def test_after_an_escalation_one_decision_is_enough(desk: Desk) -> None:
    escalation = {"roles": ["admin", "moderator"]}
    desk.template(step(requires_all=True, escalate_to=escalation, **LATE))
    workflow = desk.workflow(desk.upload())
    desk.decide(workflow, "anna")
    expire(desk, workflow, HOUR)
    assert waiting(desk.show(workflow["id"])) == {"admin", "moderator"}
    assert desk.decide(workflow, "moderator").json["status"] == "approved"


def test_half_of_the_time_over_those_who_still_wait_are_reminded_once(desk: Desk) -> None:
    desk.template(step(**LATE))
    workflow = desk.workflow(desk.upload())
    desk.tend(timedelta(minutes=29))
    assert "reminded" not in actions(desk.show(workflow["id"]))
    for minutes in (31, 32, 40):
        desk.tend(timedelta(minutes=minutes))
    assert actions(desk.show(workflow["id"])).count("reminded") == 1


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
        patched.setattr(timing, "start", refuse)
        workflow = desk.workflow(desk.upload())
    assert f"{workflow['id']}-1" not in executions()
    desk.tend(timedelta(minutes=2))
    assert f"{workflow['id']}-1" in executions()


def test_of_a_decision_and_the_deadline_in_the_same_moment_one_counts(desk: Desk) -> None:
    desk.template(step(**LATE))
    workflow = desk.workflow(desk.upload())
    outcomes = at_once(
        lambda: desk.decide(workflow, "anna").status,
        lambda: expire(desk, workflow, HOUR),
        lambda: desk.decide(workflow, "ben", "reject", comment="no").status,
    )
    after = desk.show(workflow["id"])
    assert after["status"] in {"approved", "rejected", "expired"}
    decided = [entry for entry in actions(after) if entry in {"approved", "rejected", "expired"}]
    assert len(decided) == 1
    assert [status for status in outcomes if status == 200] == [200] * (
        after["status"] != "expired"
    )


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """Do things at the same time; gives what came of each."""
    outcomes: list[Any] = [None] * len(deeds)
    gate = threading.Barrier(len(deeds))

    def run(number: int, deed: Callable[[], Any]) -> None:
        gate.wait()
        outcomes[number] = deed()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
