"""What is told of a visit, and how."""

import json
import logging
from typing import Any

import pytest

from chalicelib.analytics import visits
from chalicelib.analytics.visits import referrer_host, visitor_hash
from chalicelib.core import clock
from chalicelib.core.aws import client
from chalicelib.core.settings import settings
from tests.analytics.visitors import CHROME, download, view
from tests.cloud import PUBLIC_URL, Cloud


def waiting() -> list[dict[str, Any]]:
    """Take the messages that wait for the counting function."""
    found = []
    url = settings().visits_queue
    sqs = client("sqs")
    names = ["MessageGroupId"]
    while messages := sqs.receive_message(QueueUrl=url, AttributeNames=names).get("Messages"):
        for message in messages:
            found.append(message)
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return found


def test_a_visitor_has_one_name_a_salt_and_never_their_address() -> None:
    name = visitor_hash(b"salt", "192.0.2.7:443", "Firefox")
    assert name == visitor_hash(b"salt", "192.0.2.7:443", "Firefox")
    assert "192.0.2.7" not in name
    others = {
        visitor_hash(b"other", "192.0.2.7:443", "Firefox"),
        visitor_hash(b"salt", "192.0.2.8:443", "Firefox"),
        visitor_hash(b"salt", "192.0.2.7:443", "Chrome"),
    }
    assert len(others | {name}) == 4


def test_a_program_that_is_no_text_has_a_name_too() -> None:
    assert len(visitor_hash(b"salt", "192.0.2.7", "Mozilla\ud800")) == 32


def test_what_is_sent_is_what_the_counting_function_reads(cloud: Cloud) -> None:
    tenant_id = clock.new_id()
    sent = download(tenant_id, 7, user_agent=CHROME, country="DE", referrer="a.test", visitor="v")
    visits.send(sent)
    (message,) = waiting()
    assert visits.parse(message["Body"]) == [sent]
    assert message["Attributes"]["MessageGroupId"] == tenant_id  # so that tenants take turns


def test_what_is_not_known_is_not_told(cloud: Cloud) -> None:
    visits.send(view(clock.new_id(), share_id=None))
    (message,) = waiting()
    told = json.loads(message["Body"])
    assert told.keys() == {"id", "tenant_id", "at", "kind", "source", "asset_ids"}


def test_texts_of_strangers_are_cut(cloud: Cloud) -> None:
    long = "x" * 100_000
    visits.send(view(clock.new_id(), user_agent=long, referrer=long, visitor=long))
    (message,) = waiting()
    (told,) = visits.parse(message["Body"])
    assert [len(text or "") for text in (told.user_agent, told.referrer, told.visitor)] == [
        512,
        253,
        64,
    ]


@pytest.mark.parametrize("odd", ["\x00", "\ud800", "\uffff", "\ufffe", "\r\nX: y", "\u202e"])
def test_characters_that_queues_refuse_are_left_out(cloud: Cloud, odd: str) -> None:
    visits.send(view(clock.new_id(), user_agent=f"Mozilla{odd}/5.0", referrer=f"a{odd}.test"))
    (message,) = waiting()
    (told,) = visits.parse(message["Body"])
    assert str(told.user_agent).startswith("Mozilla")
    assert str(told.user_agent).isprintable()
    assert str(told.referrer).isprintable()


@pytest.mark.parametrize(
    ("header", "host"),
    [
        ("https://Intranet.test:8443/a?secret=1#x", "intranet.test"),
        ("http://user:password@news.test/", "news.test"),
        ("https://[2001:db8::1]/", "2001:db8::1"),
        (f"{PUBLIC_URL}/share/1/", None),
        ("android-app://com.slack/", None),
        ("javascript:alert(1)", None),
        ("http://[", None),
        ("https://", None),
        ("no address", None),
        ("", None),
        (None, None),
    ],
)
def test_a_referrer_is_a_host_of_somebody_else(header: str | None, host: str | None) -> None:
    assert referrer_host(header) == host


def test_a_visit_that_cannot_be_told_refuses_nobody(
    cloud: Cloud, caplog: pytest.LogCaptureFixture
) -> None:
    sqs = client("sqs")
    sqs.delete_queue(QueueUrl=settings().visits_queue)
    with caplog.at_level(logging.ERROR):
        visits.send(view(clock.new_id(), user_agent="secret of a visitor"))
    assert [record.message for record in caplog.records] == ["visit not told"]
    assert "secret of a visitor" not in caplog.text
