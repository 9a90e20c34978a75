"""All that the emulated AWS holds: kept, put back, emptied, and read without asking it."""

import copy
import json
from datetime import datetime
from typing import Any, NamedTuple

from boto3.dynamodb.types import TypeDeserializer
from moto.dynamodb.models import dynamodb_backends
from moto.s3.models import FakeDeleteMarker, s3_backends
from moto.sqs.models import sqs_backends

from chalicelib.core.settings import settings
from local.cloud import REGION
from local.provision import ACCOUNT_ID

Row = dict[str, Any]

_MEMBERSHIP = ("TENANT", "MEMBER#", "EMAIL#")
"""What the tables keep when they are emptied."""


class Saved(NamedTuple):
    """A copy of all tables and buckets."""

    items: dict[str, Any]
    objects: dict[str, tuple[Any, Any]]


def save() -> Saved:
    """Copy all tables and buckets; the queues are taken to be empty."""
    return copy.deepcopy(
        Saved(
            {name: table.items for name, table in _tables().items()},
            {name: (_versions(bucket), bucket.multiparts) for name, bucket in _buckets().items()},
        )
    )


def restore(saved: Saved) -> None:
    """Put all tables and buckets back, and empty the queues."""
    saved = copy.deepcopy(saved)
    for name, table in _tables().items():
        table.items = saved.items[name]
        if table.stream_shard is not None:
            table.stream_shard.items = []
    for name, bucket in _buckets().items():
        versions, bucket.multiparts = saved.objects[name]
        bucket.keys.clear()
        for key, stored in versions.items():
            bucket.keys.setlist(key, stored)
    for queue in _queues().values():
        queue._messages = []
        queue.deleted_messages.clear()


def wipe() -> None:
    """Empty everything but the tenants and their members."""
    saved = save()
    for partitions in saved.items.values():
        for pk, partition in [*partitions.items()]:
            sorted_by = partition if isinstance(partition, dict) else {}
            for sk in [*sorted_by]:
                if not str(sk.value).startswith(_MEMBERSHIP):
                    del sorted_by[sk]
            if not sorted_by:
                del partitions[pk]
    for versions, multiparts in saved.objects.values():
        versions.clear()
        multiparts.clear()
    restore(saved)


def date(bucket: str, key: str, moment: datetime) -> None:
    """Have S3 tell another time at which an object came."""
    for stored in _buckets()[bucket].keys.getlist(key):
        stored.last_modified = moment.replace(tzinfo=None)


def take_messages(queue: str) -> list[str]:
    """Take every message out of a queue; gives their bodies."""
    waiting = _queues()[f"reef-{queue}"]
    bodies = [message.body for message in waiting._messages]
    waiting._messages = []
    return bodies


def rows() -> list[Row]:
    """Read every item of every table, in the order of their keys."""
    found = []
    for table in _tables().values():
        for item in table.all_items():
            attributes = item.to_json()["Attributes"]
            found.append({name: value(stored) for name, stored in attributes.items()})
    return sorted(found, key=lambda row: (row["pk"], row.get("sk", "")))


def keys(bucket: str) -> set[str]:
    """List the keys of a bucket; what lies under a marker is deleted."""
    kept = _buckets()[bucket].keys
    return {key for key in kept if not isinstance(kept[key], FakeDeleteMarker)}


def records(first: int) -> list[Row]:
    """Read the stream of the audit table, from a record on."""
    stream = _tables()[settings().audit_table].stream_shard
    return [item.to_json() for item in stream.items[first:]]


def stored_keys() -> list[tuple[str, str, int]]:
    """List every key of every bucket, with the number of its versions."""
    buckets = _buckets().items()
    return [(name, key, len(found)) for name, b in buckets for key, found in _versions(b).items()]


def open_multiparts() -> set[str]:
    """List the ids of the multipart uploads that are neither completed nor aborted."""
    return set(_buckets()[settings().uploads_bucket].multiparts)


def _versions(bucket: Any) -> dict[str, list[Any]]:
    return {key: [*bucket.keys.getlist(key)] for key in bucket.keys}


def value(stored: Any) -> Any:
    """Read an attribute, which may hold JSON."""
    value = TypeDeserializer().deserialize(stored)
    if isinstance(value, str) and value[:1] in ("{", "["):
        return json.loads(value)
    return value


def _tables() -> dict[str, Any]:
    tables: dict[str, Any] = dynamodb_backends[ACCOUNT_ID][REGION].tables
    return tables


def _buckets() -> dict[str, Any]:
    buckets: dict[str, Any] = s3_backends[ACCOUNT_ID]["aws"].buckets
    return buckets


def _queues() -> dict[str, Any]:
    queues: dict[str, Any] = sqs_backends[ACCOUNT_ID][REGION].queues
    return queues
