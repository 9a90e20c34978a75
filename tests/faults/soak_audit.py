"""What a soak left in tables and buckets; run with the environment of its functions.

`hasten` brings forward all that is due later, as if time went by; `audit` reads from its input how
each asset must have ended, and writes what does not hold.
"""

import json
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.core import clock, storage
from chalicelib.core.aws import client
from chalicelib.core.settings import settings
from tests.faults import state, truth
from tests.faults.state import Row

TABLES = ("assets_table", "tenants_table", "processing_table", "audit_table", "workflows_table")


def rows() -> list[Row]:
    """Read every item of the tables."""
    found: list[Row] = []
    for table in TABLES:
        pages = (
            client("dynamodb")
            .get_paginator("scan")
            .paginate(TableName=getattr(settings(), table), ConsistentRead=True)
        )
        for page in pages:
            found += [
                {name: state.value(stored) for name, stored in item.items()}
                for item in page["Items"]
            ]
    return sorted(found, key=lambda row: (row["pk"], row.get("sk", "")))


def hasten() -> int:
    """Let what is due later be due now; gives how much there was."""
    past = clock.timestamp(datetime.now(UTC) - timedelta(hours=1))
    due = [row for row in rows() if "due_at" in row]
    for row in due:
        name = row["due_at"].partition("#")[2]
        client("dynamodb").update_item(
            TableName=settings().assets_table,
            Key={"pk": {"S": row["pk"]}, "sk": {"S": row["sk"]}},
            UpdateExpression="SET due_at = :now",
            ConditionExpression="attribute_exists(due_at)",
            ExpressionAttributeValues={":now": {"S": f"{past}#{name}"}},
        )
    return len(due)


def audit(expected: dict[str, list[Any]]) -> list[str]:
    """Say what does not hold."""
    every = rows()
    (tenant,) = {row["tenant_id"] for row in every if row["pk"].rpartition("#")[2] in expected}
    mine = [row for row in every if row["pk"].startswith(tenant)]

    def keys(bucket: str) -> set[str]:
        return {key for key in storage.keys(bucket) if key.startswith(tenant)}

    wrong = []
    try:
        truth.stored_well(mine, keys)
    except AssertionError as failure:
        wrong.append(f"the tables: {failure}")
    told = Counter((row["subject"]["id"], row["action"]) for row in every if "actor_key" in row)
    for asset_id, (status, _) in expected.items():
        ends = told[asset_id, f"version.{status}"]
        published = told[asset_id, "version.published"]
        if published != (status == "approved"):
            wrong.append(f"{asset_id}, {status}, was published {published} times")
        if status != "failed" and ends != 1:
            wrong.append(f"{asset_id} became {status} {ends} times")
    there = {row["asset_id"] for row in mine if row.get("sk") == "ASSET"}
    wrong += [f"{one} is gone" for one in expected.keys() - there]
    wrong += [f"nobody sent {one}" for one in there - expected.keys()]
    return wrong


if __name__ == "__main__":
    if sys.argv[1] == "hasten":
        print(hasten())
    else:
        print(json.dumps(audit(json.load(sys.stdin))))
