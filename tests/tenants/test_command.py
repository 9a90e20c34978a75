"""`python -m chalicelib.tenants`, which the deployment's admin runs."""

import sys

import pytest

from chalicelib.core.aws import client
from chalicelib.tenants import __main__ as command
from chalicelib.tenants import accounts, members
from tests.cloud import Cloud


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    monkeypatch.setattr(sys, "argv", ["reef-admin", *arguments])
    command.main()


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
    assert accounts.settings_of(accounts.get(tenant_id)).storage_quota_bytes == 1000
