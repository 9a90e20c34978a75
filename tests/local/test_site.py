"""The site is served as by its CloudFront, with the headers that infra/ gives it."""

import json
from typing import Any

import pytest

from local.front.application import Front
from tests.local.conftest import URL
from tests.local.wire import call, get


def test_pages_are_served_with_the_headers_of_production(aws: Any, front: Front) -> None:
    reply = get(front, f"{URL}/")
    assert (reply.status, reply.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    policy = reply.headers["Content-Security-Policy"]
    assert "https:" not in policy
    assert "script-src 'self';" in policy
    assert "img-src 'self' http://127.0.0.1:8001" in policy
    assert f"http://127.0.0.1:8001/{aws.uploads}" in policy
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert "Strict-Transport-Security" not in reply.headers


def test_modules_are_javascript(front: Front) -> None:
    assert get(front, f"{URL}/app.js").headers["Content-Type"] == "text/javascript; charset=utf-8"


def test_what_a_browser_has_is_not_sent_again(front: Front) -> None:
    etag = get(front, f"{URL}/app.js").headers["ETag"]
    assert get(front, f"{URL}/app.js", If_None_Match=etag).status == 304


@pytest.mark.parametrize(
    "path",
    ["/none", "/../pyproject.toml", "/%2e%2e/x", "/.secret", "/views", "/a%00b", "//etc"],
)
def test_nothing_else_is_served(front: Front, path: str) -> None:
    assert get(front, URL + path).status == 404


def test_the_site_is_only_read(front: Front) -> None:
    assert call(front, "POST", f"{URL}/", b"x").status == 405
    reply = call(front, "HEAD", f"{URL}/")
    assert (reply.status, reply.body, reply.headers["Content-Length"]) == (200, b"", "15")


def test_the_page_learns_where_to_sign_in(aws: Any, front: Front) -> None:
    config = json.loads(get(front, f"{URL}/config.json").body)
    assert config["client_id"] == aws.environment["REEF_JWT_AUDIENCE"]
    assert config["authorize_url"] == f"{URL}/_local/authorize"


def test_mail_and_queues_are_shown(front: Front) -> None:
    assert json.loads(get(front, f"{URL}/_local/mail/").body) == []
    assert "scan-small" in json.loads(get(front, f"{URL}/_local/queues/").body)
    assert get(front, f"{URL}/_local/other").status == 404
