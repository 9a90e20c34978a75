"""Fixtures of webhooks: a receiver that is allowed, and a tenant that tells it things."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.core import clock
from chalicelib.core.outbox import SYSTEM, Person, record
from chalicelib.core.settings import settings
from chalicelib.webhooks import recovery
from tests.cloud import Answer, Cloud, Tenant
from tests.shared import Team, cloud, team
from tests.webhooks.receiver import Receiver, listening

__all__ = ["cloud", "team"]

FUNCTIONS = ("dispatch_records", "make_deliveries", "deliver_webhooks")


@pytest.fixture
def receiver(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """A receiver on this machine, which the deployment lists."""
    with listening() as found:
        allowed = json.dumps([f"127.0.0.1:{found.port}"])
        monkeypatch.setenv("REEF_WEBHOOK_ALLOWED_HOSTS", allowed)
        settings.cache_clear()
        yield found
    monkeypatch.undo()
    settings.cache_clear()


class Hooks:
    """A tenant with an admin, its webhooks, and what happens in it."""

    def __init__(self, cloud: Cloud, tenant: Tenant, patch: pytest.MonkeyPatch) -> None:
        self.cloud, self.tenant = cloud, tenant
        self.ahead, real = timedelta(), clock.now
        patch.setattr(clock, "now", lambda: real() + self.ahead)

    @property
    def admin(self) -> str:
        return self.tenant.email("admin")

    def make(self, url: str, *events: str, **more: Any) -> dict[str, Any]:
        body = {"url": url, "events": events or ["asset.approved"]} | more
        answer = self.cloud.post("/webhooks/", self.admin, body)
        assert answer.status == 201, answer.content
        made: dict[str, Any] = answer.json
        return made

    def happen(
        self,
        action: str = "version.approved",
        subject: tuple[str, str] | None = None,
        actor: Person = SYSTEM,
        **values: Any,
    ) -> str:
        """Write a record, as a change's transaction does; gives its id."""
        now = clock.now()
        about = subject or ("asset", clock.new_id(now))
        values = values or {"new": {"version": 1, "status": "approved"}}
        written = record(self.tenant.id, actor, action, about, now, **values)
        written.save()
        return str(written.sk)

    def run(self) -> int:
        return self.cloud.run(*FUNCTIONS)

    def later(self, **wait: float) -> None:
        """Let time pass, and have done what is due then."""
        self.ahead += timedelta(**wait)
        recovery.tend(clock.now())
        self.run()

    def deliveries(self, webhook: dict[str, Any], query: str = "") -> list[dict[str, Any]]:
        answer = self.cloud.get(f"/webhooks/{webhook['id']}/deliveries/{query}", self.admin)
        assert answer.status == 200, answer.content
        found: list[dict[str, Any]] = answer.json["items"]
        return found

    def show(self, webhook: dict[str, Any]) -> dict[str, Any]:
        answer = self.cloud.get(f"/webhooks/{webhook['id']}/", self.admin)
        assert answer.status == 200, answer.content
        found: dict[str, Any] = answer.json
        return found

    def change(self, webhook: dict[str, Any], **fields: Any) -> Answer:
        return self.cloud.call("PATCH", f"/webhooks/{webhook['id']}/", self.admin, fields)

    def redeliver(self, delivery: dict[str, Any]) -> Answer:
        return self.cloud.post(f"/deliveries/{delivery['id']}/redeliver/", self.admin)


@pytest.fixture
def hooks(cloud: Cloud, team: Team, monkeypatch: pytest.MonkeyPatch) -> Hooks:
    """A tenant of the test's own."""
    return Hooks(cloud, team("admin", "editor"), monkeypatch)
