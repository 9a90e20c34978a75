"""Messages are published in their order, and each that is not says why."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.core import topics
from chalicelib.core.aws import client
from chalicelib.core.settings import settings
from chalicelib.core.topics import Message, Published
from tests.cloud import Cloud

Answer = Callable[[list[str]], list[dict[str, Any]]]


class Sns:
    """Answers calls as the test says, and keeps what was sent."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []
        self.failing: Answer = lambda bodies: []

    def note(self, params: dict[str, Any], **_: Any) -> None:
        self.calls.append([one["Message"] for one in params["PublishBatchRequestEntries"]])

    def answer(self, parsed: dict[str, Any], **_: Any) -> None:
        parsed["Failed"] = self.failing(self.calls[-1])


@pytest.fixture
def sns(cloud: Cloud) -> Iterator[Sns]:
    """The topic of records, whose answers a test decides."""
    del cloud
    made, hooks = Sns(), client("sns").meta.events
    hooks.register("before-parameter-build.sns.PublishBatch", made.note)
    hooks.register("after-call.sns.PublishBatch", made.answer)
    yield made
    hooks.unregister("before-parameter-build.sns.PublishBatch", made.note)
    hooks.unregister("after-call.sns.PublishBatch", made.answer)


def publish(*bodies: str) -> Published:
    return topics.publish(
        settings().records_topic, [Message(body, "a.b", "acme") for body in bodies]
    )


def failing(position: int, *, sender_fault: bool) -> Answer:
    entry = {"Id": str(position), "Code": "C", "Message": "m", "SenderFault": sender_fault}
    return lambda bodies: [entry] if len(bodies) > position else []


def test_ten_messages_go_in_one_call(sns: Sns) -> None:
    bodies = [f"m{number}" for number in range(25)]
    assert publish(*bodies) == Published(25, {}, {})
    assert sns.calls == [bodies[:10], bodies[10:20], bodies[20:]]


def test_large_messages_go_in_calls_of_their_own(sns: Sns) -> None:
    large = "x" * topics.LIMIT_BYTES
    assert publish("a", large, "b").tried == 3
    assert [len(call) for call in sns.calls] == [1, 1, 1]


def test_what_may_be_published_later_stops_what_is_behind_its_call(sns: Sns) -> None:
    sns.failing = failing(3, sender_fault=False)
    assert publish(*[f"m{n}" for n in range(25)]) == Published(10, {}, {3: "C: m"})
    assert len(sns.calls) == 1


def test_what_can_never_be_published_stops_nothing(sns: Sns) -> None:
    sns.failing = failing(4, sender_fault=True)
    told = publish(*[f"m{n}" for n in range(25)])
    assert told == Published(25, {4: "C: m", 14: "C: m", 24: "C: m"}, {})


def test_a_refusal_that_is_no_message_s_fault_is_no_answer(sns: Sns) -> None:
    def refuse(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "AuthorizationError"}}, "PublishBatch")

    hooks = client("sns").meta.events
    hooks.register("before-parameter-build.sns.PublishBatch", refuse)
    try:
        with pytest.raises(ClientError):
            publish("a", "b")
    finally:
        hooks.unregister("before-parameter-build.sns.PublishBatch", refuse)
