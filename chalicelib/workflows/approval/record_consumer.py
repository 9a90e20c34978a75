"""What happens elsewhere and matters to workflows, as the audit trail's records tell it.

Whoever decides looks for all of this, too; here it is done when nobody does.
"""

from datetime import datetime

from chalicelib.assets import catalog
from chalicelib.core.records import Record
from chalicelib.workflows.approval import assignments, deadlines, reading, starting
from chalicelib.workflows.approval.reading import Workflow

_MEMBERS = frozenset({"member.changed", "member.removed"})


def consider(record: Record, now: datetime) -> None:
    """Do what follows from a record. Idempotent."""
    subject_id = record.subject.id
    if record.action in _MEMBERS:
        for workflow in assignments.all_of(record.tenant_id, subject_id):
            deadlines.drop_out(workflow, subject_id, now)
    elif record.action == "asset.restored":
        _review_again(record.tenant_id, subject_id, now)
    else:
        for workflow in live_of(record.tenant_id, subject_id):
            deadlines.cancel_if_over(workflow, now)


def live_of(tenant_id: str, asset_id: str) -> list[Workflow]:
    """List the workflows of an asset's versions that are under way."""
    return [
        reading.load(tenant_id, review.workflow_id)
        for review in reading.reviews(tenant_id, asset_id, with_proposals=True)
        if review.is_live
    ]


def _review_again(tenant_id: str, asset_id: str, now: datetime) -> None:
    """Review what was under review when the asset came into the trash."""
    for review in reading.reviews(tenant_id, asset_id):
        if review.status != "cancelled":
            continue
        version = catalog.version(tenant_id, asset_id, review.number)
        if version is None or version.status != "in_review":
            continue
        starting.start_again(reading.load(tenant_id, review.workflow_id), now)
