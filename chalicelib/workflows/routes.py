"""Workflows over HTTP."""

from typing import Annotated, Any, Literal

import msgspec

from chalicelib.assets import catalog
from chalicelib.assets.downloads import NotReady
from chalicelib.assets.edits import AssetTrashed
from chalicelib.core import clock, lists
from chalicelib.core.errors import Conflict, Forbidden, NotFound
from chalicelib.core.http import Page
from chalicelib.core.identity import Actor
from chalicelib.core.lists import ListQuery
from chalicelib.core.routing import Routes
from chalicelib.tenants.roles import ADMINS, EDITORS, MEMBERS, OVERSEERS
from chalicelib.workflows import (
    assigned,
    decisions,
    listing,
    reading,
    shapes,
    starting,
    statistics,
    templates,
)
from chalicelib.workflows.decisions import (
    AlreadyDecided,
    Decision,
    NotAnApprover,
    SelfApproval,
    WorkflowClosed,
)
from chalicelib.workflows.reading import Workflow
from chalicelib.workflows.shapes import WorkflowShown, WorkflowStatus
from chalicelib.workflows.starting import WorkflowExists
from chalicelib.workflows.statistics import Statistics

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
        if not _concerns(workflow, actor):
            raise NotFound("There is no such workflow.") from None
    return workflow


def _concerns(workflow: Workflow, actor: Actor) -> bool:
    """Say whether an actor may know of a workflow whatever has become of its asset."""
    own = workflow.instance.uploader["id"] == actor.id
    return own or actor.has(OVERSEERS) or assigned.took_part(workflow, actor.id)


api = Routes(__name__, loaders={"workflow_id": ("workflow", _visible)})


class NewWorkflow(msgspec.Struct):
    """What to review; the newest `main` version unless said otherwise."""

    asset_id: str
    template_id: str
    version: Annotated[int, msgspec.Meta(ge=1)] | None = None


class WorkflowQuery(ListQuery, kw_only=True):
    """Which workflows."""

    status: WorkflowStatus | None = None
    assigned_to: Literal["me"] | None = None
    asset_id: str | None = None


class DecisionRequest(msgspec.Struct):
    """A decision; `step_id` makes sure that it is of the step that is meant."""

    decision: Decision
    comment: Comment = ""
    step_id: Annotated[str, msgspec.Meta(max_length=64)] | None = None


class Cancellation(msgspec.Struct):
    """Why a workflow ends without a decision."""

    comment: Comment = ""


class Delegation(msgspec.Struct):
    """Who decides instead: a member, by id or address."""

    to: Annotated[str, msgspec.Meta(min_length=1, max_length=254)]
    comment: Comment = ""


class StatisticsQuery(msgspec.Struct):
    """Of which time: the last so many days."""

    days: Annotated[int, msgspec.Meta(ge=1, le=3660)] = 30


@api.post(
    "/workflows",
    may=EDITORS,
    status=201,
    problems=[NotFound, WorkflowExists, NotReady, AssetTrashed, Conflict],
)
def start_workflow(actor: Actor, body: NewWorkflow) -> WorkflowShown:
    """Have a version reviewed."""
    asset = catalog.visible(actor, body.asset_id)
    template = templates.get(actor.tenant_id, body.template_id)
    number = body.version or int(asset.current_version)
    version = catalog.version(actor.tenant_id, asset.asset_id, number)
    if version is None:
        raise NotFound("There is no such version.")
    values = templates.read(template.values)
    started = starting.start(asset, version, template.id, values, actor.person, clock.now())
    return shapes.workflow(started)


@api.get("/workflows", may=MEMBERS, problems=[NotFound])
def list_workflows(actor: Actor, query: WorkflowQuery) -> Page[WorkflowShown]:
    """List the workflows that you see, newest first; those assigned to you, most urgent first."""

    def read(position: Any) -> tuple[list[WorkflowShown], Any]:
        found, following = listing.page(
            actor,
            query.limit,
            position,
            status=query.status,
            mine=query.assigned_to == "me",
            asset_id=query.asset_id,
        )
        return [shapes.workflow(one, brief=True) for one in found], following

    return lists.page(f"workflows for {actor.id}", actor.tenant_id, query, read)


@api.get("/workflows/statistics", may=OVERSEERS)
def show_statistics(actor: Actor, query: StatisticsQuery) -> Statistics:
    """Say what became of the workflows that began in the last days, and what waits now."""
    return statistics.of_days(actor.tenant_id, query.days, clock.now())


@api.get("/workflows/{workflow_id}", may=MEMBERS)
def show_workflow(actor: Actor, workflow: Workflow) -> WorkflowShown:
    """Show a workflow."""
    if not _concerns(workflow, actor):  # who sees the published version knows of no newer one
        raise NotFound("There is no such workflow.")
    return shapes.workflow(workflow)


@api.post(
    "/workflows/{workflow_id}/approve",
    may=MEMBERS,
    problems=[NotAnApprover, SelfApproval, AlreadyDecided, WorkflowClosed],
)
def decide_workflow(actor: Actor, workflow: Workflow, body: DecisionRequest) -> WorkflowShown:
    """Decide the present step of a workflow."""
    now = clock.now()
    decided = decisions.decide(workflow, actor, body.decision, body.comment, now, body.step_id)
    return shapes.workflow(decided)


def _may_cancel(actor: Actor, workflow: Workflow) -> None:
    """Let the uploader and admins end a workflow.

    Raises:
        Forbidden: it is somebody else.
    """
    if workflow.instance.uploader["id"] != actor.id and not actor.has(ADMINS):
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
    problems=[NotFound, NotAnApprover, SelfApproval, WorkflowClosed, Conflict],
)
def delegate_workflow(actor: Actor, workflow: Workflow, body: Delegation) -> WorkflowShown:
    """Hand your assignment to another member."""
    handed = decisions.delegate(workflow, actor, body.to, body.comment, clock.now())
    return shapes.workflow(handed)
