"""Many threads at one thing, on DynamoDB Local; a process of its own, without moto.

`python -m tests.tenants.races NAME` prints what came of it as JSON. moto's DynamoDB lets some
through under threads that the real one would stop.
"""

import json
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from chalicelib.core import clock, outbox
from chalicelib.core.aws import client
from chalicelib.core.errors import ReefError
from chalicelib.core.outbox import SYSTEM, AuditRecord
from chalicelib.core.settings import settings
from chalicelib.core.tables import transact
from chalicelib.tenants import accounts, members, quotas
from chalicelib.tenants.audit import seals, verification
from chalicelib.tenants.models import Member, Seal, member_key, seals_key
from infra import template
from local.resources.tables import create_table

THREADS = 16


def tables() -> None:
    """Create the tables as `infra/` describes them."""
    names = {"TenantsTable": settings().tenants_table, "AuditTable": settings().audit_table}
    for logical_id, name in names.items():
        properties = template.load()["Resources"][logical_id]["Properties"]
        plain = {
            key: properties[key]
            for key in (
                "KeySchema",
                "AttributeDefinitions",
                "BillingMode",
                "GlobalSecondaryIndexes",
            )
            if key in properties
        }
        create_table(client, name, plain | {"TableName": name})


def outcomes(deeds: list[Callable[[], Any]]) -> dict[str, int]:
    """Do everything at once; count how each thing ended."""

    def end(deed: Callable[[], Any]) -> str:
        try:
            deed()
        except ReefError as refused:
            return refused.code
        return "done"

    with ThreadPoolExecutor(THREADS) as threads:
        return dict(Counter(threads.map(end, deeds)))


def admins(tenant_id: str, count: int) -> list[Member]:
    """Write admins, without a user pool."""
    for number in range(count):
        member = Member(
            tenant_id,
            member_key(f"admin-{number:02d}"),
            email=f"a{number}@x.test",
            roles=["admin"],
            created_at="",
        )
        transact(members.put(member), members.counted(tenant_id, 1))
    return [members.get(tenant_id, f"admin-{number:02d}") for number in range(count)]


def last_admin() -> dict[str, Any]:
    """Every admin is demoted or deactivated at the same moment."""
    tenant_id = accounts.create("race", clock.now())
    everybody = admins(tenant_id, THREADS)

    def demote(member: Member, number: int) -> Callable[[], Any]:
        if number % 2:
            return lambda: members.alter(member, SYSTEM, clock.now(), is_active=False)
        return lambda: members.alter(member, SYSTEM, clock.now(), names=["viewer"])

    ended = outcomes([demote(member, number) for number, member in enumerate(everybody)])
    left = [m for m in members.page(tenant_id, 100, None)[0] if m.is_active and "admin" in m.roles]
    records = AuditRecord.by_subject.query(f"{tenant_id}#{left[0].id}") if left else []
    return {
        "ended": ended,
        "left": len(left),
        "counted": int(accounts.get(tenant_id).admins),
        "records": sum(item.action == "member.changed" for item in AuditRecord.scan()),
        "records_of_who_is_left": len(list(records)),
    }


def quota() -> dict[str, Any]:
    """Two hundred uploads of ten bytes into a quota of a thousand and nine."""
    tenant_id = accounts.create("race", clock.now())
    deeds = [lambda: quotas.reserve(tenant_id, clock.new_id(), 10, 1, 1009) for _ in range(200)]
    ended = outcomes(deeds)
    usage = accounts.usage(tenant_id)
    return {
        "ended": ended,
        "storage_bytes": int(usage.storage_bytes),
        "assets": int(usage.assets),
        "reservations": len(usage.reservations),
    }


def cancelled() -> dict[str, Any]:
    """One reservation is given back by everybody at once."""
    tenant_id = accounts.create("race", clock.now())
    mine, other = clock.new_id(), clock.new_id()
    quotas.reserve(tenant_id, mine, 10, 1, 100)
    quotas.reserve(tenant_id, other, 7, 1, 100)
    ended = outcomes([lambda: quotas.cancel(tenant_id, mine, 10, 1) for _ in range(THREADS)])
    usage = accounts.usage(tenant_id)
    return {
        "ended": ended,
        "storage_bytes": int(usage.storage_bytes),
        "assets": int(usage.assets),
        "reservations": len(usage.reservations),
    }


def sealed() -> dict[str, Any]:
    """Four dispatchers seal one tenant's records, and each part of the stream comes twice."""
    tenant_id = accounts.create("race", clock.now())
    dynamodb, table = client("dynamodb"), settings().audit_table
    parts = []
    for number in range(40):
        records = [
            outbox.record(tenant_id, SYSTEM, "thing.done", ("thing", str(number)), clock.now())
            for _ in range(3)
        ]
        for record in records:
            record.save()
        keys = [{"pk": {"S": record.pk}, "sk": {"S": record.sk}} for record in records]
        parts += [[dynamodb.get_item(TableName=table, Key=key)["Item"] for key in keys]] * 2
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda part: seals.seal(part, clock.now()), parts))
    chain = list(Seal.query(seals_key(tenant_id)))
    report = verification.verify(tenant_id, clock.now() + timedelta(minutes=2))
    return {
        "seals": [int(seal.number) for seal in chain] == list(range(1, 41)),
        "covered": sum(len(seal.records) for seal in chain),
        "faults": [fault.rpartition("record ")[2].partition(" ")[2] for fault in report.faults],
    }


def main() -> None:
    """Run every race."""
    tables()
    races = (last_admin, quota, cancelled, sealed)
    json.dump({race.__name__: race() for race in races}, sys.stdout)


if __name__ == "__main__":
    main()
