"""Workflows as their table holds them, and the keys under which things lie."""

import hashlib
from typing import Any

from pynamodb.attributes import (
    BooleanAttribute,
    JSONAttribute,
    NumberAttribute,
    UnicodeAttribute,
)
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, KeysOnlyProjection

from chalicelib.core.due import ByDue
from chalicelib.core.settings import settings
from chalicelib.core.tables import Item


class ByTenant(GlobalSecondaryIndex[Any]):
    """A tenant's workflows in the order in which they began."""

    class Meta:  # noqa: D106
        index_name = "by_tenant"
        projection = AllProjection()

    listed_in = UnicodeAttribute(hash_key=True)
    workflow_id = UnicodeAttribute(range_key=True)


class ByAsset(GlobalSecondaryIndex[Any]):
    """An asset's workflows in the order in which they began."""

    class Meta:  # noqa: D106
        index_name = "by_asset"
        projection = AllProjection()

    asset_key = UnicodeAttribute(hash_key=True)
    workflow_id = UnicodeAttribute(range_key=True)


class ByOpen(GlobalSecondaryIndex[Any]):
    """A tenant's workflows that are under way."""

    class Meta:  # noqa: D106
        index_name = "by_open"
        projection = KeysOnlyProjection()

    open_in = UnicodeAttribute(hash_key=True)
    workflow_id = UnicodeAttribute(range_key=True)


class ByAssignee(GlobalSecondaryIndex[Any]):
    """What is assigned to a member, by when it is due."""

    class Meta:  # noqa: D106
        index_name = "by_assignee"
        projection = AllProjection()

    assignee_key = UnicodeAttribute(hash_key=True)
    sk_ref = UnicodeAttribute(range_key=True)


class DueItem(Item):
    """Whatever is due, by its keys; what it is its sort key says."""

    class Meta:  # noqa: D106
        table_name = settings().workflows_table

    due_shard = UnicodeAttribute(null=True)
    due_at = UnicodeAttribute(null=True)

    by_due = ByDue()


class WorkflowTemplate(Item):
    """How a tenant has a kind of content approved (`pk` tenant, `sk` = `TEMPLATE#` + id).

    `values` is what the API takes and shows, checked, with people by their ids.
    """

    class Meta:  # noqa: D106
        table_name = settings().workflows_table

    values: Any = JSONAttribute()
    created_by: Any = JSONAttribute()
    created_at = UnicodeAttribute()
    updated_at = UnicodeAttribute()

    @property
    def id(self) -> str:
        """The template's id, which carries the time of its creation."""
        return str(self.sk.removeprefix("TEMPLATE#"))


class WorkflowInstance(Item):
    """One approval of one version (`pk` tenant and id, `sk` = `WORKFLOW`).

    `position` counts steps from 0. `turn` grows with everything that the state machine waits for
    anew, `revision` with every change, and `run` with every execution that had to be started
    afresh. `opened_at` is when the turn began and `deadline` when its time is over. `entries`
    counts the history. `newest` is the newest `main` version that was known when this began: one
    that is newer ends it. `status_before` is what the version was before. `timings` holds of every
    step that was opened when it was, when it ended, and whether it escalated.
    """

    class Meta:  # noqa: D106
        table_name = settings().workflows_table

    tenant_id = UnicodeAttribute()
    workflow_id = UnicodeAttribute()
    listed_in = UnicodeAttribute()
    open_in = UnicodeAttribute(null=True)
    asset_id = UnicodeAttribute()
    asset_key = UnicodeAttribute()
    number = NumberAttribute()
    newest = NumberAttribute()
    title = UnicodeAttribute()
    template_id = UnicodeAttribute()
    uploader: Any = JSONAttribute()
    status = UnicodeAttribute()
    status_before = UnicodeAttribute(default="processing")
    reason = UnicodeAttribute(null=True)
    position = NumberAttribute(default=0)
    step_id = UnicodeAttribute(null=True)
    turn = NumberAttribute(default=0)
    run = NumberAttribute(default=1)
    revision = NumberAttribute(default=1)
    entries = NumberAttribute(default=0)
    escalated = BooleanAttribute(default=False)
    opened_at = UnicodeAttribute(null=True)
    deadline = UnicodeAttribute(null=True)
    reminded_turn = NumberAttribute(default=0)
    started_run = NumberAttribute(default=0)
    timings: Any = JSONAttribute(default=dict)
    created_by: Any = JSONAttribute()
    created_at = UnicodeAttribute()
    ended_at = UnicodeAttribute(null=True)
    due_shard = UnicodeAttribute(null=True)
    due_at = UnicodeAttribute(null=True)

    by_tenant = ByTenant()
    by_asset = ByAsset()
    by_open = ByOpen()


class WorkflowSnapshot(Item):
    """The template as it was when a workflow began, by which it runs (`sk` = `TEMPLATE`)."""

    class Meta:  # noqa: D106
        table_name = settings().workflows_table

    values: Any = JSONAttribute()


class WorkflowStep(Item):
    """A step that was opened, with who may decide it (`sk` = `STEP#` + its position)."""

    class Meta:  # noqa: D106
        table_name = settings().workflows_table

    status = UnicodeAttribute()
    due_at = UnicodeAttribute(null=True)
    assignments: Any = JSONAttribute(default=list)


class WorkflowApproval(Item):
    """One person's decision in one turn (`sk` = `DECISION#` + turn + `#` + member)."""

    class Meta:  # noqa: D106
        table_name = settings().workflows_table

    step_id = UnicodeAttribute()
    person: Any = JSONAttribute()
    decision = UnicodeAttribute()
    comment = UnicodeAttribute(default="")
    at = UnicodeAttribute()


class HistoryEntry(Item):
    """What happened in a workflow (`sk` = `HISTORY#` + its number)."""

    class Meta:  # noqa: D106
        table_name = settings().workflows_table

    at = UnicodeAttribute()
    actor: Any = JSONAttribute()
    action = UnicodeAttribute()
    step_id = UnicodeAttribute(null=True)
    comment = UnicodeAttribute(default="")


class TaskToken(Item):
    """What the state machine waits with (`sk` = `TOKEN#` + turn + `#` + digest); never shown."""

    class Meta:  # noqa: D106
        table_name = settings().workflows_table

    token = UnicodeAttribute()
    turn = NumberAttribute()


class WorkflowAssignment(Item):
    """Finds what a person has to decide (`pk` = the workflow's + `#assigned`).

    The steps are the truth; these follow them, and whoever reads them looks there.
    """

    class Meta:  # noqa: D106
        table_name = settings().workflows_table

    workflow_id = UnicodeAttribute()
    assignee_key = UnicodeAttribute()
    sk_ref = UnicodeAttribute()

    by_assignee = ByAssignee()


class VersionReview(Item):
    """Says which workflow a version is in, or was in last (`pk` tenant and asset)."""

    class Meta:  # noqa: D106
        table_name = settings().workflows_table

    workflow_id = UnicodeAttribute()
    number = NumberAttribute()
    is_live = BooleanAttribute()
    status = UnicodeAttribute()


def workflow_key(tenant_id: str, workflow_id: str) -> str:
    """Give the partition key of a workflow and all that belongs to it."""
    return f"{tenant_id}#{workflow_id}"


def reviews_key(tenant_id: str, asset_id: str) -> str:
    """Give the partition key under which an asset's reviews are found."""
    return f"{tenant_id}#{asset_id}"


def review_key(number: int) -> str:
    """Give the sort key of a version's review."""
    return f"REVIEW#{number:06d}"


def template_key(template_id: str) -> str:
    """Give the sort key of a template."""
    return f"TEMPLATE#{template_id}"


def step_key(position: int) -> str:
    """Give the sort key of a step."""
    return f"STEP#{position:03d}"


def token_key(turn: int, token: str) -> str:
    """Give the sort key of a task token; the same one delivered twice is one."""
    return f"TOKEN#{turn:05d}#{hashlib.sha256(token.encode()).hexdigest()[:32]}"


def assigned_key(instance: WorkflowInstance) -> str:
    """Give the partition key of a workflow's assignments."""
    return f"{instance.pk}#assigned"


def assignee_key(tenant_id: str, member_id: str) -> str:
    """Give the key under which a member's assignments are found."""
    return f"{tenant_id}#{member_id}"
