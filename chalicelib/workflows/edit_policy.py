"""Which changes of what is said of an asset need a review, and which are refused.

New texts meet the moderation rules. Where a new category brings another template to a published
asset, it waits until that template approves.
"""

from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from pynamodb.expressions.update import Action

from chalicelib.assets import catalog, contents, faces
from chalicelib.assets.admission import Candidate, Demands, EditRuling, RuleBlocks, RulesMet
from chalicelib.assets.metadata import edits
from chalicelib.assets.models import AssetMetadata, AssetVersion
from chalicelib.assets.versions.life import OUT_THERE
from chalicelib.core import clock
from chalicelib.core.optimistic_locking import despite_others
from chalicelib.core.outbox import Person
from chalicelib.core.tables import Write, change, transact
from chalicelib.tenants import accounts
from chalicelib.workflows.approval import deadlines, plans, reading, starting
from chalicelib.workflows.approval.plans import Plan
from chalicelib.workflows.models import WorkflowTemplate
from chalicelib.workflows.moderation import rules
from chalicelib.workflows.templates import definition, matching, registry, required

_TEXTS = frozenset({"title", "description", "alt_text", "tags", "keywords", "custom_fields"})
_IN_WORK = frozenset({"uploading", "scanning", "processing"})
"""States of a version that meets the rules when it is admitted."""

Values = dict[str, Any]


class _Needs(NamedTuple):
    """What an edit needs: a review of some fields by a plan, and what goes along without one.

    `required` names the templates that rules require, and `rules_met` holds those rules by the
    number of the version with which the texts may be shown.
    """

    withheld: frozenset[str] = frozenset()
    plan: Plan | None = None
    actions: tuple[Action, ...] = ()
    writes: tuple[Write, ...] = ()
    required: tuple[str, ...] = ()
    rules_met: RulesMet = {}


def judge(
    asset: AssetMetadata, asked: Values, changed: Values, now: datetime, actor: Person
) -> EditRuling:
    """Return which fields of an edit wait for a review, and begin that with the edit.

    An edit of a field that waits already takes the place of what waits.

    Raises:
        RuleBlocks: a moderation rule refuses it; moderators are told.
        AssetTrashed: a rule has it reviewed, and it is in the trash. A new category is taken there
            as it comes; whether its template approved what is published is asked by the restore.
    """
    waiting = edits.waiting(asset)
    same = frozenset(name for name, value in waiting.items() if asked.get(name, _UNSAID) == value)
    if waiting.keys() & asked.keys() - same:
        _drop_waiting(asset, now)
        changed = {name: v for name, v in waiting.items() if name not in asked} | changed
        waiting, same = {}, frozenset()
    else:
        changed = {name: value for name, value in changed.items() if name not in same}
    version = _version(asset)
    if version is None or not changed:
        return EditRuling(withheld=same)
    needs = _needs(asset, version, changed, now)
    if waiting:  # one review of all that waits, unless what comes has nothing to do with it
        together = _needs(asset, version, waiting | changed, now)
        alone = _needs(asset, version, waiting, now, tell=False)
        if needs.plan is not None or together.rules_met != alone.rules_met:
            _drop_waiting(asset, now)
            needs, changed, same = together, waiting | changed, frozenset()
    if needs.plan is not None and asset.trashed_at is not None:
        raise edits.AssetTrashed("This needs a review, and nothing in the trash is reviewed.")
    if needs.plan is None:
        return EditRuling(same, list(needs.actions), list(needs.writes))
    plan = needs.plan._replace(rules_met=needs.rules_met)
    workflow = starting.new(asset, version, plan, actor, now)
    workflow.instance.proposal = {name: changed[name] for name in sorted(needs.withheld)}
    made = starting.begun(workflow, actor, now)
    pending = {"workflow_id": workflow.instance.workflow_id, "values": workflow.instance.proposal}
    return EditRuling(
        needs.withheld | same,
        [*needs.actions, AssetMetadata.pending.set(pending)],
        [*needs.writes, *made.writes()],
        starting.follower(workflow, now),
    )


def foresee(asset: AssetMetadata, changed: Values, now: datetime) -> frozenset[str]:
    """Return which of these fields would wait for a review, if they were edited now.

    Raises:
        RuleBlocks: a moderation rule would refuse them; nobody is told.
    """
    version = _version(asset)
    if version is None:
        return frozenset()
    return _needs(asset, version, changed, now, tell=False).withheld


def _needs(
    asset: AssetMetadata,
    version: AssetVersion,
    changed: Values,
    now: datetime,
    *,
    tell: bool = True,
) -> _Needs:
    edited = AssetMetadata(**(asset.attribute_values | changed))
    texts = frozenset(changed) & _TEXTS
    needs = _needs_by_rules(edited, version, texts, now, tell=tell)
    if "category" not in changed:
        return needs
    other = _other_template(asset, edited, version)
    if other is None and not _brings_another(asset, edited):
        return needs
    at = AssetMetadata.categorized_at.set(clock.timestamp(now))
    recategorized = needs._replace(actions=(at,))
    shown = asset.published_version is not None and asset.trashed_at is None
    if other is None or not shown or version.approved_under == other.id:
        return recategorized
    values = definition.read(other.values)
    subject = matching.subject_of(edited, version, faces.copied(version.face))
    if matching.approves_by_itself(matching.conditions(values, subject)):
        stays = AssetVersion.status == version.status
        under = change(version, AssetVersion.approved_under.set(other.id), condition=stays)
        return recategorized._replace(writes=(*needs.writes, under))
    above = [] if needs.plan is None else [one for one in needs.required if one != other.id]
    plan = plans.stacked([*(registry.get(asset.tenant_id, one) for one in above), other])
    return needs._replace(withheld=needs.withheld | {"category"}, plan=plan)


def _needs_by_rules(
    edited: AssetMetadata,
    version: AssetVersion,
    texts: frozenset[str],
    now: datetime,
    *,
    tell: bool,
) -> _Needs:
    demanded = _demands(edited, version, texts, {}, now)
    if demanded.refused is not None:
        if tell:
            _flag(edited, version, texts, now)
        raise RuleBlocks
    required = tuple(demanded.template_ids)
    needs = _Needs(writes=tuple(demanded.writes), required=required, rules_met=demanded.rules_met)
    if not required or version.status in _IN_WORK:
        return needs
    templates = [registry.get(edited.tenant_id, one) for one in required]
    return needs._replace(withheld=texts, plan=plans.stacked(templates))


def _demands(
    edited: AssetMetadata,
    version: AssetVersion,
    texts: frozenset[str],
    rules_met: RulesMet,
    now: datetime,
) -> Demands:
    required: dict[str, None] = {}
    writes: list[Write] = []
    met: RulesMet = {}
    for one in _shown_with(edited, version) if texts else []:
        ruling = _ruling(edited, one, texts, now, rules_met.get(str(one.number), {}))
        if ruling.blocked:
            return Demands("moderation_rule", writes=ruling.writes)
        required |= dict.fromkeys(ruling.template_ids)
        writes = writes or ruling.writes
        met[str(one.number)] = ruling.met
    return Demands(None, tuple(required), met, writes)


def demands(asset: AssetMetadata, values: Values, rules_met: RulesMet, now: datetime) -> Demands:
    """Return what moderation demands of an edit that is reviewed, as its asset is now."""
    version = _version(asset)
    if version is None:
        return Demands(rules_met=rules_met)
    edited = AssetMetadata(**(asset.attribute_values | values))
    return _demands(edited, version, frozenset(values) & _TEXTS, rules_met, now)


def _brings_another(asset: AssetMetadata, edited: AssetMetadata) -> bool:
    """Return whether a new category brings another template to versions of some type."""
    every = registry.every(asset.tenant_id)
    before, after = (matching.of_category(every, one.category) for one in (asset, edited))
    return before != after


def _other_template(
    asset: AssetMetadata, edited: AssetMetadata, version: AssetVersion
) -> WorkflowTemplate | None:
    """Return the template that a new category brings, if it is another than the old one's.

    Where it is the same one, it still has to approve what is published if it has not done so: the
    templates that held when that was judged may have been others.
    """
    if not accounts.settings_of(asset.tenant_id).auto_create_workflows:
        return None
    before, after = (
        required.in_category(asset, version, path) for path in (asset.category, edited.category)
    )
    if after is None:
        return None
    if before is None or before.id != after.id:
        return after
    satisfied = asset.published_version is None or required.is_satisfied(edited, version)
    return None if satisfied else after


def _shown_with(asset: AssetMetadata, version: AssetVersion) -> list[AssetVersion]:
    """Return the versions with which a text may be shown: those that may be published soon, too."""
    numbers = {asset.current_version}
    if asset.schedule is not None:
        numbers.add(asset.schedule.number)
    others = (
        catalog.version(asset.tenant_id, asset.asset_id, number)
        for number in sorted(numbers - {version.number})
    )
    return [version, *(one for one in others if one is not None and one.status in OUT_THERE)]


def _ruling(
    edited: AssetMetadata,
    version: AssetVersion,
    fields: Collection[str],
    now: datetime,
    rules_met: dict[str, str] | None = None,
) -> rules.Ruling:
    candidate = Candidate(
        asset=edited,
        version=version,
        face=faces.copied(version.face),
        text=cache(lambda: contents.text_of(edited.tenant_id, version.face)),
        embedded=version.embedded or {},
        rules_met=rules_met or {},
    )
    return rules.judge(candidate, now, fields)


def _flag(
    edited: AssetMetadata, version: AssetVersion, fields: Collection[str], now: datetime
) -> None:
    """Tell moderators of an edit that is refused.

    Raises:
        Conflict: too many people say something of the asset at the same time.
    """

    def write(ruling: rules.Ruling) -> None:
        if ruling.writes:
            transact(*ruling.writes)

    def judge_again(_: rules.Ruling | None = None) -> rules.Ruling:
        rulings = (_ruling(edited, one, fields, now) for one in _shown_with(edited, version))
        return next((one for one in rulings if one.blocked), rules.Ruling())

    refusal = "Too many people report this asset at the same time; try again."
    despite_others(write, judge_again(), judge_again, refusal)


def _drop_waiting(asset: AssetMetadata, now: datetime) -> None:
    """End the review of an edit that another one takes the place of."""
    assert asset.pending is not None  # the caller has seen to it
    workflow = reading.load(asset.tenant_id, asset.pending["workflow_id"])
    deadlines.cancel_if_over(workflow, now, "superseded")


def _version(asset: AssetMetadata) -> AssetVersion | None:
    """Read the version that an edit is judged with.

    It is the published one, or else the newest that came through the rules: those still in work may
    never do so, and what is said goes out with an older one. Where there is none it is the newest.
    """
    number = asset.published_version or asset.current_version
    newest = catalog.version(asset.tenant_id, asset.asset_id, number)
    if newest is None or newest.status not in _IN_WORK:
        return newest
    for earlier in range(number - 1, 0, -1):
        version = catalog.version(asset.tenant_id, asset.asset_id, earlier)
        if version is None or version.branch != newest.branch:
            continue
        if version.status not in _IN_WORK:
            return version
    return newest


_UNSAID = object()
