"""What the tests of dispatching and sealing share: making records, and tampering with them."""

import copy
import json
from datetime import datetime, timedelta
from typing import Any

from moto.dynamodb.models import dynamodb_backends

from chalicelib.core import clock, outbox
from chalicelib.core.aws import client
from chalicelib.core.outbox import SYSTEM
from chalicelib.core.settings import settings
from chalicelib.tenants.audit import verification
from chalicelib.tenants.audit.verification import Report
from chalicelib.tenants.models import Seal, seals_key
from local.provision import ACCOUNT_ID

Item = dict[str, Any]


def happen(tenant_id: str, count: int, moment: datetime | None = None) -> list[str]:
    """Let things happen to a tenant; gives the ids of their records."""
    begin = moment or clock.now()
    made = [
        outbox.record(
            tenant_id,
            SYSTEM,
            "workflow.tried",
            ("thing", str(number)),
            begin + timedelta(milliseconds=number),
            new={"number": number},
        )
        for number in range(count)
    ]
    for record in made:
        record.save()
    return [record.sk for record in made]


def seals(tenant_id: str) -> list[Seal]:
    return list(Seal.query(seals_key(tenant_id), consistent_read=True))


def sealed(tenant_id: str) -> list[str]:
    """List the ids of all records that seals cover, as often as they do."""
    return [identifier for seal in seals(tenant_id) for identifier in seal.records]


def later(tenant_id: str) -> Report:
    """Verify a trail when every record should have its seal."""
    return verification.verify(tenant_id, clock.now() + timedelta(minutes=2))


def stored(pk: str, sk: str) -> Item:
    key = {"pk": {"S": pk}, "sk": {"S": sk}}
    found: Item = client("dynamodb").get_item(TableName=settings().audit_table, Key=key)["Item"]
    return found


def record_item(tenant_id: str, identifier: str) -> Item:
    return stored(outbox.month_key(tenant_id, clock.id_time(identifier)), identifier)


def forge(item: Item) -> None:
    """Write an item past the stream, as who has the table's files would."""
    table = dynamodb_backends[ACCOUNT_ID]["us-east-1"].tables[settings().audit_table]
    shard, table.stream_shard = table.stream_shard, None
    client("dynamodb").put_item(TableName=settings().audit_table, Item=item)
    table.stream_shard = shard


def remove(item: Item) -> None:
    key = {name: item[name] for name in ("pk", "sk")}
    client("dynamodb").delete_item(TableName=settings().audit_table, Key=key)


def changed(item: Item, **attributes: Any) -> Item:
    return copy.deepcopy(item) | attributes


def told(queue: str) -> list[Item]:
    """Take everything that a queue holds."""
    sqs = client("sqs")
    url = sqs.get_queue_url(QueueName=f"reef-{queue}")["QueueUrl"]
    found = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            found.append(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return found
