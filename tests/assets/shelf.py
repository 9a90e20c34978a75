"""Assets whose bytes have gone through the real pipeline, and what editors do with them."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.assets.models import AssetMetadata, asset_key
from chalicelib.core import clock
from chalicelib.core.tables import find
from chalicelib.processing import sweeper
from tests.cloud import Answer
from tests.journeys.pipeline import Pipeline
from tests.shared import assert_problem

TEXT: dict[str, Any] = {"content_type": "text/plain", "filename": "notes.txt"}
QUICK = TEXT | {"generate_thumbnail": False, "extract_metadata": False}


class Shelf:
    """One tenant's assets; everything is done by its admin unless said otherwise."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self.cloud = pipeline.cloud
        self.tenant = pipeline.acme

    def add(self, data: bytes = b"one", role: str = "admin", **described: Any) -> str:
        """Upload an asset and process it; gives its id."""
        reserved = self.pipeline.upload(data, role, **(QUICK | described))
        self.cloud.run()
        return str(reserved["asset"]["id"])

    def reserve(self, asset_id: str, data: bytes, role: str = "admin", **more: Any) -> Answer:
        """Reserve an upload of a version."""
        body = QUICK | {"size_bytes": len(data)} | more
        return self.post(f"/assets/{asset_id}/upload_version/", body, role)

    def version(self, asset_id: str, data: bytes, **more: Any) -> int:
        """Upload a version and process it; gives its number."""
        answer = self.reserve(asset_id, data, **more)
        assert answer.status == 201, answer.content
        if answer.json["upload"]:
            self.cloud.put(answer.json["upload"], data)
        self.cloud.run()
        return int(answer.json["version"]["number"])

    def get(self, path: str, role: str = "admin", **more: Any) -> Answer:
        return self.cloud.get(path, self.pipeline.who(role), **more)

    def post(self, path: str, body: Any = None, role: str = "admin", **more: Any) -> Answer:
        return self.cloud.post(path, self.pipeline.who(role), body, **more)

    def call(
        self, method: str, path: str, body: Any = None, role: str = "admin", **more: Any
    ) -> Answer:
        return self.cloud.call(method, path, self.pipeline.who(role), body, **more)

    def act(self, asset_id: str, number: int, deed: str, body: Any = None) -> Answer:
        """Publish, unpublish or roll back."""
        return self.post(f"/assets/{asset_id}/versions/{number}/{deed}/", body)

    def shown(self, asset_id: str, role: str = "admin") -> dict[str, Any]:
        answer = self.get(f"/assets/{asset_id}/", role)
        assert answer.status == 200, answer.content
        found: dict[str, Any] = answer.json
        return found

    def versions(self, asset_id: str, role: str = "admin") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get(f"/assets/{asset_id}/versions/", role).json["items"]
        return found

    def served(self, asset_id: str) -> int | None:
        """Give the version that a viewer gets; None for none."""
        answer = self.get(f"/assets/{asset_id}/", "viewer")
        return answer.json["current_version"] if answer.status == 200 else None

    def item(self, asset_id: str) -> AssetMetadata:
        """Read the asset's own item."""
        found = find(AssetMetadata, asset_key(self.tenant.id, asset_id), "ASSET")
        assert found is not None
        return found

    def deeds(self, asset_id: str) -> list[str]:
        """List what was done to an asset, oldest first."""
        return [deed for _, deed in self.pipeline.deeds({"asset": {"id": asset_id}})]

    def trash(self, asset_id: str, **more: Any) -> None:
        assert self.call("DELETE", f"/assets/{asset_id}/", **more).status == 204

    def purge(self, asset_id: str) -> None:
        assert self.call("DELETE", f"/assets/{asset_id}/?purge=true").status == 204

    def assert_refused(self, answer: Answer, status: int, code: str) -> dict[str, Any]:
        return assert_problem(answer, status, code)


def sweep(after: timedelta = timedelta()) -> int:
    """Sweep as if so much time had gone by."""
    return sweeper.sweep(clock.now() + after)


def at(moment: datetime) -> str:
    return clock.timestamp(moment)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def shelf(pipeline: Pipeline) -> Shelf:
    """A tenant's assets."""
    return Shelf(pipeline)


Deed = Callable[[], Any]
