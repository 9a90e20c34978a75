"""What docs/webhooks.md tells receivers is true."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any, get_args

import pytest

from chalicelib.core import clock
from chalicelib.webhooks import messages, schedule, signing
from chalicelib.webhooks.models import EventType, Failure
from local.functions import ROOT

PAGE = (ROOT / "docs" / "webhooks.md").read_text("utf-8")


@pytest.fixture
def is_genuine(monkeypatch: pytest.MonkeyPatch) -> tuple[str, Callable[..., bool]]:
    """The page's own receiver, with a secret."""
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    secret = signing.new_secret()
    monkeypatch.setenv("REEF_SECRET", secret)
    names: dict[str, Any] = {"__name__": "receiver"}
    exec(compile(code, "docs/webhooks.md", "exec"), names)
    return secret, names["is_genuine"]


def test_its_receiver_takes_what_was_signed_and_nothing_else(
    is_genuine: tuple[str, Callable[..., bool]],
) -> None:
    secret, genuine = is_genuine
    now, body = clock.now(), b'{"id": "1"}'
    headers = signing.headers(secret, "1", now, body)
    assert genuine(headers, body)
    rotated = f"v1,AAAA {headers['webhook-signature']}"
    assert genuine(headers | {"webhook-signature": rotated}, body)
    assert not genuine(headers, body + b" ")
    assert not genuine(headers | {"webhook-id": "2"}, body)
    assert not genuine(signing.headers(signing.new_secret(), "1", now, body), body)
    assert not genuine(signing.headers(secret, "1", now - timedelta(minutes=6), body), body)
    for name in headers:
        without = {key: value for key, value in headers.items() if key != name}
        assert not genuine({"webhook-id": None, "webhook-timestamp": None} | without, body)


def test_it_names_every_event_and_every_failure() -> None:
    rows = re.findall(r"^\| `([a-z_.]+)` \|", PAGE, re.MULTILINE)
    assert sorted(rows) == sorted(get_args(EventType))
    for failure in get_args(Failure):
        assert f"`{failure}`" in PAGE
    assert {event for source in messages._SOURCES.values() for event, _ in source} == set(rows)


def test_it_says_when_attempts_follow() -> None:
    seconds = [5, 30, *(60 * n for n in (2, 10, 30)), *(3600 * n for n in (1, 2, 4, 8, 8))]
    assert [pause.total_seconds() for pause in schedule.PAUSES] == seconds
    assert "5 and 30 seconds, 2, 10 and 30\nminutes, 1, 2, 4, 8 and 8 hours" in PAGE
