"""Who may decide a step is chosen when it opens, and checked when they decide."""

from typing import Any

import pytest

from chalicelib.tenants.models import Member
from chalicelib.workflows.approval import approvers
from chalicelib.workflows.approval.approvers import Staff
from chalicelib.workflows.steps import Assignment
from chalicelib.workflows.templates import definition
from chalicelib.workflows.templates.definition import Step, Template, read
from tests.workflows.desk import step


def member(name: str, *roles: str) -> Member:
    key = f"MEMBER#{name}"
    return Member("acme", key, email=f"{name}@acme.test", roles=list(roles), is_active=True)


STAFF = Staff([member("anna", "Legal"), member("ben", "Legal", "admin"), member("kim", "viewer")])


def template(**values: Any) -> tuple[Template, Step]:
    found = read({"name": "T", "steps": [step("legal", "Legal", **values)]})
    return found, found.steps[0]


def names(chosen: list[Assignment]) -> list[str]:
    return [one.id for one in chosen]


def test_holders_of_a_role_are_chosen_by_it_but_for_the_uploader() -> None:
    chosen = approvers.of_step(STAFF, *template(), "anna")
    assert [(one.id, one.role) for one in chosen] == [("ben", "Legal")]
    lax, first = template()
    lax.allow_self_approval = True
    assert names(approvers.of_step(STAFF, lax, first, "anna")) == ["anna", "ben"]


def test_members_who_are_named_need_no_role() -> None:
    found, first = template()
    first.approvers.type, first.approvers.users = "users", ["kim"]
    chosen = approvers.of_step(STAFF, found, first, "anna")
    assert [(one.id, one.role) for one in chosen] == [("kim", None)]


def test_a_step_escalates_to_those_whom_it_names_or_to_the_admins() -> None:
    found, first = template(escalate_to={"roles": ["viewer"], "users": []})
    assert names(approvers.of_escalation(STAFF, found, first, "anna")) == ["kim"]
    assert names(approvers.of_escalation(STAFF, found, first, "kim")) == ["ben"]
    off = STAFF._replace(escalates=False)
    assert names(approvers.of_escalation(off, found, first, "anna")) == ["ben"]


@pytest.mark.parametrize(
    ("role", "roles", "is_active", "holds"),
    [
        ("Legal", ["Legal"], True, True),
        ("Legal", ["viewer"], True, False),
        (None, ["viewer"], True, True),
        (None, ["viewer"], False, False),
    ],
)
def test_whoever_lost_the_role_or_left_decides_no_more(
    role: str | None, roles: list[str], is_active: bool, holds: bool
) -> None:
    one, person = Assignment(id="anna", email="", role=role), member("anna", *roles)
    person.is_active = is_active
    assert approvers.still_holds(one, person) is holds
    assert not approvers.still_holds(one, None)


def test_a_step_is_assigned_to_no_more_people_than_its_item_holds() -> None:
    many = Staff([member(f"{number:04d}-{'n' * 200}", "Legal") for number in range(1200)])
    chosen = approvers.of_step(many, *template(), "anna")
    assert 100 < len(chosen) < definition.MOST_ASKED
    assert chosen[0].id.startswith("0000"), "those who have been members longest"
