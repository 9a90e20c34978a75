"""A place where zips are asked for: a tenant, assets whose bytes are there, and jobs."""

import hashlib
import io
import zipfile
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from chalicelib.assets import trash
from chalicelib.assets.models import AssetMetadata, asset_key
from chalicelib.core import clock, storage
from chalicelib.core.aws import client
from chalicelib.core.outbox import SYSTEM, AuditRecord
from chalicelib.core.settings import settings
from chalicelib.core.tables import find
from chalicelib.processing.zips.models import ZipJob, job_key
from tests.assets.stages import asset
from tests.cloud import Answer, Cloud, Tenant
from tests.shared import Team

WHO = ("admin", "editor", "contributor", "viewer", "other=viewer", "moderator")


class Counter:
    """One tenant; zips are asked for by its viewer unless said otherwise."""

    def __init__(self, cloud: Cloud, tenant: Tenant) -> None:
        self.cloud, self.tenant = cloud, tenant

    def asset(
        self,
        data: bytes = b"one",
        status: str = "approved!",
        scan: str = "clean",
        who: str = "admin",
        **more: Any,
    ) -> str:
        """Make an asset whose bytes are kept; gives its id."""
        sha256 = hashlib.sha256(data).hexdigest()
        described = {"filename": "photo.jpg", "size_bytes": len(data), "sha256": sha256} | more
        made = asset(self.cloud, self.tenant.id, self.tenant.email(who), status, scan, **described)
        storage.put(settings().originals_bucket, f"{self.tenant.id}/{sha256}", data, "image/jpeg")
        return made

    def item(self, asset_id: str) -> AssetMetadata:
        found = find(AssetMetadata, asset_key(self.tenant.id, asset_id), "ASSET")
        assert found is not None
        return found

    def trash(self, asset_id: str) -> None:
        trash.trash(self.item(asset_id), SYSTEM, clock.now())

    def call(self, method: str, path: str, body: Any = None, who: str = "viewer") -> Answer:
        return self.cloud.call(method, path, self.tenant.email(who), body)

    def ask(self, *asset_ids: str, who: str = "viewer", **more: Any) -> Answer:
        body = ({"asset_ids": [*asset_ids]} if asset_ids else {}) | more
        return self.call("POST", "/assets/zip/", body, who)

    def asked(self, *asset_ids: str, **more: Any) -> str:
        """Ask for a zip; gives the job's id."""
        answer = self.ask(*asset_ids, **more)
        assert answer.status == 202, answer.content
        return str(answer.json["job_id"])

    def status(self, job_id: str, who: str = "viewer") -> dict[str, Any]:
        answer = self.call("GET", f"/processing/{job_id}/status/", who=who)
        assert answer.status == 200, answer.content
        shown: dict[str, Any] = answer.json
        return shown

    def made(self, *asset_ids: str, who: str = "viewer", **more: Any) -> dict[str, bytes]:
        """Have a zip made; gives its files."""
        job_id = self.asked(*asset_ids, who=who, **more)
        self.work()
        shown = self.status(job_id, who)
        assert shown["status"] == "completed", shown
        return files(shown["download_url"])

    def work(self) -> None:
        """Make all zips that wait, those of earlier tests included."""
        while self.cloud.run("make_zip"):
            pass

    def job(self, job_id: str) -> ZipJob:
        found = find(ZipJob, job_key(self.tenant.id, job_id), "ZIP")
        assert found is not None
        return found

    def downloads(self, asset_id: str) -> list[AuditRecord]:
        """List the recorded downloads of an asset."""
        found = AuditRecord.by_subject.query(f"{self.tenant.id}#{asset_id}")
        return [one for one in found if one.action == "asset.downloaded"]

    def unfinished(self) -> list[str]:
        """List the keys of multipart uploads that nobody has ended."""
        found = client("s3").list_multipart_uploads(Bucket=settings().renditions_bucket)
        keys = [upload["Key"] for upload in found.get("Uploads", [])]
        return [key for key in keys if self.tenant.id in key]

    def objects(self) -> list[str]:
        """List the keys of zips."""
        return [
            key
            for key in storage.keys(settings().renditions_bucket)
            if key.startswith(f"zips/{self.tenant.id}/")
        ]


def files(url: str) -> dict[str, bytes]:
    """Read the zip that a signed URL leads to, and check all of it."""
    folder, _, key = unquote(urlsplit(url).path).lstrip("/").partition("/")
    assert folder == "renditions"
    data = storage.read(settings().renditions_bucket, key)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert {info.compress_type for info in archive.infolist()} <= {zipfile.ZIP_STORED}
        names = archive.namelist()
        assert len(set(names)) == len(names)
        return {name: archive.read(name) for name in names}


@pytest.fixture
def counter(cloud: Cloud, team: Team) -> Counter:
    """A tenant that no other test knows."""
    return Counter(cloud, team(*WHO))
