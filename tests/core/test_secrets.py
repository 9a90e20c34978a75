"""Secrets are read again now and then, and go on to count while that fails."""

import pytest
from botocore.exceptions import ClientError

from chalicelib.core import secrets
from chalicelib.core.aws import client
from tests.cloud import Cloud


def keep(name: str, text: str) -> None:
    client("secretsmanager").create_secret(Name=name, SecretString=text)


def test_a_secret_is_read_once_in_its_time(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    keep("tide", "ebb")
    assert secrets.secret("tide") == "ebb"
    client("secretsmanager").put_secret_value(SecretId="tide", SecretString="flood")
    assert secrets.secret("tide") == "ebb"
    monkeypatch.setattr(secrets, "KEPT_SECONDS", 0)
    assert secrets.secret("tide") == "flood"


def test_what_was_read_last_counts_while_it_cannot_be_read_again(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep("moon", "full")
    assert secrets.secret("moon") == "full"
    client("secretsmanager").delete_secret(SecretId="moon", ForceDeleteWithoutRecovery=True)
    monkeypatch.setattr(secrets, "KEPT_SECONDS", 0)
    assert secrets.secret("moon") == "full"
    secrets.forget()
    with pytest.raises(ClientError):
        secrets.secret("moon")
