"""Templates go with their category when it moves, in every form that they ever had.

While its assets are on their way, a template holds for the old and the new path, so that nothing
escapes it and nothing is judged again.
"""

from datetime import datetime

from chalicelib.assets.metadata import categories
from chalicelib.core import tables
from chalicelib.core.outbox import Person, record
from chalicelib.core.tables import ConditionFailed, change, find, put, transact
from chalicelib.workflows.models import TemplateForm, WorkflowTemplate
from chalicelib.workflows.templates import registry

_ATTEMPTS = 5


def begin(tenant_id: str, old: str, new: str, actor: Person, now: datetime) -> None:
    """Let the templates of a category, and of those below it, hold for its new path, too."""
    for template in registry.every(tenant_id):
        _move(template, old, new, actor, now)
    for form in _forms(tenant_id):
        path = form.values.get("category")
        if path is not None and categories.lies_in(path, old):
            values = form.values | {"category": categories.moved(path, old, new)}
            tables.update(form, TemplateForm.values.set(values), TemplateForm.moved_from.set(path))


def end(tenant_id: str, old: str) -> None:
    """Let templates hold for the new path alone."""
    for template in registry.every(tenant_id):
        if categories.lies_in(template.moved_from, old):
            tables.update(template, WorkflowTemplate.moved_from.remove())
    for form in _forms(tenant_id):
        if categories.lies_in(form.moved_from, old):
            tables.update(form, TemplateForm.moved_from.remove())


def decides(tenant_id: str, path: str) -> bool:
    """Return whether a template is for a category, or for one below it."""
    return any(
        categories.lies_in(one.values.get("category"), path) for one in registry.every(tenant_id)
    )


def decides_anew(tenant_id: str, old: str, new: str) -> bool:
    """Return whether a template is for a category above the new path, and not above the old one."""
    paths = [one.values.get("category") for one in registry.every(tenant_id)]
    return any(
        path is not None and categories.lies_in(new, path) and not categories.lies_in(old, path)
        for path in paths
    )


def _move(
    template: WorkflowTemplate | None, old: str, new: str, actor: Person, now: datetime
) -> None:
    for _ in range(_ATTEMPTS):
        if template is None or not categories.lies_in(template.values.get("category"), old):
            return
        before, path = template.values, str(template.values["category"])
        after = before | {"category": categories.moved(path, old, new)}
        subject = ("workflow_template", template.id)
        told = record(
            template.pk, actor, "workflow_template.changed", subject, now, old=before, new=after
        )
        moved = change(
            template,
            WorkflowTemplate.values.set(after),
            WorkflowTemplate.moved_from.set(path),
            WorkflowTemplate.revision.set(template.revision + 1),
            condition=WorkflowTemplate.values == before,
        )
        try:
            transact(moved, put(told))
            return
        except ConditionFailed:
            template = find(WorkflowTemplate, template.pk, template.sk)


def _forms(tenant_id: str) -> list[TemplateForm]:
    every = TemplateForm.sk.startswith("FORM#")
    return list(TemplateForm.query(tenant_id, every, consistent_read=True))
