"""Logs: one JSON object a line, traceable, and silent about secrets."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from moto.ses.models import ses_backends

from chalicelib.core import logs
from tests.cloud import PASSWORD, Cloud, Tenant
from tests.shared import audit_refusing_writes

OURS = ("chalicelib", "app", "root")


@pytest.fixture(scope="module")
def acme(cloud: Cloud) -> Tenant:
    return cloud.tenant("acme", "admin", "viewer")


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Everything that Reef logs, at the most talkative level."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(logs.JsonFormatter())
    handler.addFilter(lambda record: record.name.startswith(OURS))
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield out
    root.removeHandler(handler)
    root.setLevel(level)


def lines(out: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_a_request_is_one_line_with_its_ids(
    cloud: Cloud, acme: Tenant, written: io.StringIO
) -> None:
    answer = cloud.get("/tenant/", acme.email("viewer"))
    (line,) = lines(written)
    assert line["request_id"] == answer.headers["X-Request-Id"]
    assert line["tenant_id"] == acme.id
    assert line["member_id"] == acme.members["viewer"]
    assert (line["method"], line["route"], line["status"]) == ("GET", "/api/v3/tenant", 200)
    assert line["duration_ms"] >= 0


def test_a_refused_request_says_why(cloud: Cloud, acme: Tenant, written: io.StringIO) -> None:
    cloud.get("/members/", acme.email("viewer"))
    (line,) = lines(written)
    assert (line["status"], line["code"]) == (403, "forbidden")


def test_a_line_stays_a_line_whatever_was_said(written: io.StringIO) -> None:
    log = logging.getLogger("chalicelib.test")
    log.info("two\nlines", extra={"filename_given": "a\r\nb", "thing": object()})
    try:
        raise ValueError("inside\nout")
    except ValueError:
        log.exception("broken")
    first, second = lines(written)
    assert first["filename_given"] == "a\r\nb"
    assert "ValueError" in second["exception"]


def test_no_secret_is_ever_logged(cloud: Cloud, acme: Tenant, written: io.StringIO) -> None:
    admin = acme.email("admin")
    tokens = [cloud.token(admin), cloud.token(admin)[:-4] + "AAAA", "rk_verysecretkey"]
    for token in tokens:
        cloud.get("/assets/?cursor=x", headers={"authorization": f"Bearer {token}"})
    cloud.post("/members/", admin, {"email": "new@acme.test", "roles": ["viewer"]})
    cloud.post("/members/", admin, {"email": "new@acme.test", "password": PASSWORD})
    described = {"filename": "a.jpg", "size_bytes": 9, "content_type": "image/jpeg"}
    upload = cloud.post(
        "/assets/upload/", admin, described, headers={"idempotency-key": "secret-idempotency"}
    ).json["upload"]
    parted = cloud.post("/assets/upload/", admin, described | {"multipart": True}).json["upload"]
    path = f"/uploads/{parted['upload_id']}/parts/"
    part = cloud.post(path, admin, {"part_numbers": [1]}).json["parts"][0]
    text = written.getvalue()
    assert len(lines(written)) >= 8
    mailed = ses_backends["123456789012"]["us-east-1"].sent_messages[-1].body
    temporary_password = mailed.partition("temporary password ")[2].split()[0]
    assert len(temporary_password) >= 16
    secrets = [
        *(piece for token in tokens for piece in token.split(".") if len(piece) > 8),
        PASSWORD,
        temporary_password,
        upload["fields"]["policy"],
        upload["fields"]["x-amz-signature"],
        part["url"],
        "X-Amz-Signature",
        "local-secret-key",
    ]
    for secret in secrets:
        assert secret not in text, secret[:40]


def test_what_breaks_is_logged_with_its_trace(
    cloud: Cloud, acme: Tenant, written: io.StringIO
) -> None:
    with audit_refusing_writes():
        answer = cloud.get("/audit/", acme.email("admin"))
    assert answer.status == 500
    failed = [line for line in lines(written) if line["level"] == "ERROR"]
    assert failed[0]["request_id"] == answer.json["request_id"]
    assert "Traceback" in failed[0]["exception"]
