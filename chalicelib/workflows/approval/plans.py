"""By which steps something is reviewed."""

from collections.abc import Sequence
from typing import NamedTuple

from chalicelib.workflows.models import WorkflowTemplate
from chalicelib.workflows.templates import definition
from chalicelib.workflows.templates.definition import Template


class Plan(NamedTuple):
    """By which steps something is reviewed.

    `template_id` names the template that applies, `picked_id` the first that came on top of it.
    `order` holds the positions of the steps in the order in which they are decided; empty for
    their own. `held` names the conditions by which nobody has to decide. `rules_met` holds the
    moderation rules that are met with it, as in `WorkflowInstance`.
    """

    template_id: str
    template: Template
    picked_id: str | None = None
    order: tuple[int, ...] = ()
    held: tuple[str, ...] = ()
    rules_met: dict[str, dict[str, str]] = {}


def stacked(templates: Sequence[WorkflowTemplate]) -> Plan:
    """Return the plan of going through templates, the first one's steps first; at least one."""
    steps = definition.stacked([definition.read(one.values) for one in templates])
    picked = templates[0].id if len(templates) > 1 else None
    return Plan(templates[-1].id, steps, picked_id=picked)
