"""Templates: how a tenant has its content approved, and which template applies to what."""

import json
import math
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec

from chalicelib.assets import media_types
from chalicelib.assets.descriptions import CategoryPath, checked_category
from chalicelib.assets.faces import Face
from chalicelib.assets.models import AssetMetadata, AssetVersion
from chalicelib.core import clock, texts
from chalicelib.core.errors import NotFound, invalid
from chalicelib.core.outbox import Person, record
from chalicelib.core.tables import ConditionFailed, change, find, put, remove, transact
from chalicelib.tenants import accounts, members
from chalicelib.workflows.models import WorkflowTemplate, template_key

MAX_STEPS = 50
_MOST_TEMPLATES = 500
_MOST_BYTES = 120_000
"""An audit record holds the old and the new one, and an item of DynamoDB's ends at 400 kB."""

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Word = Annotated[str, msgspec.Meta(min_length=1, max_length=254)]
TypePattern = Annotated[
    str,
    msgspec.Meta(
        # Python's `$` alone would take a line break at the end.
        pattern=r"^(\*|[A-Za-z0-9]+/(\*|[A-Za-z0-9.+_-]+))$(?!\n)",
        max_length=255,
        examples=["image/*", "image/png"],
    ),
]
Hours = Annotated[float, msgspec.Meta(gt=0, le=8760)]
OnTimeout = Literal["reject", "approve"]


class Approvers(msgspec.Struct, forbid_unknown_fields=True):
    """Who decides a step: whoever holds one of the roles, or the members named."""

    type: Literal["roles", "users"]
    roles: Annotated[list[Word], msgspec.Meta(max_length=50)] = []
    users: Annotated[list[Word], msgspec.Meta(max_length=100)] = []


class Escalation(msgspec.Struct, forbid_unknown_fields=True):
    """Who decides a step when its time was over once; holders of the roles and members named."""

    roles: Annotated[list[Word], msgspec.Meta(max_length=50)] = []
    users: Annotated[list[Word], msgspec.Meta(max_length=100)] = []


class Step(msgspec.Struct, forbid_unknown_fields=True):
    """One step; `timeout_hours` takes fractions and is rounded up to seconds."""

    id: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    name: Name
    approvers: Approvers
    requires_all: bool = False
    timeout_hours: Hours | None = None
    escalate_to: Escalation | None = None
    on_timeout: OnTimeout = "reject"


class Conditions(msgspec.Struct, forbid_unknown_fields=True):
    """When nobody has to decide: all that are given must hold; none given means never.

    `file_size_limit` is in bytes, inclusive; `trusted_uploaders` holds member ids.
    """

    file_size_limit: Annotated[int, msgspec.Meta(ge=0)] | None = None
    trusted_uploaders: Annotated[list[Word], msgspec.Meta(max_length=500)] | None = None
    safe_mime_types: Annotated[list[TypePattern], msgspec.Meta(max_length=100)] | None = None


class Template(msgspec.Struct, kw_only=True):
    """What the API takes as a template."""

    name: Name
    description: Annotated[str, msgspec.Meta(max_length=2000)] = ""
    content_type: TypePattern = "*"
    category: CategoryPath | None = None
    steps: Annotated[list[Step], msgspec.Meta(min_length=1, max_length=MAX_STEPS)]
    auto_approve_conditions: Conditions | None = None
    allow_self_approval: bool = False
    is_active: bool = True


class Subject(msgspec.Struct, frozen=True):
    """What a template is chosen for, and its conditions are checked against."""

    content_type: str
    size_bytes: int
    category: str | None
    uploader_id: str


def subject_of(asset: AssetMetadata, version: AssetVersion, face: Face) -> Subject:
    """Describe a version as templates look at it."""
    return Subject(face.content_type, face.size_bytes, asset.category, version.uploader["id"])


def read(stored: dict[str, Any]) -> Template:
    """Read a template's values as a table holds them."""
    return msgspec.convert(stored, Template)


def create(tenant_id: str, wanted: Template, actor: Person, now: datetime) -> WorkflowTemplate:
    """Keep a new template.

    Raises:
        Invalid: steps or people are not as they must be.
        NotFound: it names members that there are not.
    """
    at = clock.timestamp(now)
    template = WorkflowTemplate(
        tenant_id,
        template_key(clock.new_id(now)),
        values=_checked(tenant_id, wanted),
        created_by=msgspec.to_builtins(actor),
        created_at=at,
        updated_at=at,
    )
    if len(every(tenant_id)) >= _MOST_TEMPLATES:
        raise invalid("name", f"A tenant has at most {_MOST_TEMPLATES} templates")
    transact(put(template), put(_record(template, actor, "created", now, new=template.values)))
    return template


def replace(
    template: WorkflowTemplate, wanted: Template, actor: Person, now: datetime
) -> WorkflowTemplate:
    """Replace a template; workflows under way go on by the one that they began with.

    Raises:
        Invalid, NotFound: as `create`.
    """
    old, new = template.values, _checked(template.pk, wanted)
    template.values, template.updated_at = new, clock.timestamp(now)
    actions = [
        WorkflowTemplate.values.set(new),
        WorkflowTemplate.updated_at.set(template.updated_at),
    ]
    written = _record(template, actor, "changed", now, old=old, new=new)
    try:
        transact(change(template, *actions, condition=WorkflowTemplate.pk.exists()), put(written))
    except ConditionFailed:
        raise NotFound("There is no such template.") from None
    return template


def delete(template: WorkflowTemplate, actor: Person, now: datetime) -> None:
    """Remove a template; workflows keep the one that they began with."""
    try:
        transact(
            remove(template, condition=WorkflowTemplate.pk.exists()),
            put(_record(template, actor, "deleted", now, old=template.values)),
        )
    except ConditionFailed:
        return  # somebody else deleted it at the same time


def get(tenant_id: str, template_id: str) -> WorkflowTemplate:
    """Read a template.

    Raises:
        NotFound: there is none.
    """
    template = find(WorkflowTemplate, tenant_id, template_key(template_id))
    if template is None:
        raise NotFound("There is no such template.")
    return template


def every(tenant_id: str) -> list[WorkflowTemplate]:
    """List a tenant's templates, the newest first."""
    return list(
        WorkflowTemplate.query(
            tenant_id,
            WorkflowTemplate.sk.startswith(template_key("")),
            scan_index_forward=False,
        )
    )


def matching(templates: Iterable[WorkflowTemplate], subject: Subject) -> WorkflowTemplate | None:
    """Say which template applies by itself, of templates in the order of `every`.

    The one with the longest matching category, then the exact type, then the newest.
    """
    best, best_rank = None, (-1, -1)
    for template in templates:
        rank = _rank(read(template.values), subject)
        if rank is not None and rank > best_rank:
            best, best_rank = template, rank
    return best


def conditions(template: Template, subject: Subject) -> dict[str, bool]:
    """Say of each condition that a template gives whether it holds."""
    given = template.auto_approve_conditions or Conditions()
    held = {}
    if given.file_size_limit is not None:
        held["file_size_limit"] = subject.size_bytes <= given.file_size_limit
    if given.trusted_uploaders is not None:
        held["trusted_uploaders"] = subject.uploader_id in given.trusted_uploaders
    if given.safe_mime_types is not None:
        fits = (type_rank(pattern, subject.content_type) for pattern in given.safe_mime_types)
        held["safe_mime_types"] = any(rank is not None for rank in fits)
    return held


def approves_by_itself(held: dict[str, bool]) -> bool:
    """Say whether conditions were given and all hold."""
    return bool(held) and all(held.values())


def seconds(step: Step) -> int:
    """Give a step's time; fractions of hours are rounded up to seconds."""
    assert step.timeout_hours is not None  # filled in when the template was kept
    return max(1, math.ceil(round(step.timeout_hours * 3600, 6)))


def type_rank(pattern: str, content_type: str) -> int | None:
    """Say how exactly a type pattern fits: 2 the type, 1 its family, 0 anything; None not."""
    if pattern == "*":
        return 0
    family, _, subtype = pattern.partition("/")
    if subtype == "*":
        return 1 if content_type.startswith(f"{family.lower()}/") else None
    return 2 if media_types.canonical(pattern) == content_type else None


def _rank(template: Template, subject: Subject) -> tuple[int, int] | None:
    if not template.is_active:
        return None
    exactness = type_rank(template.content_type, subject.content_type)
    if exactness is None:
        return None
    if template.category is None:
        return 0, exactness
    if not f"{subject.category or ''}/".startswith(f"{template.category}/"):
        return None
    return len(template.category.split("/")), exactness


def _checked(tenant_id: str, wanted: Template) -> dict[str, Any]:
    """Check what types do not say, and write people as ids."""
    default_hours = accounts.settings_of(accounts.get(tenant_id)).default_timeout_hours
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


def _ids(tenant_id: str, people: list[str]) -> list[str]:
    return list(dict.fromkeys(members.get(tenant_id, person).id for person in people))


def _record(
    template: WorkflowTemplate, actor: Person, deed: str, now: datetime, **values: Any
) -> Any:
    subject = ("workflow_template", template.id)
    return record(template.pk, actor, f"workflow_template.{deed}", subject, now, **values)
