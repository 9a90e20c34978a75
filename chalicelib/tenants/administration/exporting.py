"""Exporting a tenant into a folder: what is said of it, its bytes, and its audit trail.

tables/NAME.jsonl   every item of a table as one JSON object a line, without secrets
audit.jsonl         the audit trail in order, with the seals that prove it in seals.jsonl
versions.csv        which file belongs to which version of which asset
originals/SHA256    the bytes, each content once
"""

import csv
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from boto3.dynamodb.types import TypeDeserializer

from chalicelib.core import storage
from chalicelib.core.outbox import month_key
from chalicelib.core.settings import settings
from chalicelib.tenants import accounts
from chalicelib.tenants.administration import stored
from chalicelib.tenants.audit import trail, verification
from chalicelib.tenants.audit.seals import Image
from chalicelib.tenants.models import seals_key

_LEFT_OUT = frozenset({"audit", "handles", "requests"})
"""The audit trail is written in its own order; hashes of secrets and kept answers are not given."""

_SECRETS = frozenset({"password_hash", "token_hash", "token", "salt", "secret"})
_SECRET_ITEMS = ("TOKEN#", "CODE#")

Row = dict[str, object]
"""An item with readable values, by attribute."""


class Exported(NamedTuple):
    """How much an export holds."""

    items: int
    records: int
    files: int
    size_bytes: int


def export(tenant_id: str, folder: Path, now: datetime) -> Exported:
    """Write all of a tenant into a folder; files that are there already are not fetched again.

    Raises:
        LookupError: there is no such tenant.
    """
    accounts.get(tenant_id)
    (folder / "tables").mkdir(parents=True, exist_ok=True)
    count = 0
    versions: list[Row] = []
    for name, table in stored.tables().items():
        if name in _LEFT_OUT:
            continue
        rows = [readable(image) for image in stored.items(table, tenant_id) if _is_open(image)]
        count += write(folder / "tables" / f"{name}.jsonl", sorted(rows, key=_key))
        versions += [row for row in rows if str(row.get("sk", "")).startswith("V#")]
    _list(folder / "versions.csv", versions)
    records = write(folder / "audit.jsonl", records_of(tenant_id, now))
    seals = verification.stored_items(seals_key(tenant_id))
    write(folder / "seals.jsonl", (readable(image) for image in seals))
    return Exported(count, records, *_fetch(tenant_id, folder / "originals"))


def readable(image: Image) -> Row:
    """Return an item with plain values; what is stored as JSON text is taken apart."""
    read = TypeDeserializer().deserialize
    return {name: _plain(read(value)) for name, value in image.items() if name not in _SECRETS}


def records_of(tenant_id: str, now: datetime) -> Iterator[Row]:
    """Read a tenant's audit trail in order."""
    for month in trail.months(trail.earliest(tenant_id), now):
        images = verification.stored_items(month_key(tenant_id, month))
        yield from (readable(image) for image in images)


def write(path: Path, rows: Iterable[Row]) -> int:
    """Write rows, one a line; return how many."""
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row, default=_number, ensure_ascii=False) + "\n")
            count += 1
    return count


def _plain(value: object) -> object:
    if isinstance(value, set):
        return sorted(map(str, value))
    if isinstance(value, str) and value[:1] in {"{", "["}:
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _is_open(image: Image) -> bool:
    return not image.get("sk", {}).get("S", "").startswith(_SECRET_ITEMS)


def _key(row: Row) -> tuple[str, str]:
    return str(row["pk"]), str(row.get("sk", ""))


def _number(value: object) -> int | float | str:
    """Write what JSON does not know: DynamoDB's numbers, and bytes as text."""
    text = str(value)
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _list(path: Path, versions: Iterable[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["asset_id", "version", "filename", "content_type", "file"])
        for row in versions:
            face = row.get("face")
            said = face if isinstance(face, dict) else {}
            place = f"originals/{said['sha256']}" if said.get("sha256") else ""
            named = [said.get("filename"), said.get("content_type"), place]
            writer.writerow([row["asset_id"], row["number"], *named])


def _fetch(tenant_id: str, folder: Path) -> tuple[int, int]:
    """Fetch a tenant's originals; return how many there are, and how many bytes they have."""
    folder.mkdir(exist_ok=True)
    count = size_bytes = 0
    bucket = settings().originals_bucket
    for one in stored.objects(bucket, tenant_id):
        path = folder / one.key.rpartition("/")[2]
        if not path.exists() or path.stat().st_size != one.size_bytes:
            part = path.with_suffix(".part")
            storage.download(bucket, one.key, str(part))
            part.replace(path)
        count, size_bytes = count + 1, size_bytes + one.size_bytes
    return count, size_bytes
