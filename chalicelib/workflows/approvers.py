"""Who may decide a step: chosen when it opens, and checked again when they decide."""

import json
from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from chalicelib.tenants import members, roles
from chalicelib.tenants.models import Member
from chalicelib.workflows.templates import Escalation, Step, Template

MOST = 1000
_MOST_BYTES = 140_000
"""How many people one step is assigned to at most, and what they take as JSON. Of more, those who
have been members longest: a step holds two turns, and an item of DynamoDB's ends at 400 kB."""

AssignmentStatus = Literal[
    "pending", "approved", "rejected", "changes_requested", "delegated", "dropped_out", "over"
]


class Assignment(msgspec.Struct, kw_only=True):
    """One person's part in a step.

    `role` is the one by which they have it; None for members whom the template names, and for
    those to whom another delegated it. `over` means that it ended without their decision.
    """

    id: str
    email: str
    role: str | None = None
    status: AssignmentStatus = "pending"
    turn: int = 0


def stored(assignments: Sequence[Assignment]) -> Any:
    """Write assignments as a table holds them."""
    return msgspec.to_builtins(list(assignments))


def load(stored: Any) -> list[Assignment]:
    """Read assignments as a table holds them."""
    return msgspec.convert(stored, list[Assignment])


def of_step(tenant_id: str, template: Template, step: Step, uploader_id: str) -> list[Assignment]:
    """Choose the approvers of a step that opens now; one person counts once."""
    group = step.approvers
    wanted = Escalation(roles=group.roles) if group.type == "roles" else Escalation([], group.users)
    return _chosen(tenant_id, template, wanted, uploader_id)


def of_escalation(
    tenant_id: str, template: Template, step: Step, uploader_id: str, *, enabled: bool
) -> list[Assignment]:
    """Choose who decides in their place; where the template knows nobody, the tenant's admins.

    Args:
        tenant_id: whose workflow.
        template: by which it runs.
        step: which step.
        uploader_id: whose version it is.
        enabled: whether the tenant escalates as its templates say.
    """
    wanted = step.escalate_to if enabled else None
    chosen = _chosen(tenant_id, template, wanted, uploader_id) if wanted else []
    admins = Escalation(roles=[roles.ADMIN])
    return chosen or _chosen(tenant_id, template, admins, uploader_id)


def still_holds(assignment: Assignment, member: Member | None) -> bool:
    """Say whether somebody may still decide: an active member, with the role they had it by."""
    if member is None or not member.is_active:
        return False
    return assignment.role is None or assignment.role in member.roles


def _chosen(
    tenant_id: str, template: Template, wanted: Escalation, uploader_id: str
) -> list[Assignment]:
    chosen = []
    for member in members.active(tenant_id):
        if member.id == uploader_id and not template.allow_self_approval:
            continue
        held = next((name for name in wanted.roles if name in member.roles), None)
        if held is not None or member.id in wanted.users:
            role = None if member.id in wanted.users else held
            chosen.append(Assignment(id=member.id, email=member.email, role=role))
    while len(json.dumps(stored(chosen[:MOST]))) > _MOST_BYTES:
        chosen = chosen[: min(len(chosen), MOST) * 3 // 4]
    return chosen[:MOST]
