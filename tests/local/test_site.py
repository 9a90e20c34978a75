"""The site is served as by its CloudFront, with the headers that infra/ gives it."""

import json
from pathlib import Path
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
    assert "img-src 'self' data: http://127.0.0.1:8001" in policy
    assert f"http://127.0.0.1:8001/{aws.uploads}" in policy
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert "Strict-Transport-Security" not in reply.headers


def test_modules_are_javascript(front: Front) -> None:
    assert get(front, f"{URL}/app.js").headers["Content-Type"] == "text/javascript; charset=utf-8"


def test_a_picture_is_kept_for_a_day_and_everything_else_asked_for_each_time(
    front: Front, tmp_path: Path
) -> None:
    (tmp_path / "icon.svg").write_text("<svg/>")
    kept = get(front, f"{URL}/icon.svg").headers
    assert kept["Cache-Control"] == "public, max-age=86400"
    for path in ("/", "/app.js", "/config.json"):
        assert get(front, f"{URL}{path}").headers["Cache-Control"] == "no-cache"


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


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/app.js",
        "/config.json",
        "/none",
        "/_local/mail/",
        "/_local/queues/",
        "/_local/authorize",
        "/_local/logout",
        "/_local/other",
        "/api/v3/none",
    ],
)
def test_a_head_says_what_a_get_would_and_has_no_body(front: Front, path: str) -> None:
    reply, whole = call(front, "HEAD", URL + path), get(front, URL + path)
    assert (reply.status, reply.body) == (whole.status, b"")
    assert reply.headers.get("Content-Type") == whole.headers.get("Content-Type")
    assert reply.headers["Content-Length"] == str(len(whole.body))
