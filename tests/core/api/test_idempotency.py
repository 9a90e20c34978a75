"""Idempotency-Key: sent again, a request has the effect of one."""

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.core import clock
from chalicelib.core.api import idempotency
from chalicelib.core.api.idempotency import KeptRequest, once
from chalicelib.core.api.replies import Reply
from chalicelib.core.errors import Conflict, IdempotencyKeyReused, NotFound, RequestInProgress
from tests.cloud import Answer, Cloud, Tenant
from tests.shared import assert_problem, items


@pytest.fixture(scope="module")
def acme(cloud: Cloud) -> Tenant:
    return cloud.tenant("acme", "admin", "editor")


@pytest.fixture
def key() -> str:
    return str(uuid.uuid4())


@pytest.fixture
def scope(cloud: Cloud) -> str:
    return f"scope {uuid.uuid4()}"


def upload(cloud: Cloud, email: str, key: str, **more: Any) -> Answer:
    body = {"filename": "a.jpg", "size_bytes": 9, "content_type": "image/jpeg"} | more
    return cloud.post("/assets/upload/", email, body, headers={"idempotency-key": key})


def test_the_same_request_gives_the_same_answer_once(cloud: Cloud, acme: Tenant, key: str) -> None:
    first = upload(cloud, acme.email("admin"), key)
    before = items()
    again = upload(cloud, acme.email("admin"), key)
    assert first.status == again.status == 201
    assert first.json == again.json
    assert items() == before


def test_with_and_without_the_trailing_slash_it_is_the_same_route(
    cloud: Cloud, acme: Tenant, key: str
) -> None:
    sent = {"email": "twice@acme.test", "roles": ["viewer"]}
    answers = [
        cloud.post(path, acme.email("admin"), sent, headers={"Idempotency-Key": key})
        for path in ("/members", "/members/")
    ]
    assert [answer.status for answer in answers] == [201, 201]
    assert answers[0].json == answers[1].json


def test_the_key_with_another_body_is_refused(cloud: Cloud, acme: Tenant, key: str) -> None:
    assert upload(cloud, acme.email("admin"), key).status == 201
    answer = upload(cloud, acme.email("admin"), key, title="another")
    assert_problem(answer, 422, "idempotency_key_reused")


def test_keys_belong_to_their_member_and_route(cloud: Cloud, acme: Tenant, key: str) -> None:
    mine = upload(cloud, acme.email("admin"), key)
    theirs = upload(cloud, acme.email("editor"), key)
    assert mine.status == theirs.status == 201
    assert mine.json["asset"]["id"] != theirs.json["asset"]["id"]
    body = {"email": f"k{key[:8]}@acme.test", "roles": ["viewer"]}
    answer = cloud.post("/members/", acme.email("admin"), body, headers={"idempotency-key": key})
    assert answer.status == 201


def test_a_refused_request_is_not_kept(cloud: Cloud, acme: Tenant, key: str) -> None:
    large = upload(cloud, acme.email("admin"), key, size_bytes=10**10)
    assert_problem(large, 413, "file_too_large")
    assert upload(cloud, acme.email("admin"), key).status == 201


def test_a_request_that_never_reached_the_route_is_not_kept(
    cloud: Cloud, acme: Tenant, key: str
) -> None:
    assert_problem(upload(cloud, acme.email("admin"), key, typo=1), 422, "invalid")
    assert upload(cloud, acme.email("admin"), key).status == 201


@pytest.mark.parametrize("wrong", ["k" * 256, "k" * 5000])
def test_a_key_has_255_characters_at_most(cloud: Cloud, acme: Tenant, wrong: str) -> None:
    answer = upload(cloud, acme.email("admin"), wrong)
    assert assert_problem(answer, 422, "invalid")["errors"][0]["field"] == "Idempotency-Key"
    assert upload(cloud, acme.email("admin"), wrong[:255]).status == 201


def test_requests_without_a_key_are_not_kept(cloud: Cloud, acme: Tenant) -> None:
    body = {"filename": "a.jpg", "size_bytes": 9, "content_type": "image/jpeg"}
    ids = {cloud.post("/assets/upload/", acme.email("admin"), body).content for _ in range(2)}
    assert len(ids) == 2


def test_while_the_first_request_runs_the_second_is_told_to_wait(scope: str) -> None:
    with once(scope, "k", b"body") as attempt:
        with pytest.raises(RequestInProgress) as refused, once(scope, "k", b"body"):
            pass
        assert refused.value.headers == {"Retry-After": "1"}
        with pytest.raises(IdempotencyKeyReused), once(scope, "k", b"other"):
            pass
        attempt.keep(Reply({"a": 1}, 201))
    with once(scope, "k", b"body") as replay:
        assert replay.saved == Reply({"a": 1}, 201)


def test_whatever_fails_inside_frees_the_key(scope: str) -> None:
    for failure in (NotFound(), Conflict(), ValueError(), KeyboardInterrupt()):
        with pytest.raises(type(failure)), once(scope, "k", b"body"):
            raise failure
    with once(scope, "k", b"other") as attempt:
        assert attempt.saved is None
        attempt.keep(Reply(None, 201))


@pytest.fixture
def died(scope: str) -> Iterator[KeptRequest]:
    """A request whose function died, so that nobody took its claim away."""
    claimed, _ = idempotency._claim(f"{scope}#k", _digest(b"body"), clock.now())
    yield claimed
    claimed.delete()


def _digest(body: bytes) -> str:
    import hashlib

    return hashlib.sha256(body).hexdigest()


def test_a_request_that_died_is_taken_over_after_its_lease(scope: str, died: KeptRequest) -> None:
    with pytest.raises(RequestInProgress):
        idempotency._claim(died.pk, died.body_hash, clock.now() + timedelta(seconds=39))
    later = clock.now() + timedelta(seconds=60)
    taken, repeats = idempotency._claim(died.pk, died.body_hash, later)
    assert (taken.reply, repeats, taken.begun_at) == (None, True, died.begun_at)
    with pytest.raises(RequestInProgress):  # now the one that took over runs
        idempotency._claim(died.pk, died.body_hash, later + timedelta(seconds=30))


def test_an_answer_is_forgotten_after_24_hours(scope: str) -> None:
    with once(scope, "k", b"body") as attempt:
        attempt.keep(Reply({"a": 1}, 201))
    pk, digest = f"{scope}#k", _digest(b"body")
    kept, _ = idempotency._claim(pk, digest, clock.now() + timedelta(hours=23, minutes=59))
    assert kept.reply is not None
    gone, repeats = idempotency._claim(
        pk, _digest(b"other"), clock.now() + timedelta(hours=24, minutes=1)
    )
    assert (gone.reply, repeats) == (None, False)
