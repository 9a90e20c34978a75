"""All that is stored of a tenant: its items in every table, its objects in every bucket.

Tables are read whole, for their keys begin with a tenant and something more, so that this is for
the deployment's admin and not for requests.
"""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from chalicelib.core.aws import client
from chalicelib.core.settings import settings
from chalicelib.tenants.audit.seals import Image


class Stored(NamedTuple):
    """An object in a bucket."""

    key: str
    size_bytes: int


def tables() -> dict[str, str]:
    """Return the names of all tables, by what they hold, such as `assets`."""
    return _of("_table")


def buckets() -> dict[str, str]:
    """Return the names of the buckets that hold what is a tenant's, by what they hold."""
    return {name: bucket for name, bucket in _of("_bucket").items() if name != "signatures"}


def items(table: str, tenant_id: str) -> Iterator[Image]:
    """Read a tenant's items of a table, in DynamoDB's own form; its id stands in their keys."""
    pages = client("dynamodb").get_paginator("scan")
    for page in pages.paginate(
        TableName=table,
        ConsistentRead=True,
        FilterExpression="contains(pk, :tenant) OR tenant_id = :tenant",
        ExpressionAttributeValues={":tenant": {"S": tenant_id}},
    ):
        yield from page["Items"]


def objects(bucket: str, tenant_id: str) -> Iterator[Stored]:
    """List a tenant's objects in a bucket."""
    pages = client("s3").get_paginator("list_objects_v2")
    for prefix in prefixes(tenant_id):
        for page in pages.paginate(Bucket=bucket, Prefix=prefix):
            yield from (Stored(one["Key"], one["Size"]) for one in page.get("Contents", []))


def prefixes(tenant_id: str) -> tuple[str, ...]:
    """Return what the keys of a tenant's objects begin with."""
    return f"{tenant_id}/", f"zips/{tenant_id}/", f"transfers/{tenant_id}/"


def _of(ending: str) -> dict[str, str]:
    values = msgspec.structs.asdict(settings())
    return {
        name.removesuffix(ending): str(value)
        for name, value in values.items()
        if name.endswith(ending) and value
    }
