"""`python -m chalicelib.tenants`, which the deployment's admin runs."""

import sys

import pytest

from chalicelib.core import clock
from chalicelib.core.aws import client
from chalicelib.tenants import __main__ as command
from chalicelib.tenants import accounts, members
from chalicelib.tenants.audit import trail
from tests.cloud import Cloud
from tests.tenants.trail import changed, forge, happen, record_item, remove, seals


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["reef-admin", *arguments])
    return command.main()


def test_a_new_tenant_has_an_admin_who_can_sign_in(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    mails = client("ses").get_send_quota()["SentLast24Hours"]
    run(monkeypatch, "create", "Initech", "boss@initech.test")
    tenant_id = capsys.readouterr().out.strip()
    assert accounts.get(tenant_id).name == "Initech"
    assert members.get(tenant_id, "boss@initech.test").roles == ["admin"]
    assert client("ses").get_send_quota()["SentLast24Hours"] == mails + 1


def test_a_tenants_quota_can_be_set(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(monkeypatch, "create", "Hooli", "boss@hooli.test")
    tenant_id = capsys.readouterr().out.strip()
    run(monkeypatch, "quota", tenant_id, "1000")
    assert accounts.settings_of(tenant_id).storage_quota_bytes == 1000
    run(monkeypatch, "quota", tenant_id, "2000")
    found, _ = trail.page(tenant_id, clock.id_time(tenant_id), clock.now(), 10)
    changed_quotas = [one for one in found if one.action == "tenant.quota_changed"]
    assert [(one.old, one.new) for one in changed_quotas] == [
        ({"storage_quota_bytes": 1000}, {"storage_quota_bytes": 2000}),
        ({"storage_quota_bytes": 107374182400}, {"storage_quota_bytes": 1000}),
    ]
    assert {one.actor.id for one in changed_quotas} == {"operator"}


def test_a_trail_is_verified(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tenant_id = cloud.tenant("Umbrella").id
    identifiers = happen(tenant_id, 2)
    assert run(monkeypatch, "verify-audit", tenant_id) == 0
    fresh = "intact (records: 3, seals: 0, not sealed yet: 3)\nhead \n"
    assert capsys.readouterr().out == fresh

    cloud.run("dispatch_records")
    (seal,) = seals(tenant_id)
    capsys.readouterr()
    assert run(monkeypatch, "verify-audit", tenant_id, "--kept-head", seal.hash) == 0
    assert capsys.readouterr().out == f"intact (records: 3, seals: 1)\nhead {seal.hash}\n"

    forge(changed(record_item(tenant_id, identifiers[0]), new={"S": "1"}))
    remove(record_item(tenant_id, identifiers[1]))
    assert run(monkeypatch, "verify-audit", tenant_id) == 1
    assert capsys.readouterr().out.splitlines() == [
        "not intact (records: 2, seals: 1)",
        f"record {identifiers[0]} was changed",
        f"record {identifiers[1]} is missing",
    ]


def test_a_trail_of_nobody_is_told(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "verify-audit", clock.new_id()) == 1
    assert capsys.readouterr().out.splitlines() == [
        "not intact (records: 0, seals: 0)",
        "there is neither a record nor a seal",
    ]
    assert run(monkeypatch, "verify-audit", "acme") == 1
    assert capsys.readouterr().out == "that is no tenant's id\n"
