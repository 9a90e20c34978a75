"""Workflow templates over HTTP."""

from typing import Any

import msgspec

from chalicelib.assets import catalog, faces
from chalicelib.assets.models import AssetVersion
from chalicelib.assets.shapes import PersonShown
from chalicelib.core import clock, lists
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.http import Page
from chalicelib.core.identity import Actor
from chalicelib.core.lists import ListQuery
from chalicelib.core.routing import Routes
from chalicelib.tenants.roles import ADMINS, EDITORS
from chalicelib.workflows import approvers, moderation, shapes, templates
from chalicelib.workflows.models import WorkflowTemplate
from chalicelib.workflows.shapes import TemplateShown
from chalicelib.workflows.templates import Step, Subject, Template

api = Routes(
    __name__,
    loaders={
        "template_id": ("template", lambda actor, value: templates.get(actor.tenant_id, value))
    },
)


class Simulation(msgspec.Struct):
    """What to try a template on."""

    asset_id: str


class ApproverShown(msgspec.Struct):
    """Somebody who would be asked, and the role for which they would."""

    user: PersonShown
    role: str | None


class SimulatedStep(msgspec.Struct):
    """One step as it would open now; with nobody to decide it would escalate at once."""

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
    """

    applies: bool
    chosen_template_id: str | None
    conditions: dict[str, bool]
    auto_approved: bool
    steps: list[SimulatedStep]


@api.get("/workflow_templates", may=EDITORS)
def list_templates(actor: Actor, query: ListQuery) -> Page[TemplateShown]:
    """List the templates, newest first."""

    def read(position: Any) -> tuple[list[TemplateShown], Any]:
        every = templates.every(actor.tenant_id)
        start = int(position or 0)
        end = start + query.limit
        found = [shapes.template(item) for item in every[start:end]]
        return found, end if end < len(every) else None

    return lists.page("workflow templates", actor.tenant_id, query, read)


@api.post("/workflow_templates", may=ADMINS, status=201, problems=[NotFound])
def create_template(actor: Actor, body: Template) -> TemplateShown:
    """Make a template."""
    made = templates.create(actor.tenant_id, body, actor.person, clock.now())
    return shapes.template(made)


@api.get("/workflow_templates/{template_id}", may=EDITORS)
def show_template(template: WorkflowTemplate) -> TemplateShown:
    """Show a template."""
    return shapes.template(template)


@api.put("/workflow_templates/{template_id}", may=ADMINS)
def replace_template(actor: Actor, template: WorkflowTemplate, body: Template) -> TemplateShown:
    """Replace a template; workflows under way go on as they began."""
    return shapes.template(templates.replace(template, body, actor.person, clock.now()))


@api.delete("/workflow_templates/{template_id}", may=ADMINS, problems=[Conflict])
def delete_template(actor: Actor, template: WorkflowTemplate) -> None:
    """Remove a template; workflows under way go on as they began."""
    moderation.require_unused(actor.tenant_id, template.id)
    templates.delete(template, actor.person, clock.now())


@api.post("/workflow_templates/{template_id}/simulate", may=EDITORS)
def simulate_template(actor: Actor, template: WorkflowTemplate, body: Simulation) -> Simulated:
    """Say what would become of an asset by a template."""
    asset = catalog.visible(actor, body.asset_id)
    version = catalog.version(actor.tenant_id, asset.asset_id, int(asset.current_version))
    if version is None:
        raise NotFound("There is no such asset.")
    subject = templates.subject_of(asset, version, faces.read(version.face))
    values = templates.read(template.values)
    held = templates.conditions(values, subject)
    chosen = templates.matching(templates.every(actor.tenant_id), subject)
    applies = templates.matching([template], subject) is not None
    return Simulated(
        applies=applies,
        chosen_template_id=chosen.id if chosen else None,
        conditions=held,
        auto_approved=applies and templates.approves_by_itself(held),
        steps=[_simulated(actor, values, step, subject, version) for step in values.steps],
    )


def _simulated(
    actor: Actor, template: Template, step: Step, subject: Subject, version: AssetVersion
) -> SimulatedStep:
    uploader_id = subject.uploader_id
    asked = approvers.of_step(actor.tenant_id, template, step, uploader_id)
    then = approvers.of_escalation(actor.tenant_id, template, step, uploader_id, enabled=True)
    escalates = step.escalate_to is not None or not asked
    return SimulatedStep(
        id=step.id,
        name=step.name,
        requires_all=step.requires_all,
        timeout_hours=step.timeout_hours or 0,
        on_timeout=step.on_timeout,
        approvers=[ApproverShown(PersonShown(one.id, one.email), one.role) for one in asked],
        escalates_to=[
            ApproverShown(PersonShown(one.id, one.email), one.role)
            for one in (then if escalates else [])
        ],
    )
