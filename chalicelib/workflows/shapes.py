"""Workflows as answers show them."""

from typing import Any, Literal, cast

import msgspec

from chalicelib.assets.shapes import PersonShown
from chalicelib.workflows import approvers, reading
from chalicelib.workflows.models import WorkflowInstance, WorkflowStep, WorkflowTemplate, step_key
from chalicelib.workflows.progress import StepStatus
from chalicelib.workflows.reading import Workflow
from chalicelib.workflows.templates import Approvers, Conditions, OnTimeout, Step

WorkflowStatus = Literal[
    "in_progress",
    "approved",
    "auto_approved",
    "rejected",
    "changes_requested",
    "expired",
    "cancelled",
]


_BRIEF_ASSIGNMENTS = 50
_BRIEF_ENTRIES = 10


class AssignmentShown(msgspec.Struct):
    """One person's part in a step; `role` is the one by which they have it, if by one."""

    user: PersonShown
    role: str | None
    status: str


class StepShown(msgspec.Struct):
    """One step of a workflow; with `requires_all` everybody asked has to approve."""

    id: str
    name: str
    status: StepStatus
    requires_all: bool
    due_at: str | None
    assignments: list[AssignmentShown]


class EntryShown(msgspec.Struct):
    """Something that happened in a workflow."""

    at: str
    actor: PersonShown
    action: str
    step_id: str | None
    comment: str


class WorkflowShown(msgspec.Struct, kw_only=True):
    """A workflow; `template_name` is its template's when it began."""

    id: str
    asset_id: str
    version: int
    title: str
    template_id: str
    template_name: str
    status: WorkflowStatus
    status_reason: str | None
    current_step: str | None
    steps: list[StepShown]
    history: list[EntryShown]
    uploaded_by: PersonShown
    created_at: str
    ended_at: str | None


class EscalationShown(msgspec.Struct):
    """Who decides when a step's time was over once."""

    roles: list[str]
    users: list[str]


class TemplateStepShown(msgspec.Struct):
    """One step of a template."""

    id: str
    name: str
    approvers: Approvers
    requires_all: bool
    timeout_hours: float
    escalate_to: EscalationShown | None
    on_timeout: OnTimeout


class TemplateShown(msgspec.Struct, kw_only=True):
    """A template; members are named by their ids."""

    id: str
    name: str
    description: str
    content_type: str
    category: str | None
    steps: list[TemplateStepShown]
    auto_approve_conditions: Conditions | None
    allow_self_approval: bool
    is_active: bool
    created_by: PersonShown
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
        _step(instance, position, step, opened.get(step_key(position)), brief=brief)
        for position, step in enumerate(found.template.steps)
    ]
    return WorkflowShown(
        id=instance.workflow_id,
        asset_id=instance.asset_id,
        version=int(instance.number),
        title=instance.title,
        template_id=instance.template_id,
        template_name=found.template.name,
        status=cast(WorkflowStatus, instance.status),
        status_reason=instance.reason,
        current_step=found.current.id if found.is_live else None,
        steps=steps,
        history=[
            EntryShown(e.at, PersonShown(**e.actor), e.action, e.step_id, e.comment)
            for e in reading.history(instance)[-_BRIEF_ENTRIES if brief else 0 :]
        ],
        uploaded_by=PersonShown(**instance.uploader),
        created_at=instance.created_at,
        ended_at=instance.ended_at,
    )


def _step(
    instance: WorkflowInstance,
    position: int,
    step: Step,
    opened: WorkflowStep | None,
    *,
    brief: bool,
) -> StepShown:
    """Show a step; those before the one at which the workflow began were approved earlier."""
    status: Any = "pending"
    if opened is not None:
        status = opened.status
    elif position < int(instance.position) or instance.status == "auto_approved":
        status = "approved"
    assignments = approvers.load(opened.assignments if opened else [])
    if brief:
        shown = _BRIEF_ASSIGNMENTS if position == int(instance.position) else 0
        assignments = assignments[:shown]
    return StepShown(
        id=step.id,
        name=step.name,
        status=status,
        requires_all=step.requires_all,
        due_at=opened.due_at if opened else None,
        assignments=[
            AssignmentShown(PersonShown(one.id, one.email), one.role, one.status)
            for one in assignments
        ],
    )
