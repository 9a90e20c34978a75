"""Seals: the audit trail of a tenant, chained by hashes after each batch of the stream.

A seal holds the hash of every record that it covers, and of the seal before it. So whoever changes,
removes or slips in a record has to forge every seal from there on, and the newest hash, which the
log has too.
"""

import hashlib
import json
import logging
from datetime import datetime
from functools import partial
from typing import Any

from chalicelib.core import clock
from chalicelib.core.optimistic_locking import despite_others
from chalicelib.core.tables import insert
from chalicelib.tenants.models import Seal, seal_key, seals_key

log = logging.getLogger(__name__)

Image = dict[str, Any]
"""An item in DynamoDB's own form, which is the same in streams and in queries."""

_ATTEMPTS = 100
"""Each one that fails means that another process's seal has been added."""

_LOOKED_THROUGH = 10
"""A part of the stream that comes again was sealed by one of the newest few: nobody else seals a
tenant's records but the dispatcher of another month's part."""


def is_seal(image: Image) -> bool:
    """Return whether an item of the audit table is a seal, which is a record of nothing."""
    return str(image["pk"]["S"]).endswith(seals_key(""))


def seal(images: list[Image], now: datetime) -> None:
    """Seal records, those of each tenant with one seal; what has its seal already gets no other."""
    by_tenant: dict[str, list[Image]] = {}
    for image in images:
        by_tenant.setdefault(_tenant(image), []).append(image)
    for tenant_id, own in by_tenant.items():
        _append(tenant_id, {image["sk"]["S"]: record_hash(image) for image in own}, now)


def record_hash(image: Image) -> str:
    """Hash a record with all its attributes, keys included."""
    return hashlib.sha256(_canonical(image)).hexdigest()


def seal_hash(seal: Seal) -> str:
    """Hash what a seal says, after the hash of the seal before it."""
    content = {
        "pk": seal.pk,
        "number": seal.number,
        "at": seal.at,
        "records": seal.records,
    }
    return hashlib.sha256(seal.previous.encode() + _canonical(content)).hexdigest()


def _tenant(image: Image) -> str:
    """Read the tenant from the partition key, which nothing else in the item can contradict."""
    return str(image["pk"]["S"]).rpartition("#")[0]


def _append(tenant_id: str, hashes: dict[str, str], now: datetime) -> None:
    def append(newest: list[Seal]) -> None:
        covered = {identifier for seal in newest for identifier in seal.records}
        left = {name: value for name, value in hashes.items() if name not in covered}
        if not left:
            return
        last = newest[0] if newest else None
        number = last.number + 1 if last else 1
        new = Seal(
            seals_key(tenant_id),
            seal_key(number),
            number=number,
            at=clock.timestamp(now),
            records=left,
            previous=last.hash if last else "",
        )
        new.hash = seal_hash(new)
        insert(new)
        log.info(
            "sealed",
            extra={"tenant_id": tenant_id, "seal": number, "hash": new.hash, "records": len(left)},
        )

    # What is faster is the dispatcher of another month's part of the stream.
    refusal = f"no seal after {_ATTEMPTS} attempts"
    with_new = partial(_with_new, tenant_id)
    despite_others(append, _newest(tenant_id), with_new, refusal, _ATTEMPTS)


def _with_new(tenant_id: str, known: list[Seal]) -> list[Seal]:
    """Add the seals that others have added since, however many, to those that were read."""
    last = known[0].number if known else 0
    added = Seal.query(
        seals_key(tenant_id),
        Seal.sk > seal_key(last),
        consistent_read=True,
        scan_index_forward=False,
    )
    return [*added, *known]


def _newest(tenant_id: str) -> list[Seal]:
    return list(
        Seal.query(
            seals_key(tenant_id),
            consistent_read=True,
            scan_index_forward=False,
            limit=_LOOKED_THROUGH,
        )
    )


def _canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
