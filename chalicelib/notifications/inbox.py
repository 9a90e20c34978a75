"""The inbox: what waits for a member, then what they were told, the newest first."""

from typing import Literal

import msgspec

from chalicelib.core import pages
from chalicelib.core.pages import Position
from chalicelib.notifications import recipients, wording
from chalicelib.notifications.models import Notification, person_key
from chalicelib.notifications.preferences import NotificationKind
from chalicelib.notifications.wording import Words
from chalicelib.workflows.approval import assignments
from chalicelib.workflows.approval.reading import Workflow
from chalicelib.workflows.models import WorkflowInstance, WorkflowStep, step_key, workflow_key

Stopped = dict[Literal["open", "told"], Position] | None
"""Where a page stopped: among what waits, or among what was told, at its beginning by None."""


class Entry(msgspec.Struct):
    """One thing in an inbox; `is_open` says that it waits for the member's decision.

    Attributes:
        id: its id.
        kind: what happened.
        title: a headline.
        text: what happened, and what you can do.
        comment: what a person wrote about it; may be empty.
        link: where to go on Reef's page.
        asset_id: the asset that it is about; empty where it is about none.
        workflow_id: the workflow that it is about; null where it is about none.
        at: when it happened.
        due_at: by when to decide; null where nothing waits or there is no end.
        is_open: whether it still waits for your decision.
    """

    id: str
    kind: NotificationKind
    title: str
    text: str
    comment: str
    link: str
    asset_id: str
    workflow_id: str | None
    at: str
    due_at: str | None
    is_open: bool


def page(
    tenant_id: str, member_id: str, limit: int, position: Stopped = None
) -> tuple[list[Entry], Stopped]:
    """Read one page of a member's inbox.

    Args:
        tenant_id: whose tenant.
        member_id: whose inbox.
        limit: at most so many.
        position: where the last page stopped: among what waits, or among what was told.

    Returns:
        The entries, perhaps fewer than the limit, and the next position or None.
    """
    if position is not None and "told" in position:
        return _told(tenant_id, member_id, limit, position["told"])
    start = None if position is None else position["open"]
    workflows, following = assignments.open_for(tenant_id, member_id, limit, start)
    entries = [_open(workflow) for workflow in workflows]
    if following is not None:
        return entries, {"open": following}
    if len(entries) == limit:
        return entries, {"told": None}
    told, position = _told(tenant_id, member_id, limit - len(entries), None)
    return entries + told, position


def _told(
    tenant_id: str, member_id: str, limit: int, start: Position
) -> tuple[list[Entry], Stopped]:
    found, last = pages.read(
        Notification,
        person_key(tenant_id, member_id),
        Notification.sk.startswith("NOTIFICATION#"),
        limit=limit,
        position=start,
        newest_first=True,
        consistent=True,
    )
    still = _still_open(tenant_id, member_id, found)
    entries = [_entry(told) for told in found if told.id not in still]
    return entries, None if last is None else {"told": last}


def _still_open(tenant_id: str, member_id: str, found: list[Notification]) -> set[str]:
    """Return the ids of what still waits, which stands at the inbox's beginning."""
    turns = {told.workflow_id: told for told in found if told.turn is not None}
    keys = [(workflow_key(tenant_id, name), "WORKFLOW") for name in turns]
    instances = WorkflowInstance.batch_get(keys, consistent_read=True) if keys else ()
    live = {one.workflow_id: one for one in instances if one.status == "in_progress"}
    at = [(one.pk, step_key(one.position)) for one in live.values()]
    steps = WorkflowStep.batch_get(at, consistent_read=True) if at else ()
    pending = {
        step.pk
        for step in steps
        for one in step.assignments
        if one.id == member_id and one.status == "pending"
    }
    return {
        told.id
        for told in found
        if told.turn is not None
        and told.workflow_id in live
        and live[told.workflow_id].turn == told.turn
        and live[told.workflow_id].pk in pending
    }


def _open(workflow: Workflow) -> Entry:
    instance = workflow.instance
    escalated = bool(instance.escalated)
    words = wording.escalation(workflow, "") if escalated else wording.assignment(workflow)
    return _shown(words, recipients.opening_id(workflow), str(instance.opened_at), is_open=True)


def _entry(told: Notification) -> Entry:
    names = (name for name in Words.__struct_fields__)
    words = Words(**{name: getattr(told, name) for name in names})
    return _shown(words, told.id, told.at, is_open=False)


def _shown(words: Words, identifier: str, at: str, *, is_open: bool) -> Entry:
    return Entry(
        id=identifier,
        kind=words.kind,
        title=words.title,
        text=words.text,
        comment=words.note,
        link=words.link,
        asset_id=words.asset_id,
        workflow_id=words.workflow_id,
        at=at,
        due_at=words.due_at,
        is_open=is_open,
    )
