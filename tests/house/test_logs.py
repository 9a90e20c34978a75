"""No log of the whole suite holds a secret; the guard that reads them all finds one."""

import logging
from pathlib import Path

import pytest

from tests.cloud import PASSWORD, Cloud
from tests.house import logbook
from tests.shared import Team, cloud, team

__all__ = ["cloud", "team"]

log = logging.getLogger("tests.secrets")

SIGNED = {
    "a presigned request": f"https://s3.test/key?X-Amz-Signature={'0a' * 32}",
    "a signed URL": f"https://media.test/originals/a?Expires=1&Signature={'Ab~-' * 20}",
    "a signed policy": f"https://media.test/renditions/a?Policy={'eyJT' * 20}&Key-Pair-Id=K1",
    "a private key": "-----BEGIN " + "RSA PRIVATE KEY-----",
    "a bearer token": f"Authorization: Bearer {'0123456789abcdef' * 2}",
}


@pytest.mark.parametrize("what", SIGNED)
def test_a_secret_is_told_by_its_shape_in_a_message_or_a_field(what: str) -> None:
    log.warning("fetched %s", SIGNED[what])
    log.warning("fetched", extra={"from": SIGNED[what]})
    found = logbook.leaks()
    assert [leak.partition(" in a log")[0] for leak in found] == [what, what]
    assert all(SIGNED[what] not in leak for leak in found)


def test_a_secret_is_found_in_an_exception() -> None:
    try:
        raise ValueError(SIGNED["a signed URL"])
    except ValueError:
        log.exception("failed")
    assert len(logbook.leaks()) == 1


def test_secrets_that_passed_botocore_are_known(cloud: Cloud, team: Team) -> None:
    token = cloud.token(team("viewer").email("viewer"))
    from chalicelib.core.secrets import secret
    from chalicelib.core.settings import settings

    cursor_key = secret(settings().cursor_key_secret)
    assert logbook.leaks() == []
    for leaked in (PASSWORD, token, cursor_key):
        log.warning("it is %s", leaked)
        found = logbook.leaks()
        assert found
        assert leaked not in found[0]


def test_plain_logs_are_no_leak(tmp_path: Path) -> None:
    log.warning("request", extra={"status": 200, "route": "/api/v3/assets/{asset_id}"})
    assert logbook.leaks() == []
    (tmp_path / "worker.log").write_text(f"all is well\nGET {SIGNED['a presigned request']}\n")
    assert len(logbook.secrets_in_files(tmp_path)) == 1
