"""A tenant's templates: created, replaced, deleted, listed."""

import json
from datetime import datetime
from typing import Any

import msgspec

from chalicelib.assets.metadata.descriptions import checked_category
from chalicelib.core import texts
from chalicelib.core.errors import invalid
from chalicelib.core.outbox import Person
from chalicelib.core.resources import Resources
from chalicelib.core.tables import Write, put
from chalicelib.tenants import accounts, members
from chalicelib.workflows.models import TemplateForm, WorkflowTemplate, form_key, template_key
from chalicelib.workflows.templates import definition
from chalicelib.workflows.templates.definition import Template

_MOST_TEMPLATES = 500
_MOST_BYTES = 120_000
"""An audit record holds the old and the new one, and an item of DynamoDB's ends at 400 kB."""


def _form(template: WorkflowTemplate, until: str) -> Write:
    """Keep what a template said until it was changed or deleted."""
    form = TemplateForm(
        template.pk,
        form_key(until, template.id),
        template_id=template.id,
        values=template.values,
        since=template.updated_at,
        moved_from=template.moved_from,
        created_by=template.created_by,
        created_at=template.created_at,
    )
    return put(form)


_templates = Resources(
    WorkflowTemplate, template_key(""), "workflow_template", "template", retired=_form
)


def create(tenant_id: str, wanted: Template, actor: Person, now: datetime) -> WorkflowTemplate:
    """Keep a new template.

    Raises:
        Invalid: steps or people are not as they must be.
        NotFound: it names members that there are not.
    """
    made = _templates.made_before(tenant_id, now)
    if made is not None:
        return made
    values = _checked(tenant_id, wanted)
    if len(every(tenant_id)) >= _MOST_TEMPLATES:
        raise invalid("name", f"A tenant has at most {_MOST_TEMPLATES} templates")
    return _templates.create(tenant_id, values, actor, now)


def replace(
    template: WorkflowTemplate, wanted: Template, actor: Person, now: datetime
) -> WorkflowTemplate:
    """Replace a template; workflows under way go on by the one that they began with.

    Raises:
        Invalid, NotFound: as `create`.
        Conflict: too many change it at the same time.
    """
    values = _checked(template.pk, wanted)
    return _templates.replace(template, lambda _: values, actor, now)


def delete(template: WorkflowTemplate, actor: Person, now: datetime) -> None:
    """Remove a template; workflows, and versions judged before, keep it as it was. Idempotent."""
    _templates.delete(template, actor, now)


def get(tenant_id: str, template_id: str) -> WorkflowTemplate:
    """Read a template.

    Raises:
        NotFound: there is none.
    """
    return _templates.get(tenant_id, template_id)


def every(tenant_id: str) -> list[WorkflowTemplate]:
    """List a tenant's templates, the newest first."""
    return _templates.every(tenant_id)


def in_force(tenant_id: str, at: str) -> list[WorkflowTemplate]:
    """List a tenant's templates as they were at a moment, the newest first."""
    found = [one for one in every(tenant_id) if one.updated_at <= at]
    for form in TemplateForm.query(
        tenant_id, TemplateForm.sk.between(form_key(at), form_key("9")), consistent_read=True
    ):
        if form.since <= at:
            found.append(_template(form))
    return sorted(found, key=lambda one: one.id, reverse=True)


def _template(form: TemplateForm) -> WorkflowTemplate:
    return WorkflowTemplate(
        form.pk,
        template_key(form.template_id),
        values=form.values,
        created_by=form.created_by,
        created_at=form.created_at,
        updated_at=form.since,
        moved_from=form.moved_from,
    )


def _checked(tenant_id: str, wanted: Template) -> dict[str, Any]:
    """Check what types do not say, and write people as ids."""
    default_hours = accounts.settings_of(tenant_id).default_timeout_hours
    texts.require_line("name", wanted.name)
    if wanted.category is not None:
        wanted.category = checked_category(wanted.category)
    seen: set[str] = set()
    for number, step in enumerate(wanted.steps):
        field = f"steps[{number}]"
        if step.id in seen:
            raise invalid(f"{field}.id", "Every step needs an id of its own")
        seen.add(step.id)
        texts.require_line(f"{field}.name", step.name)
        named = step.approvers.roles if step.approvers.type == "roles" else step.approvers.users
        if not named:
            raise invalid(f"{field}.approvers.{step.approvers.type}", "Name at least one")
        step.timeout_hours = step.timeout_hours or default_hours
        step.approvers.roles = _roles(f"{field}.approvers.roles", step.approvers.roles)
        step.approvers.users = _ids(tenant_id, step.approvers.users)
        if step.requires_all and step.approvers.type == "roles":
            _require_askable(tenant_id, f"{field}.requires_all", step.approvers.roles)
        if step.escalate_to is not None:
            if not (step.escalate_to.roles or step.escalate_to.users):
                raise invalid(f"{field}.escalate_to", "Name roles or users, or leave it null")
            step.escalate_to.roles = _roles(f"{field}.escalate_to.roles", step.escalate_to.roles)
            step.escalate_to.users = _ids(tenant_id, step.escalate_to.users)
    given = wanted.auto_approve_conditions
    if given is not None and given.trusted_uploaders is not None:
        given.trusted_uploaders = _ids(tenant_id, given.trusted_uploaders)
    values: dict[str, Any] = msgspec.to_builtins(wanted)
    if len(json.dumps(values)) > _MOST_BYTES:  # as it is stored: what is not ASCII takes six
        raise invalid("steps", f"The template is larger than {_MOST_BYTES} bytes; name roles")
    return values


def _roles(field: str, names: list[str]) -> list[str]:
    stripped = [name.strip() for name in names]
    if not all(name and len(name) <= members.MAX_ROLE_LENGTH for name in stripped):
        raise invalid(field, f"A role has 1 to {members.MAX_ROLE_LENGTH} characters")
    return list(dict.fromkeys(stripped))


def _require_askable(tenant_id: str, field: str, names: list[str]) -> None:
    """Refuse to require everybody's approval of a role that more hold than can be asked.

    Raises:
        Invalid: so many hold one of the roles.
    """
    wanted, most = set(names), definition.MOST_ASKED
    holders = sum(not wanted.isdisjoint(one.roles) for one in members.active(tenant_id))
    if holders > most:
        raise invalid(field, f"{holders} people hold these roles, and at most {most} can be asked")


def _ids(tenant_id: str, people: list[str]) -> list[str]:
    return list(dict.fromkeys(members.get(tenant_id, person).id for person in people))
