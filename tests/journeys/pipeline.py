"""A library with one tenant, its members and a real scanner: what whole stories are told with."""

import hashlib
import itertools
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from chalicelib.assets.models import AssetMetadata, asset_key
from chalicelib.assets.upload_models import Upload
from chalicelib.core import aws, clock, settings, storage
from chalicelib.core.outbox import AuditRecord
from chalicelib.core.tables import find
from chalicelib.processing.scanning.clamd import Clamd
from chalicelib.processing.scanning.scanner import Scanner, Verdict
from tests import cloud as clouds
from tests.cloud import EDGE_URL, Cloud, Tenant

FUNCTIONS = (
    "route_upload",
    "scan_upload",
    "scan_large_upload",
    "make_thumbnails",
    "read_metadata",
)
ROLES = ("admin", "editor", "contributor", "viewer", "moderator")

Reserved = dict[str, Any]
Message = dict[str, Any]

_numbers = itertools.count(1)


class Pipeline:
    """One Reef, its tenants, and what its scanner has said of which bytes."""

    def __init__(self, cloud: Cloud, clamd: Clamd, monkeypatch: pytest.MonkeyPatch) -> None:
        self.cloud = cloud
        self.verdicts: dict[str, str] = {}
        self.after_chunk: Callable[[], None] = lambda: None
        self.tenants: list[Tenant] = []
        self._patch = monkeypatch
        self._note_verdicts()
        self.scan_with(clamd)
        for function in FUNCTIONS:
            self.lose(function)
        self._old = {*self._all_objects()}
        self.acme = self.tenant("acme")

    def _note_verdicts(self) -> None:
        """Listen in on the real scanner: the sha256 of what it was given, and its verdict."""
        real = Scanner.scan

        def scan(scanner: Scanner, chunks: Any, deadline_seconds: float) -> Verdict:
            digest = hashlib.sha256()

            def listening() -> Iterator[bytes]:
                for chunk in chunks:
                    digest.update(chunk)
                    yield chunk
                    self.after_chunk()

            verdict = real(scanner, listening(), deadline_seconds)
            self.verdicts[digest.hexdigest()] = verdict.status
            return verdict

        self._patch.setattr(Scanner, "scan", scan)

    def configure(self, **values: Any) -> None:
        """Deploy with other settings; texts as they are, everything else as JSON."""
        for name, value in values.items():
            text = value if isinstance(value, str) else json.dumps(value)
            self._patch.setenv(f"REEF_{name.upper()}", text)
        settings.settings.cache_clear()

    def scan_with(self, clamd: Clamd) -> None:
        """Let the functions use this clamd."""
        self.configure(clamd_socket=clamd.socket, signatures_folder=str(clamd.signatures))

    def tenant(self, name: str) -> Tenant:
        """Create a tenant with a member of each role."""
        tenant = self.cloud.tenant(f"{name}-{next(_numbers)}", *ROLES)
        self.tenants.append(tenant)
        return tenant

    def who(self, role: str, tenant: Tenant | None = None) -> str:
        """Give the address of a tenant's member; acme's unless said otherwise."""
        return (tenant or self.acme).email(role)

    def reserve(
        self, data: bytes, role: str = "contributor", tenant: Tenant | None = None, **described: Any
    ) -> Reserved:
        """Reserve an upload of these bytes without sending them."""
        body = {"filename": "photo.jpg", "size_bytes": len(data), "content_type": "image/jpeg"}
        answer = self.cloud.post("/assets/upload/", self.who(role, tenant), body | described)
        assert answer.status == 201, answer.content
        reserved: Reserved = answer.json
        return reserved

    def upload(self, data: bytes, *where: Any, **described: Any) -> Reserved:
        """Reserve an upload and send its bytes."""
        reserved = self.reserve(data, *where, **described)
        self.cloud.put(reserved["upload"], data)
        return reserved

    def process(self, data: bytes, *where: Any, **described: Any) -> dict[str, Any]:
        """Upload, run everything to its end, and give the asset as an admin sees it."""
        reserved = self.upload(data, *where, **described)
        self.cloud.run()
        return self.asset(reserved, *where[1:])

    def asset(self, reserved: Reserved, tenant: Tenant | None = None) -> dict[str, Any]:
        """Read an asset as an admin."""
        return self.cloud.asset(self.who("admin", tenant), reserved)

    def job(self, reserved: Reserved) -> dict[str, Any]:
        """Read a job as an admin."""
        answer = self.cloud.get(f"/processing/{reserved['job']['id']}/status/", self.who("admin"))
        assert answer.status == 200, answer.content
        shown: dict[str, Any] = answer.json
        return shown

    def task(self, reserved: Reserved, job_type: str) -> dict[str, Any]:
        """Read one task of a job."""
        (task,) = [t for t in self.job(reserved)["tasks"] if t["job_type"] == job_type]
        return dict(task)

    def outcome(self, reserved: Reserved) -> tuple[str, str | None, str]:
        """Give status, reason and what the scan said."""
        asset = self.asset(reserved)
        return asset["status"], asset["status_reason"], asset["scan"]["status"]

    def retry(self, reserved: Reserved, role: str = "contributor") -> clouds.Answer:
        """Ask for the failed tasks again."""
        return self.cloud.post(f"/processing/{reserved['job']['id']}/retry/", self.who(role))

    def usage(self, tenant: Tenant | None = None) -> tuple[int, int]:
        """Give the bytes and assets that count against a tenant's quota."""
        answer = self.cloud.get("/tenant/", self.who("admin", tenant)).json["usage"]
        return answer["storage_bytes"], answer["assets"]

    def deeds(self, reserved: Reserved) -> list[tuple[str, str]]:
        """Give the audit trail of an asset, oldest first: who did what."""
        tenant = self.acme.id
        key = f"{tenant}#{reserved['asset']['id']}"
        return [(r.actor.id, r.action) for r in AuditRecord.by_subject.query(key)]

    def record(self, reserved: Reserved) -> Upload:
        """Read the upload's own item."""
        upload = find(Upload, asset_key(self.acme.id, reserved["job"]["id"]), "UPLOAD")
        assert upload is not None
        return upload

    def receive(self, function: str, at_most: int = 10) -> list[Message]:
        """Take messages from a function's queue as Lambda does."""
        sqs = aws.client("sqs")
        return sqs.receive_message(
            QueueUrl=self.queue_url(function), MaxNumberOfMessages=at_most
        ).get("Messages", [])

    def deliver(self, function: str, messages: list[Message]) -> set[str]:
        """Hand messages to a function; gives the ids of those that go back to the queue."""
        source = self.source(function)
        return clouds.invoke(source.handler_string, clouds.sqs_event(source.queue, messages))

    def lose(self, function: str) -> None:
        """Lose every message that waits for a function."""
        sqs, url = aws.client("sqs"), self.queue_url(function)
        while lost := self.receive(function):
            for message in lost:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

    def queue_url(self, function: str) -> str:
        """Give the URL of a function's queue."""
        sqs = aws.client("sqs")
        return str(sqs.get_queue_url(QueueName=f"reef-{self.source(function).queue}")["QueueUrl"])

    def source(self, function: str) -> Any:
        (source,) = [s for s in self.cloud.app.event_sources if s.name == function]
        return source

    def originals(self) -> dict[str, bytes]:
        """Read every original that came since this test began, by its key."""
        return self._new_objects(settings.settings().originals_bucket)

    def renditions(self) -> dict[str, bytes]:
        """Read every rendition that came since this test began, by its key."""
        return self._new_objects(settings.settings().renditions_bucket)

    def _new_objects(self, bucket: str) -> dict[str, bytes]:
        s3 = aws.client("s3")
        keys = [key for place, key in self._all_objects() if place == bucket]
        new = [key for key in keys if (bucket, key) not in self._old]
        return {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in new}

    def _all_objects(self) -> list[tuple[str, str]]:
        here = settings.settings()
        buckets = (here.originals_bucket, here.renditions_bucket)
        return [(bucket, key) for bucket in buckets for key in storage.keys(bucket)]


def message(body: Any) -> Message:
    """Write a message as a queue hands it out."""
    text = body if isinstance(body, str) else json.dumps(body)
    identifier = clock.new_id()
    return {"MessageId": identifier, "ReceiptHandle": identifier, "Body": text}


def s3_event(*keys: str, name: str = "ObjectCreated:Post") -> dict[str, Any]:
    """Write the event that S3 sends for objects that arrived."""
    return {"Records": [{"eventName": name, "s3": {"object": {"key": key}}} for key in keys]}


def assert_nothing_unscanned_is_readable(pipeline: Pipeline, also: tuple[str, ...] = ()) -> None:
    """Look at every byte and link that anybody could get, and trust the scanner's verdicts alone.

    Args:
        pipeline: what was done.
        also: sha256 of bytes that this deployment lets through unscanned.
    """
    clean = {sha for sha, verdict in pipeline.verdicts.items() if verdict == "clean"} | {*also}
    kept = pipeline.originals()
    made = pipeline.renditions()
    for key, data in kept.items():
        tenant, sha256 = key.split("/")
        assert hashlib.sha256(data).hexdigest() == sha256, f"{key} holds other bytes"
        assert sha256 in clean, f"{key} is kept without a clean verdict"
    for key in made:
        tenant, sha256, _ = key.split("/", 2)
        assert sha256 in clean, f"{key} is made of bytes without a clean verdict"
        assert f"{tenant}/{sha256}" in kept, f"{key} has no original"
    stored = [f"originals/{key}" for key in kept] + [f"renditions/{key}" for key in made]
    assets = [a for t in pipeline.tenants for a in AssetMetadata.by_tenant.query(t.id)]
    for tenant in pipeline.tenants:
        for role in ROLES:
            reader = _Reader(pipeline.cloud, tenant, tenant.email(role), clean, set(stored))
            for asset in assets:
                reader.look_at(asset)
            reader.look_at_the_list()


class _Reader:
    """A member who tries to get at bytes."""

    def __init__(
        self, cloud: Cloud, tenant: Tenant, email: str, clean: set[str], stored: set[str]
    ) -> None:
        self._cloud = cloud
        self._tenant = tenant
        self._email = email
        self._clean = clean
        self._stored = stored

    def look_at(self, asset: AssetMetadata) -> None:
        """Ask for the asset and for its bytes."""
        path = f"/assets/{asset.asset_id}/"
        answer = self._cloud.get(path, self._email)
        own = asset.tenant_id == self._tenant.id
        assert answer.status in ({200, 404} if own else {404}), answer.content
        if answer.status == 200:
            self._check_shown(answer.json)
        for query in ("", "?version=1&redirect=false"):
            download = self._cloud.get(f"{path}download/{query}", self._email)
            allowed = {200, 302, 403, 404, 409} if own else {404}
            assert download.status in allowed, download.content
            if download.status in {200, 302}:
                assert answer.status == 200, "bytes of an asset that this member does not see"
                self._check_url(download.headers.get("Location") or download.json["url"])
            else:
                assert b"http" not in download.content

    def look_at_the_list(self) -> None:
        """Ask for all assets at once."""
        for shown in self._cloud.get("/assets/?limit=200", self._email).json["items"]:
            self._check_shown(shown)

    def _check_shown(self, shown: dict[str, Any]) -> None:
        if shown["sha256"] not in self._clean:
            assert shown["thumbnails"] == {}, shown
            assert shown["renditions"] == [], shown
            assert shown["status"] in {"uploading", "scanning", "quarantined", "failed"}, shown
            # An older version may be published, which is what other members are shown.
            assert shown["published_version"] != shown["current_version"], shown
            assert "http" not in json.dumps(shown), shown
        for url in [one["url"] for one in shown["thumbnails"].values()] + shown.get("pages", []):
            self._check_url(url)

    def _check_url(self, url: str) -> None:
        assert url.startswith(f"{EDGE_URL}/"), url
        path = unquote(urlsplit(url).path).lstrip("/")
        folder, tenant, sha256, *_ = path.split("/")
        assert folder in {"originals", "renditions"}, url
        assert tenant == self._tenant.id, f"{url} is another tenant's"
        assert sha256 in self._clean, f"{url} leads to bytes without a clean verdict"
        assert path in self._stored, f"{url} leads nowhere"


@contextmanager
def environment(**values: str) -> Iterator[None]:
    """Set environment variables for a while."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name)
            else:
                os.environ[name] = value


@pytest.fixture(scope="module")
def shared_cloud() -> Iterator[Cloud]:
    """One cloud for the stories of a module; each has tenants of its own."""
    with clouds.running() as running:
        yield running


@pytest.fixture
def pipeline(
    shared_cloud: Cloud, clamd: Clamd, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Pipeline]:
    """A tenant with a member of each role, on a cloud with a real clamd."""
    yield Pipeline(shared_cloud, clamd, monkeypatch)
    monkeypatch.undo()
    settings.settings.cache_clear()
