"""Workflows over HTTP."""

from functools import partial
from typing import Annotated, Literal

import msgspec

from chalicelib.assets import catalog
from chalicelib.assets.downloads import NotReady
from chalicelib.assets.metadata.edits import AssetTrashed
from chalicelib.core import clock
from chalicelib.core.api import lists
from chalicelib.core.api.identity import Actor
from chalicelib.core.api.lists import ListQuery
from chalicelib.core.api.replies import Page
from chalicelib.core.api.routing import Routes
from chalicelib.core.errors import Conflict, Forbidden, NotFound
from chalicelib.tenants import scopes
from chalicelib.tenants.roles import ADMINS, EDITORS, MEMBERS, OVERSEERS
from chalicelib.workflows.approval import (
    assignments,
    decisions,
    examples,
    listing,
    reading,
    shapes,
    starting,
    statistics,
)
from chalicelib.workflows.approval.decisions import (
    AlreadyDecided,
    Decision,
    NotAnApprover,
    SelfApproval,
    WorkflowClosed,
)
from chalicelib.workflows.approval.life import WorkflowStatus
from chalicelib.workflows.approval.reading import Workflow
from chalicelib.workflows.approval.shapes import WorkflowShown
from chalicelib.workflows.approval.starting import TemplateApplies, WorkflowExists
from chalicelib.workflows.approval.statistics import Statistics
from chalicelib.workflows.templates import definition, registry

Comment = Annotated[str, msgspec.Meta(max_length=4000)]


def _visible(actor: Actor, workflow_id: str) -> Workflow:
    """Read a workflow whose asset the actor sees, or in which they took part.

    Raises:
        NotFound: there is none, or not for this actor.
    """
    workflow = reading.load(actor.tenant_id, workflow_id)
    try:
        catalog.visible(actor, workflow.instance.asset_id)
    except NotFound:
        if not assignments.concerns(workflow, actor):
            raise NotFound("There is no such workflow.") from None
    return workflow


api = Routes[Actor](
    __name__,
    scopes=scopes.WORKFLOWS,
    loaders={"workflow_id": ("workflow", _visible)},
    variables={"workflow_id": "The workflow's id."},
    tags={"workflows": "Reviews of versions, and the decisions in them."},
)


class NewWorkflow(msgspec.Struct):
    """What to review; the newest `main` version unless said otherwise.

    Attributes:
        asset_id: the asset to review.
        template_id: the template whose steps are to be gone through, before those of the template
            that applies.
        version: the number of the version; the newest on `main` where it is left out.
    """

    asset_id: str
    template_id: str
    version: Annotated[int, msgspec.Meta(ge=1)] | None = None


class WorkflowQuery(ListQuery, kw_only=True):
    """Which workflows.

    Attributes:
        status: in this status alone.
        assigned_to: `me` lists what waits for your decision.
        asset_id: of this asset alone.
    """

    status: WorkflowStatus | None = None
    assigned_to: Literal["me"] | None = None
    asset_id: str | None = None


class DecisionRequest(msgspec.Struct):
    """A decision; `step_id` makes sure that it is of the step that is meant.

    Attributes:
        decision: what becomes of the step; `request_changes` asks the uploader for another version.
        comment: why; it may be left out only of an approval.
        step_id: the step that is meant; another active step refuses the decision. Left out, it is
            the active one.
    """

    decision: Decision
    comment: Comment = ""
    step_id: Annotated[str, msgspec.Meta(max_length=64)] | None = None


class Cancellation(msgspec.Struct):
    """Why a workflow ends without a decision.

    Attributes:
        comment: why, for the history and the uploader.
    """

    comment: Comment = ""


class Delegation(msgspec.Struct):
    """Who decides instead: a member, by id or address.

    Attributes:
        to: a member, by id or address, who did not make the version and has no part in the step;
            while it is open they may see the version.
        comment: why, for that member.
    """

    to: Annotated[str, msgspec.Meta(min_length=1, max_length=254)]
    comment: Comment = ""


class StatisticsQuery(msgspec.Struct):
    """Of which time.

    Attributes:
        days: the last so many.
    """

    days: Annotated[int, msgspec.Meta(ge=1, le=3660)] = 30


@api.post(
    "/workflows",
    may=EDITORS,
    status=201,
    problems=[NotFound, WorkflowExists, TemplateApplies, NotReady, AssetTrashed, Conflict],
)
def start_workflow(actor: Actor, body: NewWorkflow) -> WorkflowShown:
    """Have a version reviewed."""
    asset = catalog.visible(actor, body.asset_id)
    template = registry.get(actor.tenant_id, body.template_id)
    number = body.version or asset.current_version
    version = catalog.version(actor.tenant_id, asset.asset_id, number)
    if version is None:
        raise NotFound("There is no such version.")
    values = definition.read(template.values)
    started = starting.start(
        asset,
        version,
        template.id,
        values,
        actor.person,
        clock.now(),
        overrides=actor.has(ADMINS),
    )
    return shapes.workflow(started)


@api.get("/workflows", may=MEMBERS, problems=[NotFound])
def list_workflows(actor: Actor, query: WorkflowQuery) -> Page[WorkflowShown]:
    """List the workflows that you see, newest first; those assigned to you, most urgent first."""
    mine = query.assigned_to == "me"
    read = partial(listing.page, actor, status=query.status, mine=mine, asset_id=query.asset_id)
    show = partial(shapes.workflow, brief=True)
    return lists.page(f"workflows for {actor.id}", actor.tenant_id, query, read, show)


@api.get("/workflows/statistics", may=OVERSEERS)
def show_statistics(actor: Actor, query: StatisticsQuery) -> Statistics:
    """Return what became of the workflows that began in the last days, and what waits now."""
    return statistics.of_days(actor.tenant_id, query.days, clock.now())


@api.get("/workflows/{workflow_id}", may=MEMBERS)
def show_workflow(actor: Actor, workflow: Workflow) -> WorkflowShown:
    """Show a workflow."""
    if not assignments.concerns(
        workflow, actor
    ):  # who sees the published version knows of no newer one
        raise NotFound("There is no such workflow.")
    return shapes.workflow(workflow)


@api.post(
    "/workflows/{workflow_id}/approve",
    may=MEMBERS,
    people_alone=True,
    problems=[NotAnApprover, SelfApproval, AlreadyDecided, WorkflowClosed],
    example=examples.DECISION,
)
def decide_workflow(actor: Actor, workflow: Workflow, body: DecisionRequest) -> WorkflowShown:
    """Decide the present step of a workflow."""
    now = clock.now()
    decided = decisions.decide(workflow, actor, body.decision, body.comment, now, body.step_id)
    return shapes.workflow(decided)


def _may_cancel(actor: Actor, workflow: Workflow) -> None:
    """Let the uploader, who proposes an edit, and admins end a workflow.

    Raises:
        Forbidden: it is another member's.
    """
    if actor.id not in workflow.instance.maker_ids and not actor.has(ADMINS):
        raise Forbidden("Only the uploader and admins cancel a workflow.")


@api.post(
    "/workflows/{workflow_id}/cancel",
    may=MEMBERS,
    guard=_may_cancel,
    problems=[WorkflowClosed],
)
def cancel_workflow(actor: Actor, workflow: Workflow, body: Cancellation) -> WorkflowShown:
    """End a workflow without a decision."""
    return shapes.workflow(decisions.cancel(workflow, actor.person, body.comment, clock.now()))


@api.post(
    "/workflows/{workflow_id}/delegate",
    may=MEMBERS,
    people_alone=True,
    problems=[NotFound, NotAnApprover, SelfApproval, WorkflowClosed, Conflict],
)
def delegate_workflow(actor: Actor, workflow: Workflow, body: Delegation) -> WorkflowShown:
    """Hand your assignment to another member."""
    handed = decisions.delegate(workflow, actor, body.to, body.comment, clock.now())
    return shapes.workflow(handed)
