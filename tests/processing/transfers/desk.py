"""A place where metadata is imported and exported: a tenant, its assets, and jobs."""

import csv
import io
from typing import Any
from urllib.parse import unquote, urlsplit

from chalicelib.assets.models import AssetMetadata, asset_key
from chalicelib.core import storage
from chalicelib.core.aws import client
from chalicelib.core.settings import settings
from chalicelib.core.tables import find
from chalicelib.processing.transfers.models import TRANSFER, TransferJob, job_key
from tests.assets.stages import asset
from tests.cloud import Answer, Cloud, Tenant

WHO = ("admin", "editor", "contributor", "viewer", "moderator", "other=editor")
BOM = "\ufeff"

Table = list[dict[str, str]]


class Desk:
    """One tenant; its editor asks unless said otherwise."""

    def __init__(self, cloud: Cloud, tenant: Tenant) -> None:
        self.cloud, self.tenant = cloud, tenant

    def asset(self, who: str = "contributor", status: str = "approved!", **said: Any) -> str:
        """Make an asset of which something is said; gives its id."""
        made = asset(self.cloud, self.tenant.id, self.tenant.email(who), status)
        if said:
            answer = self.call("PATCH", f"/assets/{made}/", said)
            assert answer.status == 200, answer.content
        return made

    def item(self, asset_id: str) -> AssetMetadata:
        found = find(AssetMetadata, asset_key(self.tenant.id, asset_id), "ASSET")
        assert found is not None
        return found

    def call(self, method: str, path: str, body: Any = None, who: str = "editor") -> Answer:
        return self.cloud.call(method, path, self.tenant.email(who), body)

    def schema(self, *fields: dict[str, Any]) -> None:
        """Give the tenant a schema of custom fields."""
        answer = self.call("PUT", "/metadata/schema/", {"fields": list(fields)}, "admin")
        assert answer.status == 200, answer.content

    def work(self) -> None:
        """Let all jobs run to their end, those of earlier tests included."""
        while self.cloud.run("route_upload", "transfer_metadata"):
            pass

    def asked(self, text: str, who: str = "editor", **more: Any) -> str:
        """Ask for an import; gives the job's id."""
        answer = self.call("POST", "/metadata/import/", {"csv": text} | more, who)
        assert answer.status == 202, answer.content
        assert answer.json["upload"] is None
        return str(answer.json["job_id"])

    def uploaded(self, data: bytes, who: str = "editor", **more: Any) -> str:
        """Ask for an import of a file that comes by a form; gives the job's id."""
        answer = self.call("POST", "/metadata/import/", {"size_bytes": len(data)} | more, who)
        assert answer.status == 202, answer.content
        self.cloud.put({"method": "POST"} | answer.json["upload"], data)
        return str(answer.json["job_id"])

    def status(self, job_id: str, who: str = "editor") -> dict[str, Any]:
        answer = self.call("GET", f"/processing/{job_id}/status/", who=who)
        assert answer.status == 200, answer.content
        shown: dict[str, Any] = answer.json
        return shown

    def done(self, job_id: str, who: str = "editor") -> dict[str, Any]:
        """Let a job run to its end; gives it as it is shown."""
        self.work()
        shown = self.status(job_id, who)
        assert shown["status"] == "completed", shown
        return shown

    def imported(self, text: str, who: str = "editor", **more: Any) -> dict[int, str]:
        """Import a file; gives what became of its rows by their numbers."""
        shown = self.done(self.asked(text, who, **more), who)
        return {row["row"]: row["status"] for row in shown["rows"]}

    def refusals(self, text: str, **more: Any) -> list[tuple[int, str, str]]:
        """Import a file; gives number, field and code of what is wrong with its rows."""
        shown = self.done(self.asked(text, **more))
        return [
            (row["row"], error["field"], error["code"])
            for row in shown["rows"]
            for error in row["errors"]
        ]

    def exported(self, who: str = "editor") -> str:
        """Export all that is said; gives the file's text."""
        answer = self.call("GET", "/metadata/export/", who=who)
        assert answer.status == 202, answer.content
        shown = self.done(str(answer.json["job_id"]), who)
        return fetched(shown["download_url"]).decode()

    def job(self, job_id: str) -> TransferJob:
        found = find(TransferJob, job_key(self.tenant.id, job_id), TRANSFER)
        assert found is not None
        return found


def fetched(url: str) -> bytes:
    """Read the file to which a signed URL leads."""
    folder, _, key = unquote(urlsplit(url).path).lstrip("/").partition("/")
    assert folder == "renditions"
    return storage.read(settings().renditions_bucket, key)


def table(text: str) -> Table:
    """Read an export as a program would that knows nothing of Reef."""
    assert text.startswith(BOM)
    return list(csv.DictReader(io.StringIO(text.removeprefix(BOM), newline="")))


def written(rows: list[dict[str, str]], separator: str = ",") -> str:
    """Write rows as a spreadsheet does."""
    out = io.StringIO()
    names = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(out, names, delimiter=separator, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def forget_file(job: TransferJob) -> None:
    """Delete a job's file from the uploads bucket, as its lifecycle rule does."""
    key = f"{job.tenant_id}/imports/{job.job_id}"
    client("s3").delete_object(
        Bucket=settings().uploads_bucket, Key=key, VersionId=job.object_version
    )
