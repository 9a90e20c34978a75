"""Seals: a chain for each tenant, beside its trail."""

from typing import Any

import pytest

from chalicelib.core import clock
from chalicelib.tenants.audit import seals as sealing
from tests.cloud import Cloud
from tests.tenants.trail import happen, later, record_item, sealed, seals

DISPATCH = "dispatch_records"


def test_each_tenant_has_a_chain_of_its_own(cloud: Cloud) -> None:
    tenants = [cloud.tenant(name).id for name in ("one", "two", "three")]
    for tenant_id in tenants:
        happen(tenant_id, 2)
    cloud.run(DISPATCH)
    for tenant_id in tenants:
        report = later(tenant_id)
        assert (report.faults, report.records, report.seals) == ([], 3, 1)
    assert len({seals(tenant_id)[0].hash for tenant_id in tenants}) == 3


def test_seals_are_no_part_of_the_trail(cloud: Cloud) -> None:
    tenant = cloud.tenant("shown", "admin")
    assert cloud.run(DISPATCH)
    for query in ("", "?action=", f"?subject={tenant.id}"):
        shown = cloud.get(f"/audit/{query}", tenant.email("admin")).json["items"]
        assert all(len(item["id"]) == 36 for item in shown)
    assert len(cloud.get("/audit/", tenant.email("admin")).json["items"]) == 1


def test_the_log_has_each_seals_hash(cloud: Cloud, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", logger="chalicelib.tenants.audit.seals"):
        tenant_id = cloud.tenant("logged").id
        cloud.run(DISPATCH)
    (line,) = [r for r in caplog.records if getattr(r, "tenant_id", None) == tenant_id]
    (seal,) = seals(tenant_id)
    assert (line.__dict__["hash"], line.__dict__["seal"]) == (seal.hash, 1)


def test_who_is_overtaken_by_many_seals_nothing_that_they_sealed(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant_id = cloud.tenant("overtaken").id
    cloud.run(DISPATCH)
    parts = [[record_item(tenant_id, name)] for name in happen(tenant_id, 20)]
    insert = sealing.insert

    def overtaken(seal: Any) -> None:
        monkeypatch.setattr(sealing, "insert", insert)
        for part in parts:
            sealing.seal(part, clock.now())
        insert(seal)

    monkeypatch.setattr(sealing, "insert", overtaken)
    sealing.seal(parts[0], clock.now())
    assert len(sealed(tenant_id)) == len(set(sealed(tenant_id))) == 21
    assert later(tenant_id).faults == []
