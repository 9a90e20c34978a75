"""Workflows as answers show them."""

from typing import Any, cast

import msgspec

from chalicelib.core.outbox import Person
from chalicelib.workflows.approval import reading
from chalicelib.workflows.approval.life import StepStatus, WorkflowStatus
from chalicelib.workflows.approval.reading import Workflow
from chalicelib.workflows.models import HistoryEntry, WorkflowStep, WorkflowTemplate, step_key
from chalicelib.workflows.templates.definition import Approvers, Conditions, OnTimeout, Step

_BRIEF_ASSIGNMENTS = 50
_BRIEF_ENTRIES = 10


class AssignmentShown(msgspec.Struct):
    """One person's part in a step; `role` is the one by which they have it, if by one.

    Attributes:
        user: who is asked.
        role: the role for which they are asked; null where the template, or a delegation, names
            them.
        status: how they decided, `pending` until then, or that it was handed on or ended without
            them.
    """

    user: Person
    role: str | None
    status: str


class StepShown(msgspec.Struct):
    """One step of a workflow; with `requires_all` everybody asked has to approve.

    Attributes:
        id: its id in the template.
        name: its name.
        status: how far it is; `escalated` means that its time was over once.
        requires_all: whether everybody asked has to approve, or one of them.
        due_at: when its time is over; null while it has not begun, or where it has ended.
        assignments: who is asked; empty until it begins.
    """

    id: str
    name: str
    status: StepStatus
    requires_all: bool
    due_at: str | None
    assignments: list[AssignmentShown]


class DelegationShown(msgspec.Struct):
    """Whom an assignment was handed to, and what was said about it.

    Attributes:
        to: who decides instead.
        comment: what was said about it; may be empty.
    """

    to: Person
    comment: str


class EntryShown(msgspec.Struct):
    """Something that happened in a workflow; of a delegation the comment says both at once.

    Attributes:
        at: when it happened.
        actor: who did it, or Reef itself.
        action: what happened.
        step_id: the step in which it happened; null where it concerns them all.
        comment: what was said about it; may be empty.
        delegation: whom it was handed to; null unless it was.
    """

    at: str
    actor: Person
    action: str
    step_id: str | None
    comment: str
    delegation: DelegationShown | None


class WorkflowShown(msgspec.Struct, kw_only=True):
    """A workflow; `template_name` is its template's when it began.

    `proposed` holds the new values of an edit that is reviewed, by field; null where it is a
    version.

    Attributes:
        id: its id.
        asset_id: the asset.
        version: the number of the version that is reviewed, or whose asset is edited.
        title: the asset's title.
        template_id: the template that applies.
        template_name: its name when the workflow began.
        status: how far it is, or how it ended.
        status_reason: why it ended without a decision, as a code; null otherwise.
        proposed: the new values of an edit that is reviewed, by field; null where it is a version.
        current_step: the id of the step that is active; null once it has ended.
        steps: all steps, in order.
        history: what has happened, the oldest first.
        uploaded_by: who made the version, or the edit.
        created_at: when it began.
        ended_at: when it ended; null before that.
    """

    id: str
    asset_id: str
    version: int
    title: str
    template_id: str
    template_name: str
    status: WorkflowStatus
    status_reason: str | None
    proposed: dict[str, Any] | None
    current_step: str | None
    steps: list[StepShown]
    history: list[EntryShown]
    uploaded_by: Person
    created_at: str
    ended_at: str | None


class EscalationShown(msgspec.Struct):
    """Who decides when a step's time was over once.

    Attributes:
        roles: whoever holds one of these roles.
        users: the ids of members.
    """

    roles: list[str]
    users: list[str]


class TemplateStepShown(msgspec.Struct):
    """One step of a template.

    Attributes:
        id: its id, unique in the template.
        name: its name.
        approvers: who decides.
        requires_all: whether everybody asked has to approve, or one of them.
        timeout_hours: how long the step waits before it escalates or ends, in hours.
        escalate_to: who decides once its time was over, for the same time again; null ends it at
            once.
        on_timeout: what becomes of the step when nobody decided.
    """

    id: str
    name: str
    approvers: Approvers
    requires_all: bool
    timeout_hours: float
    escalate_to: EscalationShown | None
    on_timeout: OnTimeout


class TemplateShown(msgspec.Struct, kw_only=True):
    """A template; members are named by their ids.

    Attributes:
        id: its id.
        name: its name.
        description: what it is for; may be empty.
        content_type: what it applies to: a media type, `image/*` and the like, or `*`.
        category: it applies to what is in this category or below it; null sets none.
        steps: the steps, in order.
        auto_approve_conditions: when nobody has to decide; null means never.
        allow_self_approval: whether uploaders may decide on what they made.
        is_active: whether it applies by itself to new versions.
        created_by: who made it.
        created_at: when it was made.
        updated_at: when it was changed last.
    """

    id: str
    name: str
    description: str
    content_type: str
    category: str | None
    steps: list[TemplateStepShown]
    auto_approve_conditions: Conditions | None
    allow_self_approval: bool
    is_active: bool
    created_by: Person
    created_at: str
    updated_at: str


def template(item: WorkflowTemplate) -> TemplateShown:
    """Show a template."""
    return msgspec.convert(
        item.values
        | {
            "id": item.id,
            "created_by": item.created_by,
            "created_at": item.created_at,
            "updated_at": item.updated_at,
        },
        TemplateShown,
    )


def workflow(found: Workflow, *, brief: bool = False) -> WorkflowShown:
    """Show a workflow with its steps and all that happened.

    Args:
        found: the workflow.
        brief: for lists, which would get too large: of the open step's assignments the first 50,
            of the others none, and the latest 10 entries of the history.
    """
    instance = found.instance
    opened = {step.sk: step for step in reading.steps(instance)}
    steps = [
        _step(found, position, step, opened.get(step_key(position)), brief=brief)
        for position, step in enumerate(found.template.steps)
    ]
    return WorkflowShown(
        id=instance.workflow_id,
        asset_id=instance.asset_id,
        version=instance.number,
        title=instance.title,
        template_id=instance.template_id,
        template_name=found.template.name,
        status=cast(WorkflowStatus, instance.status),
        status_reason=instance.reason,
        proposed=instance.proposal,
        current_step=found.current.id if found.is_live else None,
        steps=steps,
        history=[
            _entry(entry) for entry in reading.history(instance)[-_BRIEF_ENTRIES if brief else 0 :]
        ],
        uploaded_by=instance.uploader if instance.proposal is None else instance.created_by,
        created_at=instance.created_at,
        ended_at=instance.ended_at,
    )


def _entry(entry: HistoryEntry) -> EntryShown:
    comment, delegation = entry.comment, None
    if entry.to is not None:
        delegation = DelegationShown(entry.to, comment)
        comment = f"to {delegation.to.email}: {comment}" if comment else f"to {delegation.to.email}"
    return EntryShown(entry.at, entry.actor, entry.action, entry.step_id, comment, delegation)


def _step(
    found: Workflow,
    position: int,
    step: Step,
    opened: WorkflowStep | None,
    *,
    brief: bool,
) -> StepShown:
    """Show a step; those before the one at which the workflow began were approved earlier."""
    instance = found.instance
    status: Any = "pending"
    if opened is not None:
        status = opened.status
    elif found.is_behind(position) or instance.status == "auto_approved":
        status = "approved"
    assignments = opened.assignments if opened else []
    if brief:
        shown = _BRIEF_ASSIGNMENTS if position == instance.position else 0
        assignments = assignments[:shown]
    return StepShown(
        id=step.id,
        name=step.name,
        status=status,
        requires_all=step.requires_all,
        due_at=opened.due_at if opened else None,
        assignments=[
            AssignmentShown(Person(one.id, one.email), one.role, one.status) for one in assignments
        ],
    )
