"""What waits for a member, and what they may know because of it."""

from chalicelib.core.api.identity import Actor
from chalicelib.workflows.approval import assignments
from tests.workflows.desk import Desk, step


def actor(desk: Desk, who: str, *roles: str) -> Actor:
    return Actor(desk.tenant.id, desk.tenant.members[who], "", frozenset(roles))


def test_what_waits_for_a_member_follows_the_steps(desk: Desk) -> None:
    desk.template(step("brand"), step("legal", "Legal"))
    workflow = desk.workflow(desk.upload())
    lea, anna = (desk.tenant.members[who] for who in ("lea", "anna"))
    assert assignments.all_of(desk.tenant.id, lea) == []
    assert desk.decide(workflow, "anna").status == 200
    (waiting,) = assignments.all_of(desk.tenant.id, lea)
    assert waiting.instance.workflow_id == workflow["id"]
    page, following = assignments.open_for(desk.tenant.id, lea, 10)
    assert [one.instance.workflow_id for one in page] == [workflow["id"]]
    assert following is None
    assert assignments.all_of(desk.tenant.id, anna) == []


def test_an_approver_sees_the_version_while_they_hold_the_role(desk: Desk) -> None:
    desk.template()
    asset_id = desk.upload()
    anna = actor(desk, "anna", "viewer", "Marketing Manager")
    assert assignments.version_for(anna, asset_id) == 1
    assert assignments.version_for(actor(desk, "anna", "viewer"), asset_id) is None
    assert assignments.version_for(actor(desk, "kim", "viewer"), asset_id) is None


def test_those_who_have_or_had_a_part_may_know_of_a_workflow(desk: Desk) -> None:
    desk.template(step("brand"), step("legal", "Legal"))
    workflow = desk.workflow(desk.upload())
    desk.decide(workflow, "anna")
    found = desk.load(workflow)
    known = [
        who
        for who in ("contributor", "anna", "lea", "kim")
        if assignments.concerns(found, actor(desk, who, "viewer"))
    ]
    assert known == ["contributor", "anna", "lea"]
    assert assignments.concerns(found, actor(desk, "moderator", "moderator"))
    assert assignments.took_part(found, desk.tenant.members["anna"])
    assert not assignments.took_part(found, desk.tenant.members["contributor"])
