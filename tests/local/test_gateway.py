"""Requests reach the API as through API Gateway, and are refused as by it."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from local.front.application import Front
from tests.local.conftest import URL
from tests.local.wire import call, get


def test_a_request_reaches_the_app_as_an_event(front: Front) -> None:
    reply = call(front, "POST", f"{URL}/api/v3/echo/a/?x=1&y=%C3%BC", b"\x00\xff")
    answer = json.loads(reply.body)
    assert (reply.status, answer["name"]) == (200, "a")
    assert answer["query"] == {"x": "1", "y": "ü"}
    assert base64.b64decode(answer["body"]) == b"\x00\xff"
    assert answer["source"] == "127.0.0.1"
    assert len(answer["request_id"]) == 36


def test_who_asks_is_said_by_the_edge_and_not_by_the_visitor(front: Front) -> None:
    claimed = {
        "X-Reef-Address": "203.0.113.1",
        "X-Reef-Country": "NZ",
        "X-Reef-Edge": "forged",
        "CloudFront-Viewer-Address": "203.0.113.1:1",
    }
    answer = json.loads(call(front, "POST", f"{URL}/api/v3/echo/a", b"", claimed).body)
    assert answer["told_by_the_edge"] == {
        "x-reef-edge": "the edge",
        "x-reef-address": "127.0.0.1",
    }


def test_binary_answers_stay_binary(front: Front) -> None:
    reply = get(front, f"{URL}/api/v3/picture", Accept="image/png")
    assert (reply.body, reply.headers["Content-Type"]) == (b"\x89PNG\xff", "image/png")


def test_an_empty_answer_is_empty(front: Front) -> None:
    reply = call(front, "DELETE", f"{URL}/api/v3/nothing", headers={"Accept": "*/*"})
    assert (reply.status, reply.body, "Content-Length" in reply.headers) == (204, b"", False)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/api/v3/none"), ("PUT", "/api/v3/echo/a"), ("OPTIONS", "/api/v3/echo/a")],
)
def test_unknown_routes_and_methods_are_problems(front: Front, method: str, path: str) -> None:
    reply = call(front, method, URL + path, headers={"Authorization": "Bearer x"})
    problem = json.loads(reply.body)
    assert (reply.status, problem["code"], problem["status"]) == (404, "not_found", 404)
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert len(problem["request_id"]) == 36


def test_a_chunked_body_is_not_read(front: Front) -> None:
    reply = call(front, "POST", f"{URL}/api/v3/echo/a", b"x", {"Transfer-Encoding": "chunked"})
    answer = json.loads(reply.body)
    assert (answer["body"], answer["chunked"]) == ("", "chunked")


def test_a_body_over_ten_megabytes_is_refused(front: Front) -> None:
    body = bytes(10 * 1024 * 1024)
    assert call(front, "POST", f"{URL}/api/v3/echo/a", body).status == 200
    reply = call(front, "POST", f"{URL}/api/v3/echo/a", body + b"x")
    assert (reply.status, json.loads(reply.body)["code"]) == (413, "payload_too_large")


def test_callers_at_the_same_time_get_their_own_answers(front: Front) -> None:
    def ask(number: int) -> bool:
        reply = get(front, f"{URL}/api/v3/echo/{number}")
        return bool(json.loads(reply.body)["name"] == str(number))

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(ask, range(1500)))
