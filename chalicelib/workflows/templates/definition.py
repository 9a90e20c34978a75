"""What a template says: steps, who decides them, and when nobody has to."""

import math
from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec

from chalicelib.assets import media_types
from chalicelib.assets.metadata.descriptions import CategoryPath

MAX_STEPS = 50
MOST_ASKED = 1000
"""How many people a step can ask at most; where all have to approve, more cannot decide it."""

_LONGEST_ID = 64

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
    """Who decides a step: whoever holds one of the roles, or the members named.

    Attributes:
        type: which of the two lists says who decides.
        roles: whoever holds one of these roles when the step begins, roles of the tenant's own
            among them.
        users: members, by id or address; answers name their ids.
    """

    type: Literal["roles", "users"]
    roles: Annotated[list[Word], msgspec.Meta(max_length=50)] = []
    users: Annotated[list[Word], msgspec.Meta(max_length=100)] = []


class Escalation(msgspec.Struct, forbid_unknown_fields=True):
    """Who decides a step when its time was over once; holders of the roles and members named.

    Attributes:
        roles: whoever holds one of these roles.
        users: members, by id or address.
    """

    roles: Annotated[list[Word], msgspec.Meta(max_length=50)] = []
    users: Annotated[list[Word], msgspec.Meta(max_length=100)] = []


class Step(msgspec.Struct, forbid_unknown_fields=True):
    """One step; `timeout_hours` takes fractions and is rounded up to seconds.

    Attributes:
        id: a name for programs, unique in the template.
        name: its name for people.
        approvers: who decides.
        requires_all: true has everybody asked approve, of whom there may be 1,000; else the first
            decision holds.
        timeout_hours: how long it waits before it escalates or ends; fractions are rounded up to
            seconds, and left out it is the tenant's `DEFAULT_TIMEOUT_HOURS`.
        escalate_to: who decides when its time was over once, for the same time again; null ends it
            then.
        on_timeout: what becomes of the step when nobody decided.
    """

    id: Annotated[str, msgspec.Meta(min_length=1, max_length=_LONGEST_ID)]
    name: Name
    approvers: Approvers
    requires_all: bool = False
    timeout_hours: Hours | None = None
    escalate_to: Escalation | None = None
    on_timeout: OnTimeout = "reject"


class Conditions(msgspec.Struct, forbid_unknown_fields=True):
    """When nobody has to decide: all that are given must hold; none given means never.

    `file_size_limit` is in bytes, inclusive; `trusted_uploaders` holds member ids.

    Attributes:
        file_size_limit: holds for files of at most so many bytes.
        trusted_uploaders: holds for uploads by these members, by id.
        safe_mime_types: holds for these media types, such as `image/png` or `image/*`.
    """

    file_size_limit: Annotated[int, msgspec.Meta(ge=0)] | None = None
    trusted_uploaders: Annotated[list[Word], msgspec.Meta(max_length=500)] | None = None
    safe_mime_types: Annotated[list[TypePattern], msgspec.Meta(max_length=100)] | None = None


class Template(msgspec.Struct, kw_only=True):
    """What the API takes as a template.

    Attributes:
        name: its name.
        description: what it is for.
        content_type: what it applies to: a media type, `image/*` and the like, or `*`; the narrower
            one wins.
        category: applies to what is in this category or below it; the longer path wins, and null
            sets none.
        steps: the steps, one after the other.
        auto_approve_conditions: when nobody has to decide; null means never.
        allow_self_approval: true lets uploaders decide on what they made.
        is_active: false keeps the template without applying it.
    """

    name: Name
    description: Annotated[str, msgspec.Meta(max_length=2000)] = ""
    content_type: TypePattern = "*"
    category: CategoryPath | None = None
    steps: Annotated[list[Step], msgspec.Meta(min_length=1, max_length=MAX_STEPS)]
    auto_approve_conditions: Conditions | None = None
    allow_self_approval: bool = False
    is_active: bool = True


class Combined(Template, kw_only=True):
    """A template with the steps of another one before its own, as a workflow runs by it."""

    steps: Annotated[list[Step], msgspec.Meta(min_length=1)]


def read(stored: dict[str, Any]) -> Template:
    """Read a template's values as a table holds them."""
    return msgspec.convert(stored, Combined)


def on_top(picked: Template, applying: Template) -> Template:
    """Put a template's steps before those of the one that applies.

    Step ids that both have get a prefix in the picked one. Nobody approves an upload of their own
    unless both let them.
    """
    taken = {step.id for step in applying.steps}
    first = []
    for step in picked.steps:
        name = step.id
        for number in range(1, len(picked.steps) + len(applying.steps) + 1):
            if name not in taken:
                break
            name = f"extra{number}-{step.id}"[:_LONGEST_ID]
        taken.add(name)
        first.append(msgspec.structs.replace(step, id=name))
    return Combined(
        **{name: getattr(applying, name) for name in Template.__struct_fields__}
        | {
            "steps": [*first, *applying.steps],
            "allow_self_approval": picked.allow_self_approval and applying.allow_self_approval,
        }
    )


def stacked(templates: Sequence[Template]) -> Template:
    """Put all templates on top of each other, the first on top; at least one."""
    *above, whole = templates
    for template in reversed(above):
        whole = on_top(template, whole)
    return whole


def seconds(step: Step) -> int:
    """Return a step's time; fractions of hours are rounded up to seconds."""
    assert step.timeout_hours is not None  # filled in when the template was kept
    return max(1, math.ceil(round(step.timeout_hours * 3600, 6)))


def type_rank(pattern: str, content_type: str) -> int | None:
    """Return how exactly a type pattern fits: 2 the type, 1 its family, 0 anything; None not."""
    if pattern == "*":
        return 0
    family, _, subtype = pattern.partition("/")
    if subtype == "*":
        return 1 if content_type.startswith(f"{family.lower()}/") else None
    return 2 if media_types.canonical(pattern) == content_type else None
