"""Whether a tenant's audit trail is what was sealed: both chain and trail are walked."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import msgspec

from chalicelib.core import clock
from chalicelib.core.aws import client
from chalicelib.core.outbox import month_key
from chalicelib.core.settings import settings
from chalicelib.tenants.audit import trail
from chalicelib.tenants.audit.seals import Image, record_hash, seal_hash
from chalicelib.tenants.models import Seal, seal_key, seals_key

FRESH = timedelta(minutes=1)
"""So long a record may wait for its seal."""

STREAM_KEEPS = timedelta(hours=24)
"""No true record is sealed later than this, for DynamoDB keeps a stream no longer."""


class Report(msgspec.Struct):
    """What was found; `head` is the newest seal's hash, to be kept somewhere else."""

    seals: int = 0
    records: int = 0
    head: str = ""
    fresh: int = 0
    """Records that are so new that their seal may be on its way."""
    faults: list[str] = msgspec.field(default_factory=list)

    @property
    def is_intact(self) -> bool:
        """Return whether nothing was found that should not be."""
        return not self.faults


class _Sealed(msgspec.Struct):
    hash: str
    at: str
    seen: bool = False


def verify(tenant_id: str, now: datetime, kept_head: str | None = None) -> Report:
    """Walk a tenant's chain of seals and its trail of records.

    Args:
        tenant_id: whose.
        now: the time.
        kept_head: a head that an earlier report gave; the chain has to hold it still.

    Raises:
        ValueError: that is no tenant's id.
    """
    report = Report()
    sealed = _walk_chain(tenant_id, report, kept_head)
    _walk_trail(tenant_id, now, sealed, report)
    report.faults += [
        f"record {identifier} is missing" for identifier, entry in sealed.items() if not entry.seen
    ]
    if not report.records and not report.seals:
        report.faults.append("there is neither a record nor a seal")
    return report


def _walk_chain(tenant_id: str, report: Report, kept_head: str | None) -> dict[str, _Sealed]:
    sealed: dict[str, _Sealed] = {}
    hashes = {""}
    for image in stored_items(seals_key(tenant_id)):
        report.seals += 1
        seal = _readable(image)
        if seal is None or seal.sk != seal_key(seal.number):
            report.faults.append(f"seal {image['sk']['S']} was changed")
            continue
        if seal.hash != seal_hash(seal):
            report.faults.append(f"seal {seal.sk} was changed")
        if seal.previous != report.head:
            report.faults.append(f"seal {seal.sk} does not follow the one before it")
        for identifier, value in seal.records.items():
            known = sealed.setdefault(identifier, _Sealed(value, seal.at))
            if known.hash != value:
                report.faults.append(f"record {identifier} is sealed twice, in two forms")
        report.head = seal.hash
        hashes.add(seal.hash)
    if kept_head is not None and kept_head not in hashes:
        report.faults.append(f"no seal has the hash {kept_head}")
    return sealed


def _readable(image: Image) -> Seal | None:
    try:
        seal = Seal.from_raw_data(image)
        whole = (seal.number, seal.at, seal.records, seal.previous, seal.hash)
        return seal if all(value is not None for value in whole) else None
    except (TypeError, ValueError):
        return None


def _walk_trail(tenant_id: str, now: datetime, sealed: dict[str, _Sealed], report: Report) -> None:
    for month in trail.months(trail.earliest(tenant_id), now + FRESH):
        for image in stored_items(month_key(tenant_id, month)):
            report.records += 1
            _check(image, sealed, now, report)


def _check(image: Image, sealed: dict[str, _Sealed], now: datetime, report: Report) -> None:
    identifier = image["sk"]["S"]
    entry = sealed.get(identifier)
    if entry is None:
        if abs(now - _made(identifier)) < FRESH:
            report.fresh += 1
        else:
            report.faults.append(f"record {identifier} was never sealed")
        return
    entry.seen = True
    if record_hash(image) != entry.hash:
        report.faults.append(f"record {identifier} was changed")
    elif datetime.fromisoformat(entry.at) - _made(identifier) > STREAM_KEEPS:
        report.faults.append(f"record {identifier} is backdated: it was sealed at {entry.at}")


def _made(identifier: str) -> datetime:
    """Read the time out of a record's id; what is no id of ours is of no time."""
    try:
        return clock.id_time(identifier)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)


def stored_items(pk: str) -> Iterator[Image]:
    """Read a partition as it is stored, in the order of its keys."""
    pages = client("dynamodb").get_paginator("query")
    for page in pages.paginate(
        TableName=settings().audit_table,
        ConsistentRead=True,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": pk}},
    ):
        yield from page["Items"]
