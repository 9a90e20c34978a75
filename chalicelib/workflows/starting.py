"""How workflows begin: by hand, and again after a restore; `admitting` begins them by itself."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from chalicelib.assets import catalog, faces, versions
from chalicelib.assets.downloads import NotReady
from chalicelib.assets.edits import require_live
from chalicelib.assets.faces import Face
from chalicelib.assets.models import AssetMetadata, AssetVersion, asset_key
from chalicelib.assets.versions import VersionRef
from chalicelib.core import clock
from chalicelib.core.errors import Conflict
from chalicelib.core.outbox import SYSTEM, Person
from chalicelib.core.tables import ConditionFailed, find
from chalicelib.workflows import templates, timing
from chalicelib.workflows.models import (
    VersionReview,
    WorkflowInstance,
    WorkflowStep,
    review_key,
    reviews_key,
    step_key,
    workflow_key,
)
from chalicelib.workflows.progress import Change
from chalicelib.workflows.reading import Workflow
from chalicelib.workflows.templates import Template

_REVIEWABLE = ("approved", "in_review", "rejected")


class WorkflowExists(Conflict):
    """This version is in a workflow already."""

    code, title = "workflow_exists", "Under review already"


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
    workflow = new(asset, version, template_id, _kept_strict(template, asset, version), actor, now)
    workflow.instance.status_before = version.status
    workflow.instance.newest = max(number, int(asset.current_version))
    made = begun(workflow, 0, actor, now)
    try:
        moved = _move(workflow, made, _REVIEWABLE, actor, now)
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
    workflow = new(asset, version, instance.template_id, ended.template, SYSTEM, now)
    workflow.instance.status_before = instance.status_before
    workflow.instance.newest = max(int(instance.newest), int(asset.current_version))
    made = begun(workflow, 0, SYSTEM, now)
    source = ["in_review", "rejected"] if instance.reason == "moderation" else ["in_review"]
    try:
        moved = _move(workflow, made, source, SYSTEM, now)
    except ConditionFailed:
        return  # somebody else began one
    if moved:
        timing.settle(workflow.instance, now)


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


def new(
    asset: AssetMetadata,
    version: AssetVersion,
    template_id: str,
    template: Template,
    actor: Person,
    now: datetime,
) -> Workflow:
    """Make a workflow of a version that is not written yet."""
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


def begun(workflow: Workflow, position: int, actor: Person, now: datetime) -> Change:
    """Open a new workflow's first step, or the one at which it goes on; to be written."""
    made = Change(workflow, actor, now, is_new=True)
    made.keep_snapshot()
    again = "goes on at the step that asked for changes" if position else ""
    made.note("started", comment=again)
    made.open_step(position)
    return made


def _kept_strict(template: Template, asset: AssetMetadata, version: AssetVersion) -> Template:
    """Let nobody approve their own upload who could not by the template that applies by itself."""
    subject = templates.subject_of(asset, version, faces.read(version.face))
    applies = templates.matching(templates.every(asset.tenant_id), subject)
    if applies is None or templates.read(applies.values).allow_self_approval:
        return template
    return msgspec.structs.replace(template, allow_self_approval=False)


def _move(
    workflow: Workflow, made: Change, source: Sequence[str], actor: Person, now: datetime
) -> bool:
    """Take the version into review together with its workflow, from one of the source states."""

    def review(face: Face) -> None:
        face.status, face.status_reason = "in_review", None

    instance = workflow.instance
    ref = VersionRef(instance.tenant_id, instance.asset_id, int(instance.number))
    return versions.move(
        ref, source, review, now, action="version.in_review", actor=actor, also=made.writes()
    )
