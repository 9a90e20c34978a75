"""A category under review for which another version has been published: that is reviewed, too."""

from datetime import datetime

from chalicelib.assets import catalog
from chalicelib.assets.models import AssetMetadata
from chalicelib.core.tables import ConditionFailed, change, find, transact
from chalicelib.workflows.approval import follow_up, starting
from chalicelib.workflows.approval.plans import Plan
from chalicelib.workflows.approval.proposals import REPUBLISHED
from chalicelib.workflows.approval.reading import Workflow


def renew(ended: Workflow, now: datetime) -> None:
    """Review a category anew, from the first step on, if that is why its review ended. Idempotent.

    It is reviewed with the version that is published now.
    """
    instance = ended.instance
    if instance.reason != REPUBLISHED:
        return
    asset = find(AssetMetadata, instance.asset_key, "ASSET")
    pending = None if asset is None else asset.pending
    if asset is None or pending is None or pending["workflow_id"] != instance.workflow_id:
        return
    number = asset.published_version or instance.number
    version = catalog.version(asset.tenant_id, asset.asset_id, number)
    if version is None:
        return
    plan = Plan(instance.template_id, ended.template, instance.picked_id)
    workflow = starting.new(asset, version, plan, instance.created_by, now)
    workflow.instance.proposal = instance.proposal
    made = starting.begun(workflow, instance.created_by, now)
    moved = pending | {"workflow_id": workflow.instance.workflow_id}
    still = AssetMetadata.pending == pending
    goes_on = change(asset, AssetMetadata.pending.set(moved), condition=still)
    try:
        transact(goes_on, *made.writes())
    except ConditionFailed:
        return  # another request was faster, or a newer edit waits instead
    follow_up.do(workflow.instance, now)
