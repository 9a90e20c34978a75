"""What becomes of a version that is ready: approved, under review, or rejected."""

from datetime import datetime

from chalicelib.assets import catalog, faces
from chalicelib.assets.admission import Admission, Candidate
from chalicelib.assets.models import AssetMetadata, AssetVersion
from chalicelib.assets.versions import MAIN
from chalicelib.core.outbox import SYSTEM
from chalicelib.core.tables import Write, find
from chalicelib.tenants import accounts
from chalicelib.workflows import moderation, reading, starting, templates, timing
from chalicelib.workflows.models import VersionReview, review_key, reviews_key
from chalicelib.workflows.progress import Change
from chalicelib.workflows.templates import Subject, Template


def admit(candidate: Candidate, now: datetime) -> Admission:
    """Say what becomes of a version that is ready: moderation's word first, then a template's.

    A version after changes were requested goes on at the step that asked, by the same template.
    """
    effective = accounts.settings_of(accounts.get(candidate.asset.tenant_id))
    publish = effective.auto_publish
    source = candidate.copied_from
    if source is not None and _is_rejected(candidate.asset, source):
        reason = faces.read(source.face).status_reason or "rejected"
        return Admission("rejected", reason, [], _nothing)
    if source is not None and _is_approved(candidate.asset, source):
        return Admission("approved", None, [], _nothing, publish)
    ruling = moderation.judge(candidate, now)
    if ruling.blocked:
        return Admission("rejected", "moderation_rule", ruling.writes, _nothing)
    again = _goes_on(candidate) if ruling.template_id is None else None
    if again is not None:
        return _review(candidate, *again, ruling.writes, now)
    wanted = candidate.version.wants_workflow and effective.auto_create_workflows
    subject = templates.subject_of(candidate.asset, candidate.version, candidate.face)
    template_id, template = _chosen(
        candidate.asset.tenant_id, ruling.template_id, subject, wanted=wanted
    )
    approved = Admission("approved", None, ruling.writes, _nothing, publish)
    if template is None and ruling.template_id is not None:
        return Admission("rejected", "moderation_rule", ruling.writes, _nothing)
    if template is None and source is not None and source.status == "in_review":
        template_id, template, _ = _review_of(source) or ("", None, 0)
    if template is None:
        return approved
    if candidate.version.branch != MAIN and ruling.template_id is None:
        return approved._replace(unreviewed=True)
    held = templates.conditions(template, subject)
    if templates.approves_by_itself(held) and ruling.template_id is None:
        made = _approved_by_itself(candidate, template_id, template, held, now)
        return approved._replace(writes=[*made.writes(), *ruling.writes])
    return _review(candidate, template_id, template, 0, ruling.writes, now)


def _chosen(
    tenant_id: str, required_id: str | None, subject: Subject, *, wanted: bool
) -> tuple[str, Template | None]:
    """Give the template that a rule requires, or else the one that applies by itself."""
    if required_id is None and not wanted:
        return "", None
    every = templates.every(tenant_id)
    if required_id is not None:
        required = [template for template in every if template.id == required_id]
        return required_id, templates.read(required[0].values) if required else None
    found = templates.matching(every, subject)
    return ("", None) if found is None else (found.id, templates.read(found.values))


def _is_rejected(asset: AssetMetadata, source: AssetVersion) -> bool:
    through = asset.rejected_through or 0
    return bool(source.status == "rejected" or int(source.number) <= through)


def _is_approved(asset: AssetMetadata, source: AssetVersion) -> bool:
    """Say whether a copy is approved as its source was: one of `main`, or one that was reviewed."""
    if source.status != "approved" or source.unreviewed:
        return False
    if source.branch == MAIN:
        return True
    key = reviews_key(asset.tenant_id, asset.asset_id)
    review = find(VersionReview, key, review_key(int(source.number)))
    return review is not None and review.status in {"approved", "auto_approved"}


def _goes_on(candidate: Candidate) -> tuple[str, Template, int] | None:
    """Find the step that asked for changes of the version before, or what a copy's source is in.

    What happened on a branch does not count on `main`.
    """
    asset, source = candidate.asset, candidate.copied_from
    number = int(candidate.version.number)
    skips = number == 1 or candidate.version.branch != MAIN
    if skips or not candidate.version.wants_workflow:
        return None
    if source is not None and source.status == "in_review" and source.branch == MAIN:
        return _review_of(source)
    for review in starting.reviews(asset.tenant_id, asset.asset_id):
        earlier = catalog.version(asset.tenant_id, asset.asset_id, int(review.number))
        on_main = earlier is not None and earlier.branch == MAIN
        if int(review.number) >= number or not on_main:
            continue
        if review.status != "changes_requested":
            return None
        begun = reading.load(asset.tenant_id, review.workflow_id)
        return begun.instance.template_id, begun.template, int(begun.instance.position)
    return None


def _review_of(version: AssetVersion) -> tuple[str, Template, int] | None:
    """Give the template by which a version is reviewed, from its first step on."""
    key = reviews_key(version.tenant_id, version.asset_id)
    review = find(VersionReview, key, review_key(int(version.number)))
    if review is None:
        return None
    begun = reading.load(version.tenant_id, review.workflow_id)
    return begun.instance.template_id, begun.template, 0


def _review(
    candidate: Candidate,
    template_id: str,
    template: Template,
    position: int,
    writes: list[Write],
    now: datetime,
) -> Admission:
    asset, version = candidate.asset, candidate.version
    workflow = starting.new(asset, version, template_id, template, SYSTEM, now)
    made = starting.begun(workflow, position, SYSTEM, now)
    return Admission(
        "in_review",
        None,
        [*made.writes(), *writes],
        lambda: timing.settle(workflow.instance, now),
    )


def _approved_by_itself(
    candidate: Candidate,
    template_id: str,
    template: Template,
    held: dict[str, bool],
    now: datetime,
) -> Change:
    asset, version = candidate.asset, candidate.version
    workflow = starting.new(asset, version, template_id, template, SYSTEM, now)
    made = Change(workflow, SYSTEM, now, is_new=True)
    made.keep_snapshot()
    made.note("auto_approved", comment=", ".join(held))
    made.end("auto_approved", "approved")
    return made


def _nothing() -> None:
    """Nothing follows."""
