"""Workflows as their table holds them, and the keys under which things lie."""

import hashlib
from typing import Any

from pynamodb.attributes import (
    BooleanAttribute,
    UnicodeAttribute,
)
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, KeysOnlyProjection

from chalicelib.core.attributes import IntegerAttribute, StructAttribute
from chalicelib.core.due import ByDue, Due
from chalicelib.core.outbox import Person
from chalicelib.core.resources import Resource
from chalicelib.core.settings import settings
from chalicelib.core.tables import Item, M
from chalicelib.workflows.steps import Assignment, Timing


class ByTenant(GlobalSecondaryIndex[M]):
    """A tenant's workflows in the order in which they began."""

    class Meta:  # noqa: D106
        index_name = "by_tenant"
        projection = AllProjection()

    listed_in = UnicodeAttribute(hash_key=True)
    workflow_id = UnicodeAttribute(range_key=True)


class ByAsset(GlobalSecondaryIndex[M]):
    """An asset's workflows in the order in which they began."""

    class Meta:  # noqa: D106
        index_name = "by_asset"
        projection = AllProjection()

    asset_key = UnicodeAttribute(hash_key=True)
    workflow_id = UnicodeAttribute(range_key=True)


class ByOpen(GlobalSecondaryIndex["WorkflowInstance"]):
    """A tenant's workflows that are under way."""

    class Meta:  # noqa: D106
        index_name = "by_open"
        projection = KeysOnlyProjection()

    open_in = UnicodeAttribute(hash_key=True)
    workflow_id = UnicodeAttribute(range_key=True)


class ByAssignee(GlobalSecondaryIndex["WorkflowAssignment"]):
    """What is assigned to a member, by when it is due."""

    class Meta:  # noqa: D106
        index_name = "by_assignee"
        projection = AllProjection()

    assignee_key = UnicodeAttribute(hash_key=True)
    sk_ref = UnicodeAttribute(range_key=True)


class DueItem(Due):
    """Whatever is due, by its keys; what it is its sort key says."""

    class Meta:  # noqa: D106
        table_name = settings().workflows_table

    by_due = ByDue()


class WorkflowTemplate(Resource):
    """How a tenant has a kind of content approved (`sk` = `TEMPLATE#` + id).

    While its category moves, `moved_from` is the path that it holds for, too.
    """

    class Meta:  # noqa: D106
        table_name = settings().workflows_table

    moved_from = UnicodeAttribute(null=True)


class TemplateForm(Item):
    """What a template said until it was changed or deleted (`pk` tenant, `sk` = `FORM#` + when).

    Versions that were judged while it was in force go on to be concerned by it.
    """

    class Meta:  # noqa: D106
        table_name = settings().workflows_table

    template_id = UnicodeAttribute()
    values = StructAttribute(dict[str, Any])
    since = UnicodeAttribute()
    moved_from = UnicodeAttribute(null=True)
    created_by = StructAttribute(Person)
    created_at = UnicodeAttribute()


class WorkflowInstance(Due):
    """One approval of one version (`pk` tenant and id, `sk` = `WORKFLOW`).

    `position` counts steps from 0. `turn` grows with everything that the state machine waits for
    anew, `revision` with every change, and `run` with every execution that had to be started
    afresh. `category` is the asset's for which its templates were chosen. `opened_at` is when the
    turn began and `deadline` when its time is over. `entries` counts the history. `newest` is the
    newest `main` version that was known when this began: one that is newer ends it. `status_before`
    is what the version was before. `timings` holds of every step that was opened when it was, when
    it ended, and whether it escalated. `picked_id` is the template that came on top of the one that
    applies. `order` holds the positions of the steps in the order in which they are decided, where
    that is not their own. `proposal` holds the fields of an edit that is reviewed, where no version
    is. `rules_met` holds, by a version's number, the moderation rules that its approval meets. The
    `uploader` of what a guest sent is the member who asked for it.
    """

    class Meta:  # noqa: D106
        table_name = settings().workflows_table

    tenant_id = UnicodeAttribute()
    workflow_id = UnicodeAttribute()
    listed_in = UnicodeAttribute()
    open_in = UnicodeAttribute(null=True)
    asset_id = UnicodeAttribute()
    asset_key = UnicodeAttribute()
    number = IntegerAttribute()
    newest = IntegerAttribute()
    title = UnicodeAttribute()
    category = UnicodeAttribute(null=True)
    template_id = UnicodeAttribute()
    picked_id = UnicodeAttribute(null=True)
    order = StructAttribute(list[int], null=True)
    proposal = StructAttribute(dict[str, Any], null=True)
    rules_met = StructAttribute(dict[str, dict[str, str]], null=True)
    uploader = StructAttribute(Person)
    status = UnicodeAttribute()
    status_before = UnicodeAttribute(default="processing")
    reason = UnicodeAttribute(null=True)
    position = IntegerAttribute(default=0)
    step_id = UnicodeAttribute(null=True)
    turn = IntegerAttribute(default=0)
    run = IntegerAttribute(default=1)
    revision = IntegerAttribute(default=1)
    entries = IntegerAttribute(default=0)
    escalated = BooleanAttribute(default=False)
    opened_at = UnicodeAttribute(null=True)
    deadline = UnicodeAttribute(null=True)
    reminded_turn = IntegerAttribute(default=0)
    started_run = IntegerAttribute(default=0)
    timings = StructAttribute(dict[str, Timing], default=dict)
    created_by = StructAttribute(Person)
    created_at = UnicodeAttribute()
    ended_at = UnicodeAttribute(null=True)

    by_tenant: ByTenant["WorkflowInstance"] = ByTenant()
    by_asset: ByAsset["WorkflowInstance"] = ByAsset()
    by_open = ByOpen()

    @property
    def maker_ids(self) -> frozenset[str]:
        """Whose it is, by their ids: the uploader, and whoever proposes the edit."""
        makers = {self.uploader.id}
        return frozenset(makers if self.proposal is None else makers | {self.created_by.id})


class WorkflowSnapshot(Item):
    """The template as it was when a workflow began, by which it runs (`sk` = `TEMPLATE`)."""

    class Meta:  # noqa: D106
        table_name = settings().workflows_table

    values = StructAttribute(dict[str, Any])


class WorkflowStep(Item):
    """A step that was opened, with who may decide it (`sk` = `STEP#` + its position)."""

    class Meta:  # noqa: D106
        table_name = settings().workflows_table

    status = UnicodeAttribute()
    due_at = UnicodeAttribute(null=True)
    assignments = StructAttribute(list[Assignment], default=list)


class WorkflowApproval(Item):
    """One person's decision in one turn (`sk` = `DECISION#` + turn + `#` + member)."""

    class Meta:  # noqa: D106
        table_name = settings().workflows_table

    step_id = UnicodeAttribute()
    person = StructAttribute(Person)
    decision = UnicodeAttribute()
    comment = UnicodeAttribute(default="")
    at = UnicodeAttribute()


class HistoryEntry(Item):
    """What happened in a workflow (`sk` = `HISTORY#` + its number).

    `to` is the person to whom an assignment was handed.
    """

    class Meta:  # noqa: D106
        table_name = settings().workflows_table

    at = UnicodeAttribute()
    actor = StructAttribute(Person)
    action = UnicodeAttribute()
    step_id = UnicodeAttribute(null=True)
    comment = UnicodeAttribute(default="")
    to = StructAttribute(Person, null=True)


class TaskToken(Item):
    """What the state machine waits with (`sk` = `TOKEN#` + turn + `#` + digest); never shown."""

    class Meta:  # noqa: D106
        table_name = settings().workflows_table

    token = UnicodeAttribute()
    turn = IntegerAttribute()


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
    number = IntegerAttribute()
    is_live = BooleanAttribute()
    status = UnicodeAttribute()


def workflow_key(tenant_id: str, workflow_id: str) -> str:
    """Return the partition key of a workflow and all that belongs to it."""
    return f"{tenant_id}#{workflow_id}"


def reviews_key(tenant_id: str, asset_id: str) -> str:
    """Return the partition key under which an asset's reviews are found."""
    return f"{tenant_id}#{asset_id}"


PROPOSAL_KEY = "REVIEW#edit"
"""The sort key of the review of an asset's edit; those of versions sort before it."""


def review_key(number: int) -> str:
    """Return the sort key of a version's review."""
    return f"REVIEW#{number:06d}"


def template_key(template_id: str) -> str:
    """Return the sort key of a template."""
    return f"TEMPLATE#{template_id}"


def form_key(until: str, template_id: str = "") -> str:
    """Return the sort key of what a template said until a moment."""
    return f"FORM#{until}#{template_id}"


def step_key(position: int) -> str:
    """Return the sort key of a step."""
    return f"STEP#{position:03d}"


def token_key(turn: int, token: str) -> str:
    """Return the sort key of a task token; the same one delivered twice is one."""
    return f"TOKEN#{turn:05d}#{hashlib.sha256(token.encode()).hexdigest()[:32]}"


def assigned_key(instance: WorkflowInstance) -> str:
    """Return the partition key of a workflow's assignments."""
    return f"{instance.pk}#assigned"


def assignee_key(tenant_id: str, member_id: str) -> str:
    """Return the key under which a member's assignments are found."""
    return f"{tenant_id}#{member_id}"
