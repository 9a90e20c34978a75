"""Moderation rules: keeping them, and what they say of a version that is ready."""

import hashlib
from collections.abc import Collection
from datetime import datetime
from typing import Annotated, Any, Literal, NamedTuple

import msgspec

from chalicelib.assets.admission import Candidate
from chalicelib.assets.metadata import categories
from chalicelib.core import clock, texts
from chalicelib.core.errors import Conflict, invalid
from chalicelib.core.outbox import SYSTEM, Person
from chalicelib.core.resources import Resources
from chalicelib.core.tables import Write
from chalicelib.workflows.moderation import flag_reports, rule_conditions
from chalicelib.workflows.moderation.models import ContentModerationRule, Report, rule_key
from chalicelib.workflows.moderation.rule_conditions import Condition
from chalicelib.workflows.templates import registry

MOST_RULES = 200
MOST_PATTERNS = 200
"""How many `matches` all rules of a tenant may have: each is looked for in every text."""

_rules = Resources(ContentModerationRule, rule_key(""), "moderation_rule", "rule")

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
When = Annotated[list[Condition], msgspec.Meta(min_length=1, max_length=20)]
Action = Literal["flag", "block", "require_template"]


class Rule(msgspec.Struct, kw_only=True):
    """What the API takes as a rule; it applies where all of its conditions hold.

    Attributes:
        name: its name, which a block and a flag mention.
        when: the conditions, all of which have to hold.
        action: `flag` tells moderators, `block` refuses or rejects what fits, `require_template`
            has it reviewed.
        template_id: the template that `require_template` starts; null for other actions.
        is_active: false keeps the rule without heeding it.
    """

    name: Name
    when: When
    action: Action
    template_id: str | None = None
    is_active: bool = True


class RuleChange(msgspec.Struct, kw_only=True):
    """What changes of a rule.

    Attributes:
        name: its name.
        when: all conditions, in place of those there are.
        action: what is done where it fits.
        template_id: the template that `require_template` starts; null for other actions.
        is_active: false keeps the rule without heeding it.
    """

    name: Name | msgspec.UnsetType = msgspec.UNSET
    when: When | msgspec.UnsetType = msgspec.UNSET
    action: Action | msgspec.UnsetType = msgspec.UNSET
    template_id: str | msgspec.UnsetType | None = msgspec.UNSET
    is_active: bool | msgspec.UnsetType = msgspec.UNSET


class Ruling(NamedTuple):
    """What the rules say of a version.

    `template_ids` names each template that they require once, the newest rule's first. `met` maps
    the ids of the rules that are met once those have approved it to hashes of what is said now.
    `writes` belong into the transaction that moves it; one of them fails if a member flags the
    asset at the same moment.
    """

    blocked: bool = False
    template_ids: tuple[str, ...] = ()
    met: dict[str, str] = {}
    writes: list[Write] = []


def judge(candidate: Candidate, now: datetime, edited: Collection[str] | None = None) -> Ruling:
    """Evaluate a tenant's active rules on a version that is ready, or on an edit of its asset.

    What is blocked is flagged, too, so that a moderator sees it. Several templates that are
    required all have to be satisfied. A rule that was met while the same was said has nothing more
    to ask. Where a moderator has looked at it nothing is flagged or blocked.

    Args:
        candidate: the version, its asset with the new values where that is edited.
        now: when.
        edited: the fields that change; rules that ask for none of them have no say.
    """
    asset, flags = candidate.asset, not candidate.by_moderator
    now_met: dict[str, str] = {}
    hits = []
    for rule in every(asset.tenant_id):
        values = read(rule.values)
        asks = edited is None or rule_conditions.asks_for(values.when, edited)
        if not (values.is_active and asks and rule_conditions.hold(values.when, candidate)):
            continue
        said = _hash_of_said(values, candidate)
        if values.action != "flag":
            now_met[str(rule.id)] = said
        if candidate.rules_met.get(rule.id) != said:
            hits.append((rule.id, values))
    reports = [
        Report(
            by=SYSTEM,
            reason="rule",
            comment=values.name,
            at=clock.timestamp(now),
            version=candidate.version.number,
            rule_id=rule_id,
        )
        for rule_id, values in hits
        if values.action in {"flag", "block"} and flags
    ]
    writes = flag_reports.folded(asset, reports, now)[1] if reports else []
    required = [one.template_id for _, one in hits if one.template_id is not None]
    blocked = flags and any(values.action == "block" for _, values in hits)
    return Ruling(blocked, tuple(dict.fromkeys(required)), now_met, writes)


def _hash_of_said(rule: Rule, candidate: Candidate) -> str:
    said = msgspec.json.encode(rule_conditions.said(rule.when, candidate), order="sorted")
    return hashlib.sha256(said).hexdigest()[:16]


def every(tenant_id: str) -> list[ContentModerationRule]:
    """List a tenant's rules, the newest first."""
    return _rules.every(tenant_id)


def reads_content(tenant_id: str) -> bool:
    """Return whether an active rule asks for what only reading a content's metadata tells."""
    rules = (read(rule.values) for rule in every(tenant_id))
    return any(
        rule_conditions.reads_content(condition)
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
    return _rules.get(tenant_id, rule_id)


def create(tenant_id: str, wanted: Rule, actor: Person, now: datetime) -> ContentModerationRule:
    """Make a rule; it counts for what becomes ready from now on.

    Raises:
        Invalid: a condition that cannot be evaluated, a template where there is none to require or
            none where there is, or a rule too many.
        NotFound: there is no such template.
    """
    made = _rules.made_before(tenant_id, now)
    if made is not None:
        return made
    values = _checked(tenant_id, wanted)
    others = every(tenant_id)
    if len(others) >= MOST_RULES:
        raise invalid("name", f"A tenant has at most {MOST_RULES} rules")
    _require_room(others, wanted)
    return _rules.create(tenant_id, values, actor, now)


def alter(
    rule: ContentModerationRule, wanted: RuleChange, actor: Person, now: datetime
) -> ContentModerationRule:
    """Change the fields of a rule that are given.

    Another action than `require_template` drops the template, unless one is given.

    Raises:
        Invalid: as `create`.
        NotFound: there is no such template, or the rule is deleted.
        Conflict: too many change it at the same time.
    """
    given = {
        name: value
        for name in wanted.__struct_fields__
        if (value := getattr(wanted, name)) is not msgspec.UNSET
    }
    if given.get("action", "require_template") != "require_template":
        given.setdefault("template_id", None)

    def changed(rule: ContentModerationRule) -> dict[str, Any]:
        before = read(rule.values)
        after = msgspec.structs.replace(before, **given)
        values = _checked(rule.pk, after, known_template=before.template_id)
        if values != rule.values:
            _require_room([other for other in every(rule.pk) if other.id != rule.id], after)
        return values

    return _rules.replace(rule, changed, actor, now)


def move_category(tenant_id: str, old: str, new: str, actor: Person, now: datetime) -> None:
    """Let conditions that name a category, or one below it, go with it."""

    def moved(condition: rule_conditions.Condition) -> rule_conditions.Condition:
        said = condition.value
        names = condition.field == "category" and condition.op == "equals"
        if not (names and isinstance(said, str)):
            return condition
        return msgspec.structs.replace(condition, value=categories.moved(said, old, new))

    def with_new_path(rule: ContentModerationRule) -> dict[str, Any]:
        before = read(rule.values)
        after = msgspec.structs.replace(before, when=[moved(one) for one in before.when])
        values: dict[str, Any] = rule.values if after == before else msgspec.to_builtins(after)
        return values

    for rule in every(tenant_id):
        _rules.replace(rule, with_new_path, actor, now)


def require_unused(tenant_id: str, template_id: str) -> None:
    """Refuse to take away a template that a rule requires.

    Raises:
        Conflict: a rule does.
    """
    for rule in every(tenant_id):
        if rule.values.get("template_id") == template_id:
            raise Conflict(f'The rule "{rule.values["name"]}" requires this template.')


def delete(rule: ContentModerationRule, actor: Person, now: datetime) -> None:
    """Remove a rule; what it flagged and blocked stays so. Idempotent."""
    _rules.delete(rule, actor, now)


def _checked(tenant_id: str, wanted: Rule, known_template: str | None = None) -> dict[str, Any]:
    texts.require_line("name", wanted.name)
    for number, condition in enumerate(wanted.when):
        rule_conditions.check(f"when[{number}]", condition)
    if wanted.action == "require_template":
        if wanted.template_id is None:
            raise invalid("template_id", "Say which template is required")
        if wanted.template_id != known_template:
            registry.get(tenant_id, wanted.template_id)
    elif wanted.template_id is not None:
        raise invalid("template_id", "Only require_template takes a template")
    values: dict[str, Any] = msgspec.to_builtins(wanted)
    return values


def _require_room(others: list[ContentModerationRule], wanted: Rule) -> None:
    rules = [wanted, *(read(other.values) for other in others)]
    patterns = sum(one.op == "matches" for rule in rules for one in rule.when)
    if patterns > MOST_PATTERNS:
        raise invalid("when", f"All rules together have at most {MOST_PATTERNS} patterns")
