"""Workflow templates over HTTP."""

from functools import partial

import msgspec

from chalicelib.assets import catalog
from chalicelib.assets.models import AssetVersion
from chalicelib.core import clock, pages
from chalicelib.core.api import lists
from chalicelib.core.api.identity import Actor
from chalicelib.core.api.lists import ListQuery
from chalicelib.core.api.replies import Page
from chalicelib.core.api.routing import Routes
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.outbox import Person
from chalicelib.tenants import members, scopes
from chalicelib.tenants.roles import ADMINS, EDITORS
from chalicelib.workflows.approval import approvers, shapes
from chalicelib.workflows.approval.approvers import Staff
from chalicelib.workflows.approval.shapes import TemplateShown
from chalicelib.workflows.models import WorkflowTemplate
from chalicelib.workflows.moderation import rules
from chalicelib.workflows.templates import definition, examples, matching, registry
from chalicelib.workflows.templates.definition import Step, Template
from chalicelib.workflows.templates.matching import Subject

api = Routes[Actor](
    __name__,
    scopes=scopes.WORKFLOWS,
    loaders={
        "template_id": ("template", lambda actor, value: registry.get(actor.tenant_id, value))
    },
    variables={"template_id": "The template's id."},
    tags={"workflow_templates": "Who has to approve what, in which steps."},
)


class Simulation(msgspec.Struct):
    """What to try a template on.

    Attributes:
        asset_id: the asset whose newest version is looked at; nothing is started.
    """

    asset_id: str


class ApproverShown(msgspec.Struct):
    """A member who would be asked, and the role for which they would.

    Attributes:
        user: who would be asked.
        role: the role for which they would; null where the template names them.
    """

    user: Person
    role: str | None


class SimulatedStep(msgspec.Struct):
    """One step as it would open now; with nobody to decide it would escalate at once.

    So it would where all of more people would have to approve than can be asked.

    Attributes:
        id: its id in the template.
        name: its name.
        requires_all: whether everybody asked would have to approve.
        timeout_hours: how long it would wait, in hours.
        on_timeout: what would become of it when nobody decides.
        approvers: who would be asked; with nobody it would escalate at once.
        escalates_to: who would be asked after that.
    """

    id: str
    name: str
    requires_all: bool
    timeout_hours: float
    on_timeout: str
    approvers: list[ApproverShown]
    escalates_to: list[ApproverShown]


class Simulated(msgspec.Struct, kw_only=True):
    """What would become of an asset's newest version.

    `applies` says whether the template fits it; `chosen_template_id` names the one that would
    apply by itself. `conditions` says of each condition given whether it holds.

    Attributes:
        applies: whether the template fits that version.
        chosen_template_id: the template that would apply by itself; null where none does.
        conditions: whether each condition for approving without review holds, by its name.
        auto_approved: whether nobody would have to decide.
        steps: the steps that would be gone through.
    """

    applies: bool
    chosen_template_id: str | None
    conditions: dict[str, bool]
    auto_approved: bool
    steps: list[SimulatedStep]


@api.get("/workflow_templates", may=EDITORS)
def list_templates(actor: Actor, query: ListQuery) -> Page[TemplateShown]:
    """List the templates, newest first."""
    read = partial(pages.cut, registry.every(actor.tenant_id))
    return lists.page("workflow templates", actor.tenant_id, query, read, shapes.template)


@api.post(
    "/workflow_templates",
    may=ADMINS,
    status=201,
    problems=[NotFound],
    example=examples.TEMPLATE,
)
def create_template(actor: Actor, body: Template) -> TemplateShown:
    """Make a template."""
    made = registry.create(actor.tenant_id, body, actor.person, clock.now())
    return shapes.template(made)


@api.get("/workflow_templates/{template_id}", may=EDITORS)
def show_template(template: WorkflowTemplate) -> TemplateShown:
    """Show a template."""
    return shapes.template(template)


@api.put("/workflow_templates/{template_id}", may=ADMINS)
def replace_template(actor: Actor, template: WorkflowTemplate, body: Template) -> TemplateShown:
    """Replace a template; workflows under way go on as they began."""
    return shapes.template(registry.replace(template, body, actor.person, clock.now()))


@api.delete("/workflow_templates/{template_id}", may=ADMINS, problems=[Conflict])
def delete_template(actor: Actor, template: WorkflowTemplate) -> None:
    """Remove a template; workflows under way go on as they began."""
    rules.require_unused(actor.tenant_id, template.id)
    registry.delete(template, actor.person, clock.now())


@api.post("/workflow_templates/{template_id}/simulate", may=EDITORS)
def simulate_template(actor: Actor, template: WorkflowTemplate, body: Simulation) -> Simulated:
    """Return what would become of an asset by a template."""
    asset = catalog.visible(actor, body.asset_id)
    version = catalog.version(actor.tenant_id, asset.asset_id, asset.current_version)
    if version is None:
        raise NotFound("There is no such asset.")
    subject = matching.subject_of(asset, version, version.face)
    values = definition.read(template.values)
    held = matching.conditions(values, subject)
    chosen = matching.matching(registry.every(actor.tenant_id), subject)
    applies = matching.matching([template], subject) is not None
    staff = Staff(members.active(actor.tenant_id))
    return Simulated(
        applies=applies,
        chosen_template_id=chosen.id if chosen else None,
        conditions=held,
        auto_approved=applies and matching.approves_by_itself(held),
        steps=[_simulated(staff, values, step, subject, version) for step in values.steps],
    )


def _simulated(
    staff: Staff, template: Template, step: Step, subject: Subject, version: AssetVersion
) -> SimulatedStep:
    makers = frozenset({subject.uploader_id})
    try:
        asked = approvers.of_step(staff, template, step, makers)
    except approvers.TooManyToAsk:
        asked = []
    then = approvers.of_escalation(staff, template, step, makers)
    escalates = step.escalate_to is not None or not asked
    return SimulatedStep(
        id=step.id,
        name=step.name,
        requires_all=step.requires_all,
        timeout_hours=step.timeout_hours or 0,
        on_timeout=step.on_timeout,
        approvers=[ApproverShown(Person(one.id, one.email), one.role) for one in asked],
        escalates_to=[
            ApproverShown(Person(one.id, one.email), one.role)
            for one in (then if escalates else [])
        ],
    )
