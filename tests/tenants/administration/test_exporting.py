"""An export holds all of a tenant and nothing of another, and no secrets."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.core import clock, storage
from chalicelib.core.settings import settings
from chalicelib.tenants.administration import exporting
from tests.assets.stages import SHA256, asset
from tests.cloud import Cloud
from tests.shared import Team, audit


def rows(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_metadata_bytes_and_audit_are_written_without_secrets(
    cloud: Cloud, team: Team, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant, other = team("admin", "viewer"), team("admin")
    admin = tenant.email("admin")
    published = asset(cloud, tenant.id, admin, "approved!", title="Wien 🎡")
    hidden = asset(cloud, other.id, other.email("admin"), "approved!", title="Foreign")
    storage.put(settings().originals_bucket, f"{tenant.id}/{SHA256}", b"bytes", "image/jpeg")
    storage.put(settings().originals_bucket, f"{other.id}/{SHA256}", b"other", "image/jpeg")
    terms = {"share_type": "protected", "password": "open sesame"}
    cloud.post(f"/assets/{published}/share/", admin, terms)
    key = cloud.post("/api_keys/", admin, {"name": "Robot", "role": "viewer"}).json["key"]
    cloud.run("dispatch_records")
    done = exporting.export(tenant.id, tmp_path, clock.now())
    assert (done.files, done.size_bytes) == (1, 5)
    assert (tmp_path / "originals" / SHA256).read_bytes() == b"bytes"
    (stored,) = [row for row in rows(tmp_path / "tables/assets.jsonl") if row["sk"] == "ASSET"]
    assert (stored["asset_id"], stored["title"]) == (published, "Wien 🎡")
    assert stored["uploaded_by"] == {"id": tenant.members["admin"], "email": admin}
    with (tmp_path / "versions.csv").open(encoding="utf-8") as file:
        (version,) = csv.DictReader(file)
    assert version["asset_id"] == published
    assert version["file"] == f"originals/{SHA256}"
    trail = audit(cloud, admin)
    assert [row["sk"] for row in rows(tmp_path / "audit.jsonl")] == [one["id"] for one in trail][
        ::-1
    ]
    assert done.records == len(trail)
    assert rows(tmp_path / "seals.jsonl")[0]["records"].keys() <= {one["id"] for one in trail}
    everything = "".join(
        path.read_text("utf-8") for path in tmp_path.rglob("*") if path.suffix in {".jsonl", ".csv"}
    )
    for secret in (other.id, hidden, "Foreign", key, "token_hash", "password_hash", "argon2"):
        assert secret not in everything
    # Again, it fetches only what is missing.
    (tmp_path / "originals" / SHA256).write_bytes(b"half")
    (tmp_path / "originals" / SHA256).write_bytes(b"BYTES")
    assert exporting.export(tenant.id, tmp_path, clock.now()).files == 1
    assert (tmp_path / "originals" / SHA256).read_bytes() == b"BYTES"
    (tmp_path / "originals" / SHA256).write_bytes(b"hal")
    exporting.export(tenant.id, tmp_path, clock.now())
    assert (tmp_path / "originals" / SHA256).read_bytes() == b"bytes"


def test_there_is_nothing_of_a_tenant_that_there_is_not(cloud: Cloud, tmp_path: Path) -> None:
    with pytest.raises(LookupError):
        exporting.export(clock.new_id(), tmp_path, clock.now())
