"""Which version needs a review: whether one that is ready is approved, in review or rejected."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache

from chalicelib.assets import catalog, contents, faces
from chalicelib.assets.admission import Admission, Candidate, Demands, RulesMet
from chalicelib.assets.lifecycle import is_barred
from chalicelib.assets.models import AssetMetadata, AssetVersion
from chalicelib.assets.versions import life, moves
from chalicelib.assets.versions.life import MAIN, OUT_THERE
from chalicelib.assets.versions.moves import Move, Standing
from chalicelib.core import clock
from chalicelib.core.outbox import SYSTEM, Person
from chalicelib.core.tables import ConditionFailed, Write, find
from chalicelib.tenants import accounts
from chalicelib.workflows.approval import plans, reading, starting
from chalicelib.workflows.approval.plans import Plan
from chalicelib.workflows.approval.reading import Workflow
from chalicelib.workflows.models import WorkflowTemplate
from chalicelib.workflows.moderation import bans, rules
from chalicelib.workflows.moderation.rules import Ruling
from chalicelib.workflows.templates import definition, matching, registry, required
from chalicelib.workflows.templates.definition import Step, Template
from chalicelib.workflows.templates.matching import Subject


def decide(candidate: Candidate, now: datetime) -> Admission:
    """Return what becomes of a version that is ready: moderation's word first, then a template's.

    A copy keeps the approval of its source if that was given under the template that applies to
    the copy; anything else is judged like an upload. After changes were requested a version enters
    at the step that asked, if the same template applies to it.
    """
    asset, version, source = candidate.asset, candidate.version, candidate.copied_from
    keys = bans.keys_of(asset, candidate.face.sha256)
    tenant, everywhere, here = accounts.get_with(asset.tenant_id, *keys)
    ban = everywhere or here
    effective = accounts.settings_in_force(tenant)
    if source is not None and (source.status == "rejected" or is_barred(asset, source.number)):
        return _rejected(source.face.status_reason or "rejected", [], now)
    if ban is not None:
        writes = bans.reported(asset, version.number, ban, now)
        return _rejected("content_rejected", writes, now)
    every = registry.every(asset.tenant_id)
    subject = matching.subject_of(asset, version, candidate.face)
    applies = matching.matching(every, subject) if version.branch == MAIN else None
    waived = not (version.wants_workflow and effective.auto_create_workflows)
    judged = {"judged_at": clock.timestamp(now), "judged_revision": asset.revision}
    keeps = source is not None and _keeps_approval(source, applies)
    same = source is not None and source.judged_revision == asset.revision
    if source is not None and keeps and same and source.branch == MAIN:
        ruling = Ruling(met=source.rules_met or {})  # nothing else is said than when it was judged
    else:
        candidate.rules_met = (source or version).rules_met or {}
        ruling = rules.judge(candidate, now)
    if ruling.blocked:
        return _rejected("moderation_rule", ruling.writes, now)
    known = {one.id: one for one in every}
    if not known.keys() >= set(ruling.template_ids):
        return _rejected("moderation_rule", ruling.writes, now)
    by_rules = [known[template_id] for template_id in ruling.template_ids]
    approved = Admission(
        "approved",
        None,
        ruling.writes,
        _nothing,
        effective.auto_publish,
        {
            **judged,
            "approved_under": required.NONE if applies is None else applies.id,
            "rules_met": ruling.met or None,
        },
    )
    plan = _plan(subject, None if waived or keeps else applies, by_rules)
    if plan is not None and not waived:
        plan = _going_on(candidate, plan) or plan
    if plan is None and applies is None and source is not None and source.status == "in_review":
        plan = _plan_of(source)
    if plan is None:
        return approved
    if applies is not None:
        plan = plan._replace(template_id=applies.id)
    if plan.held and not by_rules:
        made = starting.approved_by_itself(asset, version, plan, now)
        return approved._replace(writes=[*made.writes(), *ruling.writes])
    plan = plan._replace(rules_met={str(version.number): ruling.met})
    workflow, made = starting.planned(asset, version, plan, SYSTEM, now)
    if version.status == "approved":  # newer ones do not end it
        workflow.instance.newest = max(version.number, asset.current_version)
    kept = judged | {"approved_under": None}
    writes = [*made.writes(), *ruling.writes]
    return Admission("in_review", None, writes, starting.follower(workflow, now), kept=kept)


def _keeps_approval(source: AssetVersion, applies: WorkflowTemplate | None) -> bool:
    """Return whether a copy is approved as its source was."""
    under = applies is None or source.approved_under == applies.id
    return under and bool(source.status == "approved")


def holds(asset: AssetMetadata, version: AssetVersion) -> bool:
    """Return whether a version's approval counts as it, its asset and the templates are now."""
    keys = bans.keys_of(asset, version.face.sha256)
    tenant, *banned = accounts.get_with(asset.tenant_id, *keys)
    if any(banned):
        return False
    if not required.is_satisfied_by(asset, version, accounts.settings_in_force(tenant)):
        return False
    if version.judged_revision == asset.revision:
        return True
    ruling = rules.judge(candidate_of(asset, version), clock.now())
    return not (ruling.blocked or ruling.template_ids)


def judge_again(asset: AssetMetadata, version: AssetVersion, actor: Person, now: datetime) -> None:
    """Judge an approved version like an upload, as its approval does not hold any more.

    The template that applies is not asked again if it approved the version.
    """
    candidate = candidate_of(asset, version)
    if required.is_satisfied(asset, version):
        candidate.copied_from = version
    admitted = decide(candidate, now)
    try:
        moves.write(
            Standing(asset, version),
            Move(
                life.JUDGED_AGAIN[admitted.status],
                now,
                actor=actor,
                found={"status_reason": admitted.reason},
                kept=admitted.kept,
                also=admitted.writes,
            ),
        )
    except ConditionFailed:
        return  # another request changed it, so whoever asked looks at it again
    admitted.afterwards()


def demands(
    asset: AssetMetadata, version: AssetVersion, rules_met: RulesMet, now: datetime
) -> Demands:
    """Return what moderation demands of a version beyond the rules that it, or its review, has met.

    Rules have nothing to ask of one that they let through while the same was said of its asset.
    """
    number, (everywhere, here) = str(version.number), bans.keys_of(asset, version.face.sha256)
    ban = None if everywhere is None else find(*everywhere)
    if ban is None and here is not None:
        ban = find(*here)
    if ban is not None:
        return Demands("content_rejected", writes=bans.reported(asset, version.number, ban, now))
    candidate = candidate_of(asset, version)
    candidate.rules_met |= rules_met.get(number, {})
    if version.status in OUT_THERE and version.judged_revision == asset.revision:
        return Demands(rules_met={number: candidate.rules_met})
    ruling = rules.judge(candidate, now)
    refused = "moderation_rule" if ruling.blocked else None
    return Demands(refused, ruling.template_ids, {number: ruling.met}, ruling.writes)


def candidate_of(asset: AssetMetadata, version: AssetVersion) -> Candidate:
    """Describe a version that is there as the rules look at it."""
    return Candidate(
        asset=asset,
        version=version,
        face=faces.copied(version.face),
        text=cache(lambda: contents.text_of(asset.tenant_id, version.face)),
        embedded=version.embedded or {},
        rules_met={**(version.rules_met or {})},
    )


def _plan(
    subject: Subject,
    applies: WorkflowTemplate | None,
    by_rules: Sequence[WorkflowTemplate],
) -> Plan | None:
    """Return by which steps a version is reviewed, or which conditions approve it by themselves.

    Every template that a rule requires comes on top of the one that applies.
    """
    above = [one for one in by_rules if applies is None or one.id != applies.id]
    if applies is None:
        return plans.stacked(above) if above else None
    held = matching.conditions(definition.read(applies.values), subject)
    if not matching.approves_by_itself(held):
        return plans.stacked([*above, applies])
    if not by_rules:
        return Plan(applies.id, definition.read(applies.values), held=tuple(held))
    if len(above) < len(by_rules):  # one of the rules wants the one that applies, whatever holds
        return plans.stacked([*above, applies])
    return plans.stacked(above)._replace(template_id=applies.id, picked_id=above[0].id)


def _going_on(candidate: Candidate, plan: Plan) -> Plan | None:
    """Let a version enter at the step that asked for changes of the one before, by the same plan.

    Once that step approves, those before it decide again, unless they approved these bytes as the
    template has them now. What happened on a branch does not count on `main`.
    """
    asset, version = candidate.asset, candidate.version
    if version.number == 1 or version.branch != MAIN:
        return None
    for review in reading.reviews(asset.tenant_id, asset.asset_id):
        earlier = catalog.version(asset.tenant_id, asset.asset_id, review.number)
        if review.number >= version.number or earlier is None or earlier.branch != MAIN:
            continue
        if review.status != "changes_requested":
            return None
        ended = reading.load(asset.tenant_id, review.workflow_id)
        if ended.instance.template_id != plan.template_id:
            return None
        if plan.picked_id is None and ended.instance.picked_id is not None:
            # What was picked by hand stays on top until all is answered.
            own = plan.template.steps
            if ended.template.steps[-len(own) :] != own:
                return None  # the template has changed since
            plan = plan._replace(template=ended.template, picked_id=ended.instance.picked_id)
        ids = [step.id for step in plan.template.steps]
        if ended.current.id not in ids:
            return None
        at = ids.index(ended.current.id)
        settled = []
        if earlier.face.sha256 == candidate.face.sha256:
            settled = _settled(ended, plan.template)
        before = [n for n in range(at) if plan.template.steps[n] not in settled]
        return plan._replace(order=(at, *before, *range(at + 1, len(ids))), held=())
    return None


def _settled(ended: Workflow, template: Template) -> list[Step]:
    """Return the steps that had approved when another one asked for changes."""
    if ended.template.allow_self_approval != template.allow_self_approval:
        return []
    steps = enumerate(ended.template.steps)
    return [step for position, step in steps if ended.is_behind(position)]


def _plan_of(version: AssetVersion) -> Plan | None:
    """Return the plan by which a version is reviewed, from its first step on."""
    review = reading.review_of(version.tenant_id, version.asset_id, version.number)
    if review is None:
        return None
    begun = reading.load(version.tenant_id, review.workflow_id)
    return Plan(begun.instance.template_id, begun.template, picked_id=begun.instance.picked_id)


def _rejected(reason: str, writes: list[Write], now: datetime) -> Admission:
    return Admission("rejected", reason, writes, _nothing, kept={"judged_at": clock.timestamp(now)})


def _nothing() -> None:
    """Nothing follows."""
