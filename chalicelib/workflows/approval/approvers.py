"""Who may decide a step: chosen when it opens, and checked again when they decide."""

import json
from typing import NamedTuple

import msgspec

from chalicelib.tenants import accounts, members, roles
from chalicelib.tenants.models import Member
from chalicelib.workflows.steps import Assignment
from chalicelib.workflows.templates import definition
from chalicelib.workflows.templates.definition import Escalation, Step, Template

_MOST_BYTES = 140_000
"""What the people that a step is assigned to may take as JSON. Of more, and of more than can be
asked, it is those who have been members longest: a step holds two turns, and an item of DynamoDB's
ends at 400 kB."""


class TooManyToAsk(Exception):
    """All of more people would have to approve a step than it can be assigned to."""


class Staff(NamedTuple):
    """A tenant's active members, and whether its steps escalate as their templates say."""

    members: list[Member]
    escalates: bool = True


def staff(tenant_id: str, template: Template) -> Staff:
    """Read whom the steps of a template can be assigned to."""
    enabled = True
    if any(step.escalate_to is not None for step in template.steps):
        enabled = accounts.settings_of(tenant_id).escalation_enabled
    return Staff(members.active(tenant_id), enabled)


def of_step(
    staff: Staff, template: Template, step: Step, maker_ids: frozenset[str]
) -> list[Assignment]:
    """Choose the approvers of a step that opens now; one person counts once.

    Raises:
        TooManyToAsk: everybody's approval is required, and not everybody can be asked.
    """
    group = step.approvers
    wanted = Escalation(roles=group.roles) if group.type == "roles" else Escalation([], group.users)
    everybody = _fitting(staff, template, wanted, maker_ids)
    asked = _first(everybody)
    if step.requires_all and len(asked) < len(everybody):
        raise TooManyToAsk
    return asked


def of_escalation(
    staff: Staff, template: Template, step: Step, maker_ids: frozenset[str]
) -> list[Assignment]:
    """Choose who decides in their place; where the template knows nobody, the tenant's admins."""
    wanted = step.escalate_to if staff.escalates else None
    chosen = _fitting(staff, template, wanted, maker_ids) if wanted else []
    admins = Escalation(roles=[roles.ADMIN])
    return _first(chosen or _fitting(staff, template, admins, maker_ids))


def still_holds(assignment: Assignment, member: Member | None) -> bool:
    """Return whether a member may still decide: an active member, with the role they had it by."""
    if member is None or not member.is_active:
        return False
    return assignment.role is None or assignment.role in member.roles


def _fitting(
    staff: Staff, template: Template, wanted: Escalation, maker_ids: frozenset[str]
) -> list[Assignment]:
    chosen = []
    for member in staff.members:
        if member.id in maker_ids and not template.allow_self_approval:
            continue
        held = next((name for name in wanted.roles if name in member.roles), None)
        if held is not None or member.id in wanted.users:
            role = None if member.id in wanted.users else held
            chosen.append(Assignment(id=member.id, email=member.email, role=role))
    return chosen


def _first(chosen: list[Assignment]) -> list[Assignment]:
    """Return as many as a step can be assigned to."""
    asked = chosen[: definition.MOST_ASKED]
    while len(json.dumps(msgspec.to_builtins(asked))) > _MOST_BYTES:
        asked = asked[: len(asked) * 3 // 4]
    return asked
