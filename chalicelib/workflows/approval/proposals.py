"""Edits under review: what is said of an asset stays as it was until its workflow approves."""

from datetime import datetime

from pynamodb.expressions.update import Action

from chalicelib.assets import catalog
from chalicelib.assets.metadata import edits
from chalicelib.assets.metadata.categories import lies_in, moved
from chalicelib.assets.models import AssetMetadata, AssetVersion
from chalicelib.assets.versions.moves import Standing
from chalicelib.core import clock
from chalicelib.core.optimistic_locking import despite_others
from chalicelib.core.outbox import Person
from chalicelib.core.tables import Write, change, find, transact
from chalicelib.workflows.approval import reading
from chalicelib.workflows.approval.reading import Workflow
from chalicelib.workflows.models import WorkflowInstance

REPUBLISHED = "republished"
"""Why the review of a category begins anew: another version has been published."""


def over_because(workflow: Workflow, standing: Standing) -> str | None:
    """Return why this review of an edit is over: another edit, or another published version.

    A version that was published since has to be approved for the new category as well.
    """
    asset, instance = standing.asset, workflow.instance
    if asset.pending is None or asset.pending["workflow_id"] != instance.workflow_id:
        return "superseded"
    proposal = instance.proposal or {}
    if "category" in proposal and asset.published_version not in (None, instance.number):
        return REPUBLISHED
    return None


def applied(workflow: Workflow, standing: Standing, now: datetime) -> list[Write]:
    """Return the writes that make a reviewed edit what is said of its asset."""
    asset, version = standing
    instance, proposal = workflow.instance, workflow.instance.proposal or {}
    actions: list[Action] = [AssetMetadata.pending.remove()]
    if "category" in proposal:
        actions.append(AssetMetadata.categorized_at.set(clock.timestamp(now)))
    writes: list[Write] = []
    met = {int(number): rules for number, rules in (instance.rules_met or {}).items() if rules}
    for number in sorted({version.number, *met}):
        one = version
        if number != version.number:
            one = catalog.version(asset.tenant_id, asset.asset_id, number) or version
        changed: list[Action] = []
        if one is version and "category" in proposal:
            changed.append(AssetVersion.approved_under.set(instance.template_id))
        if one.number in met:
            changed.append(AssetVersion.rules_met.set((one.rules_met or {}) | met[one.number]))
        if changed:
            writes.append(change(one, *changed, condition=AssetVersion.status == one.status))
    return [*edits.written(asset, proposal, instance.created_by, now, actions), *writes]


def move_category(tenant_id: str, old: str, new: str, actor: Person, now: datetime) -> None:
    """Let categories that wait for a review go with one that moves. Idempotent.

    Raises:
        ConditionFailed: others change such an edit all the time.
    """

    def read_again(before: WorkflowInstance) -> WorkflowInstance:
        return WorkflowInstance.get(before.pk, before.sk, consistent_read=True)

    def write(instance: WorkflowInstance) -> None:
        proposal = instance.proposal or {}
        if instance.status != "in_progress" or not lies_in(proposal.get("category"), old):
            return
        asset = find(AssetMetadata, instance.asset_key, "ASSET")
        pending = None if asset is None else asset.pending
        if asset is None or pending is None or pending["workflow_id"] != instance.workflow_id:
            return
        values = proposal | {"category": moved(proposal["category"], old, new)}
        transact(
            change(
                instance,
                WorkflowInstance.proposal.set(values),
                WorkflowInstance.revision.set(instance.revision + 1),
                condition=WorkflowInstance.revision == instance.revision,
            ),
            change(
                asset,
                AssetMetadata.pending.set(pending | {"values": values}),
                condition=AssetMetadata.pending == pending,
            ),
        )

    for instance in reading.under_way(tenant_id):
        despite_others(write, instance, read_again, None)


def dropped(workflow: Workflow, standing: Standing | None) -> list[Write]:
    """Return the writes that forget a proposed edit, unless it is reviewed anew."""
    asset = None if standing is None else standing.asset
    if asset is None or asset.pending is None or workflow.instance.reason == REPUBLISHED:
        return []
    if asset.pending["workflow_id"] != workflow.instance.workflow_id:
        return []
    same = AssetMetadata.pending == asset.pending
    return [change(asset, AssetMetadata.pending.remove(), condition=same)]
