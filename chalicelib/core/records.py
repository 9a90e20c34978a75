"""Audit records as consumers get them: published by the dispatcher, read from a queue's message."""

from typing import Any

import msgspec

from chalicelib.core.outbox import AuditRecord, Person, Subject


class Record(msgspec.Struct, frozen=True):
    """A change that has happened; the values before and after are JSON-like.

    Records come at least once and not always in order: consumers deduplicate by `id`.
    """

    id: str
    tenant_id: str
    at: str
    actor: Person
    action: str
    subject: Subject
    old: Any = None
    new: Any = None
    request_id: str | None = None


def read(image: dict[str, Any]) -> Record:
    """Read a record from its item in the audit table's stream.

    Raises:
        ValueError: the item is no audit record.
    """
    try:
        item = AuditRecord.from_raw_data(image)
        fields = {name: getattr(item, name) for name in Record.__struct_fields__ if name != "id"}
        return msgspec.convert(fields | {"id": item.sk}, Record)
    except (TypeError, msgspec.MsgspecError) as error:
        raise ValueError("not an audit record") from error


def write(record: Record, limit_bytes: int) -> str:
    """Write a record as a message's body.

    One that is too large is told without its values, which stay in the audit trail.
    """
    body = _encoded(record)
    if len(body) > limit_bytes:
        body = _encoded(msgspec.structs.replace(record, old=None, new=None))
    return body.decode()


def parse(body: str) -> list[Record]:
    """Read the record that a message tells of; for `entrypoint.batch`."""
    return [msgspec.json.decode(body, type=Record)]


def _encoded(record: Record) -> bytes:
    """Write a record as JSON in which everything that queues refuse is escaped.

    JSON escapes control characters by itself, but not these two, which people can write, too.
    """
    body = msgspec.json.encode(record)
    for refused in ("\ufffe", "\uffff"):
        body = body.replace(refused.encode(), f"\\u{ord(refused):04x}".encode())
    return body
