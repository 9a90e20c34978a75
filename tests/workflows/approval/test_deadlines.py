"""Steps that end or escalate by themselves: their time is over, or those who decide are gone."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.core import clock
from chalicelib.core.tables import find
from chalicelib.tenants.models import Member, member_key
from chalicelib.workflows.approval import deadlines, reading
from tests.workflows.desk import Desk, actions, statuses, step, waiting

HOUR = timedelta(hours=1)


LATE = {"timeout_hours": 1}


def expire(desk: Desk, workflow: dict[str, Any], after: timedelta) -> None:
    """Let the present turn's time be over."""
    loaded = desk.load(workflow)
    deadlines.expire(loaded, int(loaded.instance.turn), clock.now() + after)


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
    desk.assert_refused(desk.decide(workflow, "admin"), 409, "workflow_closed")


def test_the_first_timeout_escalates_and_the_second_acts(desk: Desk) -> None:
    desk.template(step(escalate_to={"roles": ["moderator"], "users": []}, **LATE))
    workflow = desk.workflow(desk.upload())
    first_due = workflow["steps"][0]["due_at"]
    expire(desk, workflow, HOUR)
    after = desk.show(workflow["id"])
    assert (statuses(after), waiting(after)) == (["escalated"], {"moderator"})
    assert after["steps"][0]["due_at"] > first_due
    assert {a["status"] for a in after["steps"][0]["assignments"]} == {"over", "pending"}
    desk.assert_refused(desk.decide(workflow, "anna"), 403, "not_an_approver")
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


def test_who_loses_the_role_just_when_the_step_opens_drops_out(desk: Desk) -> None:
    desk.template(step("legal", "Legal", escalate_to={"roles": ["moderator"]}))
    workflow = desk.workflow(desk.upload())
    for name in ("ben", "lea"):  # without a record, as if it had been handled before
        member = find(Member, desk.tenant.id, member_key(desk.tenant.members[name]))
        assert member is not None
        member.update([Member.roles.set(["viewer"])])
    deadlines.drop_leavers(desk.load(workflow), clock.now())
    assert waiting(desk.show(workflow["id"])) == {"moderator"}


def test_a_drop_out_approves_nothing_in_the_trash(desk: Desk) -> None:
    desk.template(step("both", requires_all=True))
    asset_id = desk.upload()
    workflow = desk.workflow(asset_id)
    desk.decide(workflow, "ben")
    desk.call("DELETE", f"/assets/{asset_id}/", "admin")
    path = f"/members/{desk.tenant.members['anna']}/"
    desk.call("PATCH", path, "admin", {"roles": ["viewer"]})
    loaded = reading.load(desk.tenant.id, workflow["id"])
    deadlines.drop_out(loaded, desk.tenant.members["anna"], clock.now())
    assert desk.show(workflow["id"])["status_reason"] == "asset_trashed"


def test_a_delegate_who_leaves_gives_the_assignment_back(desk: Desk) -> None:
    desk.template(step("both", requires_all=True))
    workflow = desk.workflow(desk.upload())
    to = {"to": desk.tenant.email("kim"), "comment": "please"}
    assert desk.post(f"/workflows/{workflow['id']}/delegate/", "anna", to).status == 200
    assert desk.decide(workflow, "ben").json["status"] == "in_progress"
    desk.change("kim", is_active=False)
    shown = desk.show(workflow["id"])
    assert (shown["status"], waiting(shown)) == ("in_progress", {"anna"})
    returned = shown["history"][-1]
    assert returned["action"] == "returned"
    assert returned["delegation"]["to"]["email"] == desk.tenant.email("anna")
    assert desk.decide(workflow, "anna").json["status"] == "approved"


def test_a_delegation_of_a_delegation_goes_back_to_who_may_still_decide(desk: Desk) -> None:
    desk.template(step("both", requires_all=True))
    workflow = desk.workflow(desk.upload())
    path = f"/workflows/{workflow['id']}/delegate/"
    for who, to in (("anna", "kim"), ("kim", "lea")):
        assert desk.post(path, who, {"to": desk.tenant.email(to)}).status == 200
    desk.decide(workflow, "ben")
    desk.change("kim", is_active=False)
    assert waiting(desk.show(workflow["id"])) == {"lea"}
    desk.change("lea", is_active=False)
    shown = desk.show(workflow["id"])
    assert (shown["status"], waiting(shown)) == ("in_progress", {"anna"})
