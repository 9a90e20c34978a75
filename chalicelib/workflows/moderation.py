"""Moderation rules: keeping them, and what they say of a version that is ready."""

from datetime import datetime
from typing import Annotated, Any, Literal, NamedTuple

import msgspec

from chalicelib.assets.admission import Candidate
from chalicelib.core import clock, texts
from chalicelib.core.errors import Conflict, NotFound, invalid
from chalicelib.core.outbox import SYSTEM, Person, record
from chalicelib.core.tables import ConditionFailed, Write, change, find, put, remove, transact
from chalicelib.workflows import conditions, folding, templates
from chalicelib.workflows.conditions import Condition
from chalicelib.workflows.folding import Report
from chalicelib.workflows.moderation_models import ContentModerationRule, rule_key

MOST_RULES = 200
MOST_PATTERNS = 200
"""How many `matches` all rules of a tenant may have: each is looked for in every text."""

_ATTEMPTS = 10

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
When = Annotated[list[Condition], msgspec.Meta(min_length=1, max_length=20)]
Action = Literal["flag", "block", "require_template"]


class Rule(msgspec.Struct, kw_only=True):
    """What the API takes as a rule; it applies where all of its conditions hold."""

    name: Name
    when: When
    action: Action
    template_id: str | None = None
    is_active: bool = True


class RuleChange(msgspec.Struct, kw_only=True):
    """What changes of a rule."""

    name: Name | msgspec.UnsetType = msgspec.UNSET
    when: When | msgspec.UnsetType = msgspec.UNSET
    action: Action | msgspec.UnsetType = msgspec.UNSET
    template_id: str | msgspec.UnsetType | None = msgspec.UNSET
    is_active: bool | msgspec.UnsetType = msgspec.UNSET


class Ruling(NamedTuple):
    """What the rules say of a version.

    `writes` belong into the transaction that moves it; one of them fails if somebody flags the
    asset at the same moment.
    """

    blocked: bool
    template_id: str | None
    writes: list[Write]


def judge(candidate: Candidate, now: datetime) -> Ruling:
    """Evaluate a tenant's active rules on a version that is ready.

    What is blocked is flagged, too, so that a moderator sees it. Of several templates that are
    required the newest rule's counts.
    """
    if candidate.skip_rules:
        return Ruling(False, None, [])
    asset = candidate.asset
    hits = [
        (rule.id, values)
        for rule in every(asset.tenant_id)
        if (values := read(rule.values)).is_active and conditions.hold(values.when, candidate)
    ]
    said = [
        Report(
            by=SYSTEM,
            reason="rule",
            comment=values.name,
            at=clock.timestamp(now),
            version=int(candidate.version.number),
            rule_id=rule_id,
        )
        for rule_id, values in hits
        if values.action in {"flag", "block"}
    ]
    writes = folding.folded(asset, said, now)[1] if said else []
    required = [values.template_id for _, values in hits if values.action == "require_template"]
    blocked = any(values.action == "block" for _, values in hits)
    return Ruling(blocked, required[0] if required else None, writes)


def every(tenant_id: str) -> list[ContentModerationRule]:
    """List a tenant's rules, the newest first."""
    return list(
        ContentModerationRule.query(
            tenant_id,
            ContentModerationRule.sk.startswith(rule_key("")),
            scan_index_forward=False,
        )
    )


def reads_content(tenant_id: str) -> bool:
    """Say whether an active rule asks for what only reading a content's metadata tells."""
    rules = (read(rule.values) for rule in every(tenant_id))
    return any(
        conditions.reads_content(condition)
        for rule in rules
        if rule.is_active
        for condition in rule.when
    )


def read(stored: dict[str, Any]) -> Rule:
    """Read a rule as the table holds it."""
    return msgspec.convert(stored, Rule)


def get(tenant_id: str, rule_id: str) -> ContentModerationRule:
    """Read a rule.

    Raises:
        NotFound: there is none.
    """
    rule = find(ContentModerationRule, tenant_id, rule_key(rule_id))
    if rule is None:
        raise NotFound("There is no such rule.")
    return rule


def create(tenant_id: str, wanted: Rule, actor: Person, now: datetime) -> ContentModerationRule:
    """Make a rule; it counts for what becomes ready from now on.

    Raises:
        Invalid: a condition that cannot be evaluated, a template where there is none to require or
            none where there is, or a rule too many.
        NotFound: there is no such template.
    """
    at = clock.timestamp(now)
    rule = ContentModerationRule(
        tenant_id,
        rule_key(clock.new_id(now)),
        values=_checked(tenant_id, wanted),
        created_by=msgspec.to_builtins(actor),
        created_at=at,
        updated_at=at,
    )
    others = every(tenant_id)
    if len(others) >= MOST_RULES:
        raise invalid("name", f"A tenant has at most {MOST_RULES} rules")
    _require_room(others, wanted)
    transact(put(rule), put(_record(rule, actor, "created", now, new=rule.values)))
    return rule


def alter(
    rule: ContentModerationRule, wanted: RuleChange, actor: Person, now: datetime
) -> ContentModerationRule:
    """Change the fields of a rule that are given.

    Another action than `require_template` drops the template, unless one is given.

    Raises:
        Invalid: as `create`.
        NotFound: there is no such template, or the rule is deleted.
    """
    given = {
        name: value
        for name in wanted.__struct_fields__
        if (value := getattr(wanted, name)) is not msgspec.UNSET
    }
    if given.get("action", "require_template") != "require_template":
        given.setdefault("template_id", None)
    for _ in range(_ATTEMPTS):
        old = rule.values
        before = read(old)
        changed = msgspec.structs.replace(before, **given)
        new = _checked(rule.pk, changed, known_template=before.template_id)
        if new == old:
            return rule
        _require_room([other for other in every(rule.pk) if other.id != rule.id], changed)
        at, revision = clock.timestamp(now), int(rule.revision)
        actions = [
            ContentModerationRule.values.set(new),
            ContentModerationRule.updated_at.set(at),
            ContentModerationRule.revision.set(revision + 1),
        ]
        try:
            transact(
                change(rule, *actions, condition=ContentModerationRule.revision == revision),
                put(_record(rule, actor, "changed", now, old=old, new=new)),
            )
            return get(rule.pk, rule.id)
        except ConditionFailed:
            rule = get(rule.pk, rule.id)
    raise Conflict("Too many people change this rule at the same time; try again.")


def require_unused(tenant_id: str, template_id: str) -> None:
    """Refuse to take away a template that a rule requires.

    Raises:
        Conflict: a rule does.
    """
    for rule in every(tenant_id):
        if rule.values.get("template_id") == template_id:
            raise Conflict(f'The rule "{rule.values["name"]}" requires this template.')


def delete(rule: ContentModerationRule, actor: Person, now: datetime) -> None:
    """Remove a rule; what it flagged and blocked stays so."""
    try:
        transact(
            remove(rule, condition=ContentModerationRule.pk.exists()),
            put(_record(rule, actor, "deleted", now, old=rule.values)),
        )
    except ConditionFailed:
        return  # somebody else deleted it at the same time


def _checked(tenant_id: str, wanted: Rule, known_template: str | None = None) -> dict[str, Any]:
    texts.require_line("name", wanted.name)
    for number, condition in enumerate(wanted.when):
        conditions.check(f"when[{number}]", condition)
    if wanted.action == "require_template":
        if wanted.template_id is None:
            raise invalid("template_id", "Say which template is required")
        if wanted.template_id != known_template:
            templates.get(tenant_id, wanted.template_id)
    elif wanted.template_id is not None:
        raise invalid("template_id", "Only require_template takes a template")
    values: dict[str, Any] = msgspec.to_builtins(wanted)
    return values


def _require_room(others: list[ContentModerationRule], wanted: Rule) -> None:
    rules = [wanted, *(read(other.values) for other in others)]
    patterns = sum(one.op == "matches" for rule in rules for one in rule.when)
    if patterns > MOST_PATTERNS:
        raise invalid("when", f"All rules together have at most {MOST_PATTERNS} patterns")


def _record(
    rule: ContentModerationRule, actor: Person, deed: str, now: datetime, **values: Any
) -> Any:
    subject = ("moderation_rule", rule.id)
    return record(rule.pk, actor, f"moderation_rule.{deed}", subject, now, **values)
