"""One person's data in a tenant: all that names them, exported, and made to name nobody."""

import json
import re
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from chalicelib.core.aws import client
from chalicelib.core.errors import NotFound
from chalicelib.tenants import accounts, members
from chalicelib.tenants.administration import exporting, stored
from chalicelib.tenants.audit.seals import Image

ERASED = "erased@reef.invalid"
"""What stands in the place of an address that was erased; no mail ever gets there."""

_PART = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]"


class Erased(NamedTuple):
    """How many items name nobody now, how many are gone, and how many records stay as sealed."""

    changed: int
    deleted: int
    records: int


def export(tenant_id: str, email: str, folder: Path, now: datetime) -> int:
    """Write every item and record of a tenant that names a person; return how many there are.

    Raises:
        LookupError: there is no such tenant.
    """
    accounts.get(tenant_id)
    wanted = _named(email, _member_id(tenant_id, email))
    folder.mkdir(parents=True, exist_ok=True)
    rows = (
        exporting.readable(image)
        for name, table in stored.tables().items()
        if name not in {"audit", "requests", "handles"}
        for image in stored.items(table, tenant_id)
        if wanted.search(_text(image))
    )
    records = (
        row
        for row in exporting.records_of(tenant_id, now)
        if wanted.search(json.dumps(row, default=str))
    )
    count = exporting.write(folder / "items.jsonl", rows)
    return count + exporting.write(folder / "audit.jsonl", records)


def erase(tenant_id: str, email: str, now: datetime) -> Erased:
    """Remove a person from a tenant, and their address from all that is said there. Idempotent.

    What they made stays, under an id that leads to nobody. The audit trail is sealed and stays as
    it is for as long as the tenant has to keep it.

    Raises:
        LookupError: there is no such tenant.
        LastAdmin: nobody could manage the tenant any more.
    """
    accounts.get(tenant_id)
    member_id = _member_id(tenant_id, email)
    if member_id is not None:
        members.expel(members.get(tenant_id, member_id), accounts.OPERATOR, now)
    address = _named(email, None)
    changed = deleted = 0
    for name, table in stored.tables().items():
        if name == "audit":
            continue
        for image in stored.items(table, tenant_id):
            if _is_own(image, tenant_id, member_id) or address.search(_keys(image)):
                key = {part: image[part] for part in ("pk", "sk") if part in image}
                client("dynamodb").delete_item(TableName=table, Key=key)
                deleted += 1
            elif address.search(_text(image)):
                changed += _rewrite(table, image, address)
    kept = sum(
        bool(address.search(json.dumps(row, default=str)))
        for row in exporting.records_of(tenant_id, now)
    )
    return Erased(changed, deleted, kept)


def _member_id(tenant_id: str, email: str) -> str | None:
    try:
        return members.get(tenant_id, members.checked_email(email)).id
    except NotFound:
        return None


def _named(email: str, member_id: str | None) -> re.Pattern[str]:
    """Return what finds a person's address, or their id, in a text."""
    address = rf"(?<!{_PART}){re.escape(email.strip())}(?![A-Za-z0-9-]|\.[A-Za-z0-9])"
    return re.compile(f"{address}|{member_id}" if member_id else address, re.IGNORECASE)


def _text(image: Image) -> str:
    return json.dumps(image, default=str, ensure_ascii=False)


def _keys(image: Image) -> str:
    return " ".join(part.lstrip("#") for name in ("pk", "sk") for part in _parts(image, name))


def _parts(image: Image, name: str) -> list[str]:
    return str(image.get(name, {}).get("S", "")).split("#")


def _is_own(image: Image, tenant_id: str, member_id: str | None) -> bool:
    """Return whether an item is the person's alone, such as their inbox and preferences."""
    return member_id is not None and image["pk"]["S"] == f"{tenant_id}#{member_id}"


def _rewrite(table: str, image: Image, address: re.Pattern[str]) -> bool:
    """Take an address out of an item's texts; False where somebody changed it meanwhile."""
    new = {
        name: address.sub(ERASED, value["S"])
        for name, value in image.items()
        if "S" in value and address.search(value["S"])
    }
    if not new:
        return False
    dynamodb = client("dynamodb")
    names = {f"#{i}": name for i, name in enumerate(new)}
    values = {f":new{i}": {"S": text} for i, text in enumerate(new.values())}
    values |= {f":old{i}": image[name] for i, name in enumerate(new)}
    try:
        dynamodb.update_item(
            TableName=table,
            Key={part: image[part] for part in ("pk", "sk") if part in image},
            UpdateExpression="SET " + ", ".join(f"#{i} = :new{i}" for i in range(len(new))),
            ConditionExpression=" AND ".join(f"#{i} = :old{i}" for i in range(len(new))),
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=values,
        )
    except dynamodb.exceptions.ConditionalCheckFailedException:
        return False
    return True
