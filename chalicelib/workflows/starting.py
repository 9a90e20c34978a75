"""How workflows begin: by themselves for a new version, by hand, and again after a restore."""

from datetime import datetime

import msgspec

from chalicelib.assets import catalog, faces, versions
from chalicelib.assets.admission import Admission, Candidate
from chalicelib.assets.downloads import NotReady
from chalicelib.assets.edits import require_live
from chalicelib.assets.faces import Face
from chalicelib.assets.models import AssetMetadata, AssetVersion, asset_key
from chalicelib.assets.versions import MAIN, VersionRef
from chalicelib.core import clock
from chalicelib.core.errors import Conflict
from chalicelib.core.outbox import SYSTEM, Person
from chalicelib.core.tables import ConditionFailed, Write, find
from chalicelib.tenants import accounts
from chalicelib.workflows import moderation, progress, templates, timing
from chalicelib.workflows.models import (
    VersionReview,
    WorkflowInstance,
    WorkflowStep,
    review_key,
    reviews_key,
    step_key,
    workflow_key,
)
from chalicelib.workflows.progress import Change, Workflow
from chalicelib.workflows.templates import Subject, Template

_REVIEWABLE = ("approved", "in_review", "rejected")


class WorkflowExists(Conflict):
    """This version is in a workflow already."""

    code, title = "workflow_exists", "Under review already"


def admit(candidate: Candidate, now: datetime) -> Admission:
    """Say what becomes of a version that is ready: moderation's word first, then a template's.

    A version after changes were requested goes on at the step that asked, by the same template.
    """
    effective = accounts.settings_of(accounts.get(candidate.asset.tenant_id))
    publish = effective.auto_publish
    source = candidate.copied_from
    if source is not None and _is_rejected(candidate.asset, source):
        return Admission("rejected", faces.read(source.face).status_reason, [], _nothing)
    if source is not None and _is_approved(candidate.asset, source):
        return Admission("approved", None, [], _nothing, publish)
    ruling = moderation.judge(candidate, now)
    if ruling.blocked:
        return Admission("rejected", "moderation_rule", ruling.writes, _nothing)
    again = _goes_on(candidate) if ruling.template_id is None else None
    if again is not None:
        return _review(candidate, *again, ruling.writes, now)
    wanted = candidate.version.wants_workflow and effective.auto_create_workflows
    subject = subject_of(candidate.asset, candidate.version, candidate.face)
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


def start(
    asset: AssetMetadata,
    version: AssetVersion,
    template_id: str,
    template: Template,
    actor: Person,
    now: datetime,
) -> Workflow:
    """Have a version reviewed that no template applied to by itself.

    One that is published stays so until it is decided.

    Raises:
        WorkflowExists: it is under review already.
        NotReady: its bytes are not ready, infected or failed.
        AssetTrashed: the asset is in the trash.
        Conflict: the template is not active.
    """
    require_live(asset)
    number = int(version.number)
    if not template.is_active:
        raise Conflict("This template is not active.")
    stopped = version.status == "rejected" and (
        version.face["status_reason"] == "moderation_rule"
        or number <= (asset.rejected_through or 0)
    )
    if stopped:
        raise Conflict("Moderation stopped this version; a moderator can let it go on.")
    if version.status not in _REVIEWABLE:
        raise NotReady(f"Version {number} is {version.status}; it cannot be reviewed.")
    if is_reviewed(asset.tenant_id, asset.asset_id, number):
        raise WorkflowExists(f"Version {number} is under review already.")
    workflow = _new(asset, version, template_id, template, actor, now)
    workflow.instance.status_before = version.status
    workflow.instance.newest = max(number, int(asset.current_version))
    made = _begun(workflow, 0, actor, now)

    def review(face: Face) -> None:
        face.status, face.status_reason = "in_review", None

    ref = VersionRef(asset.tenant_id, asset.asset_id, number)
    try:
        moved = versions.move(
            ref,
            _REVIEWABLE,
            review,
            now,
            action="version.in_review",
            actor=actor,
            also=made.writes(),
        )
    except ConditionFailed:
        raise WorkflowExists(f"Version {number} is under review already.") from None
    if not moved:
        raise NotReady(f"Version {number} cannot be reviewed any more.")
    timing.settle(workflow.instance, now)
    return workflow


def start_again(ended: Workflow, now: datetime) -> None:
    """Review a version anew whose workflow ended with the trash, or by a moderator's word.

    It is reviewed by the same template, from the first step on; again is fine.
    """
    instance = ended.instance
    tenant_id, asset_id, number = instance.tenant_id, instance.asset_id, int(instance.number)
    asset = find(AssetMetadata, asset_key(tenant_id, asset_id), "ASSET")
    version = catalog.version(tenant_id, asset_id, number)
    if asset is None or version is None or is_reviewed(tenant_id, asset_id, number):
        return
    workflow = _new(asset, version, instance.template_id, ended.template, SYSTEM, now)
    workflow.instance.status_before = instance.status_before
    workflow.instance.newest = max(int(instance.newest), int(asset.current_version))
    made = _begun(workflow, 0, SYSTEM, now)

    def review(face: Face) -> None:
        face.status, face.status_reason = "in_review", None

    ref = VersionRef(tenant_id, asset_id, number)
    source = ["in_review", "rejected"] if instance.reason == "moderation" else ["in_review"]
    try:
        moved = versions.move(
            ref, source, review, now, action="version.in_review", also=made.writes()
        )
    except ConditionFailed:
        return  # somebody else began one
    if moved:
        timing.settle(workflow.instance, now)


def subject_of(asset: AssetMetadata, version: AssetVersion, face: Face) -> Subject:
    """Describe a version as templates look at it."""
    return Subject(face.content_type, face.size_bytes, asset.category, version.uploader["id"])


def is_reviewed(tenant_id: str, asset_id: str, number: int) -> bool:
    """Say whether a version is in a workflow that is under way."""
    review = find(VersionReview, reviews_key(tenant_id, asset_id), review_key(number))
    return review is not None and bool(review.is_live)


def reviews(tenant_id: str, asset_id: str) -> list[VersionReview]:
    """List the reviews of an asset's versions, the newest version's first."""
    return list(
        VersionReview.query(
            reviews_key(tenant_id, asset_id),
            VersionReview.sk.startswith("REVIEW#"),
            scan_index_forward=False,
            consistent_read=True,
        )
    )


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
    for review in reviews(asset.tenant_id, asset.asset_id):
        earlier = catalog.version(asset.tenant_id, asset.asset_id, int(review.number))
        on_main = earlier is not None and earlier.branch == MAIN
        if int(review.number) >= number or not on_main:
            continue
        if review.status != "changes_requested":
            return None
        begun = progress.load(asset.tenant_id, review.workflow_id)
        return begun.instance.template_id, begun.template, int(begun.instance.position)
    return None


def _review_of(version: AssetVersion) -> tuple[str, Template, int] | None:
    """Give the template by which a version is reviewed, from its first step on."""
    key = reviews_key(version.tenant_id, version.asset_id)
    review = find(VersionReview, key, review_key(int(version.number)))
    if review is None:
        return None
    begun = progress.load(version.tenant_id, review.workflow_id)
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
    workflow = _new(asset, version, template_id, template, SYSTEM, now)
    made = _begun(workflow, position, SYSTEM, now)
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
    workflow = _new(asset, version, template_id, template, SYSTEM, now)
    made = Change(workflow, SYSTEM, now, is_new=True)
    made.keep_snapshot()
    made.note("auto_approved", comment=", ".join(held))
    made.end("auto_approved", "approved")
    return made


def _new(
    asset: AssetMetadata,
    version: AssetVersion,
    template_id: str,
    template: Template,
    actor: Person,
    now: datetime,
) -> Workflow:
    workflow_id = clock.new_id(now)
    instance = WorkflowInstance(
        workflow_key(asset.tenant_id, workflow_id),
        "WORKFLOW",
        tenant_id=asset.tenant_id,
        workflow_id=workflow_id,
        listed_in=asset.tenant_id,
        open_in=asset.tenant_id,
        asset_id=asset.asset_id,
        asset_key=asset.pk,
        number=int(version.number),
        newest=int(version.number),
        title=asset.title,
        template_id=template_id,
        uploader=version.uploader,
        status="in_progress",
        created_by=msgspec.to_builtins(actor),
        created_at=clock.timestamp(now),
    )
    step = WorkflowStep(instance.pk, step_key(0), status="pending")
    return Workflow(instance, template, step)


def _begun(workflow: Workflow, position: int, actor: Person, now: datetime) -> Change:
    made = Change(workflow, actor, now, is_new=True)
    made.keep_snapshot()
    again = "goes on at the step that asked for changes" if position else ""
    made.note("started", comment=again)
    made.open_step(position)
    return made


def _nothing() -> None:
    """Nothing follows."""
