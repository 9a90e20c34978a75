"""Every record reaches those who care, once sealed, whatever fails in between."""

import itertools
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.core.botocore_stubber import BotocoreStubber
from moto.sns.models import sns_backends

from chalicelib.core import clock, records, topics
from chalicelib.core.aws import client
from chalicelib.core.entrypoint import Change, Unfinished
from chalicelib.core.settings import settings
from chalicelib.tenants import events
from chalicelib.tenants.audit import dispatching
from local.cloud import REGION
from local.provision import ACCOUNT_ID
from tests.cloud import Cloud
from tests.crashes import Crash, Faults, named
from tests.tenants.trail import changed, happen, later, record_item, sealed, seals, told

DISPATCH = "dispatch_records"
NUMBERS = itertools.count(1)
REFUSED = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What SQS takes in no message, and so refuses of SNS, too."""


@pytest.fixture
def tenant_id(cloud: Cloud) -> str:
    """A tenant of whose creation everybody has been told."""
    tenant_id = cloud.tenant(f"told{next(NUMBERS)}").id
    cloud.run(DISPATCH)
    told("notifications")
    return tenant_id


def insertions(tenant_id: str, identifiers: list[str]) -> dict[str, Any]:
    """Write the event that Lambda gets when these records are new."""
    return {
        "Records": [
            {
                "eventName": "INSERT",
                "eventID": str(number),
                "dynamodb": {
                    "SequenceNumber": str(1000 + number),
                    "NewImage": record_item(tenant_id, identifier),
                },
            }
            for number, identifier in enumerate(identifiers)
        ]
    }


def dispatch(event: dict[str, Any]) -> list[str]:
    """Run the Lambda; gives the sequence number that it reports, if any."""
    answer = events.dispatch_records(event, None)
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def test_a_record_comes_whole_and_by_its_action(cloud: Cloud, tenant_id: str) -> None:
    (identifier,) = happen(tenant_id, 1)
    cloud.run(DISPATCH)
    (message,) = told("notifications")
    item = record_item(tenant_id, identifier)
    assert message == {
        "id": identifier,
        "tenant_id": tenant_id,
        "at": item["at"]["S"],
        "actor": {"id": "reef", "email": ""},
        "action": "workflow.tried",
        "subject": {"type": "thing", "id": "0"},
        "old": None,
        "new": {"number": 0},
        "request_id": item.get("request_id", {"S": None})["S"],
    }
    (record,) = records.parse(json.dumps(message))
    assert (record.id, record.subject.id, record.actor.id) == (identifier, "0", "reef")
    assert told("workflow-endings") == []


QUEUES = ("notifications", "workflow-endings", "screen-changes")


@pytest.mark.parametrize(
    ("action", "queues"),
    [
        ("workflow.opened", ["notifications"]),
        ("comment.made", ["notifications"]),
        ("asset.expiry_announced", ["notifications"]),
        ("version.quarantined", ["notifications", "workflow-endings", "screen-changes"]),
        ("asset.trashed", ["workflow-endings", "screen-changes"]),
        ("asset.purged", ["workflow-endings", "screen-changes"]),
        ("version.published", ["screen-changes"]),
        ("version.in_review", ["workflow-endings"]),
        ("member.removed", ["workflow-endings"]),
        ("asset.downloaded", []),
        ("tenant.settings_changed", []),
        ("workflows", []),
    ],
)
def test_each_queue_gets_what_it_asked_for(
    cloud: Cloud, tenant_id: str, action: str, queues: list[str]
) -> None:
    (identifier,) = happen(tenant_id, 1)
    event = insertions(tenant_id, [identifier])
    image = event["Records"][0]["dynamodb"]["NewImage"]
    image["action"] = {"S": action}
    assert dispatch(event) == []
    got = {queue: told(queue) for queue in QUEUES}
    assert [queue for queue, messages in got.items() if messages] == queues


def test_many_records_come_all_and_are_sealed_by_batches(cloud: Cloud, tenant_id: str) -> None:
    identifiers = happen(tenant_id, 250)
    assert cloud.run(DISPATCH) >= 250
    assert sorted(message["id"] for message in told("notifications")) == sorted(identifiers)
    assert [len(seal.records) for seal in seals(tenant_id)[1:]] == [100, 100, 50]
    assert later(tenant_id).is_intact


def test_changes_and_removals_and_seals_are_passed_over(cloud: Cloud, tenant_id: str) -> None:
    (identifier,) = happen(tenant_id, 1)
    before = len(seals(tenant_id))
    event = insertions(tenant_id, [identifier] * 3)
    event["Records"][0]["eventName"] = "MODIFY"
    event["Records"][1]["eventName"] = "REMOVE"
    del event["Records"][1]["dynamodb"]["NewImage"]
    event["Records"][2]["dynamodb"]["NewImage"]["pk"] = {"S": f"{tenant_id}#seals"}
    assert dispatch(event) == []
    assert (told("notifications"), len(seals(tenant_id))) == ([], before)


def test_an_empty_event_is_no_fault(cloud: Cloud) -> None:
    assert dispatch({"Records": []}) == []


def test_what_comes_again_is_told_again_and_sealed_once(cloud: Cloud, tenant_id: str) -> None:
    identifiers = happen(tenant_id, 5)
    event = insertions(tenant_id, identifiers)
    assert dispatch(event) == []
    assert dispatch(event) == []
    assert len(told("notifications")) == 10
    assert sorted(sealed(tenant_id)[1:]) == sorted(identifiers)


def test_what_comes_again_with_something_new_gets_seals_for_the_new_alone(
    cloud: Cloud, tenant_id: str
) -> None:
    identifiers = happen(tenant_id, 6)
    dispatch(insertions(tenant_id, identifiers[:3]))
    dispatch(insertions(tenant_id, identifiers[2:]))
    assert [len(seal.records) for seal in seals(tenant_id)[1:]] == [3, 3]
    cloud.run(DISPATCH)
    assert sorted(sealed(tenant_id)[1:]) == sorted(identifiers)
    assert later(tenant_id).is_intact


@contextmanager
def refusing(identifier: str, *, sender_fault: bool = False) -> Iterator[None]:
    """Have SNS refuse one record, and take what comes with it."""
    refused: list[str] = []

    def take_out(params: dict[str, Any], **_: Any) -> None:
        entries = params["PublishBatchRequestEntries"]
        refused[:] = [entry["Id"] for entry in entries if identifier in entry["Message"]]
        entries[:] = [entry for entry in entries if identifier not in entry["Message"]]

    def tell(parsed: dict[str, Any], **_: Any) -> None:
        parsed["Failed"] = [
            {"Id": name, "Code": "X", "SenderFault": sender_fault} for name in refused
        ]

    hooks = client("sns").meta.events
    hooks.register("before-parameter-build.sns.PublishBatch", take_out)
    hooks.register("after-call.sns.PublishBatch", tell)
    try:
        yield
    finally:
        hooks.unregister("before-parameter-build.sns.PublishBatch", take_out)
        hooks.unregister("after-call.sns.PublishBatch", tell)


@pytest.mark.parametrize("position", [0, 9, 13, 24])
def test_a_record_that_is_refused_comes_again_with_what_is_behind_it(
    cloud: Cloud, tenant_id: str, position: int
) -> None:
    identifiers = happen(tenant_id, 25)
    event = insertions(tenant_id, identifiers)
    with refusing(identifiers[position]):
        assert dispatch(event) == [str(1000 + position)]
    assert sorted(sealed(tenant_id)[1:]) == sorted(identifiers[:position])
    assert dispatch({"Records": event["Records"][position:]}) == []
    assert {message["id"] for message in told("notifications")} == set(identifiers)
    assert sorted(sealed(tenant_id)[1:]) == sorted(identifiers)
    assert later(tenant_id).is_intact


@pytest.mark.parametrize("position", [0, 9, 13, 24])
def test_a_record_that_can_never_be_published_is_set_aside_by_itself(
    cloud: Cloud, tenant_id: str, position: int
) -> None:
    identifiers = happen(tenant_id, 25)
    poison = identifiers[position]
    with refusing(poison, sender_fault=True):
        assert dispatch(insertions(tenant_id, identifiers)) == []
    assert {m["id"] for m in told("notifications")} == {*identifiers} - {poison}
    (letter,) = told("records-dead")
    assert (letter["pk"].partition("#")[0], letter["sk"]) == (tenant_id, poison)
    assert (letter["action"], letter["reason"]) == ("workflow.tried", "X: ")
    assert sorted(sealed(tenant_id)[1:]) == sorted(identifiers)  # it is true all the same
    assert later(tenant_id).is_intact


def test_a_call_refused_for_what_is_in_it_is_made_message_by_message(
    cloud: Cloud, tenant_id: str
) -> None:
    identifiers = happen(tenant_id, 12)
    poison = identifiers[4]

    def refuse(params: dict[str, Any], **_: Any) -> None:
        if any(poison in entry["Message"] for entry in params["PublishBatchRequestEntries"]):
            answer = {"Error": {"Code": "InvalidParameter", "Message": "characters"}}
            raise ClientError(answer, "PublishBatch")  # type: ignore[arg-type]

    hooks = client("sns").meta.events
    hooks.register("before-parameter-build.sns.PublishBatch", refuse)
    try:
        assert dispatch(insertions(tenant_id, identifiers)) == []
    finally:
        hooks.unregister("before-parameter-build.sns.PublishBatch", refuse)
    assert {m["id"] for m in told("notifications")} == {*identifiers} - {poison}
    assert [letter["sk"] for letter in told("records-dead")] == [poison]
    assert sorted(sealed(tenant_id)[1:]) == sorted(identifiers)


def test_a_record_that_fails_while_others_pass_holds_them_up_for_a_while_only(
    cloud: Cloud, tenant_id: str
) -> None:
    identifiers = happen(tenant_id, 12)
    changes = [
        Change(one["eventName"], one["dynamodb"]["NewImage"], one["dynamodb"]["SequenceNumber"])
        for one in insertions(tenant_id, identifiers)["Records"]
    ]
    with refusing(identifiers[4]):
        with pytest.raises(Unfinished) as soon:
            dispatching.dispatch(changes, clock.now())
        assert (soon.value.index, told("records-dead")) == (4, [])
        dispatching.dispatch(changes[4:], clock.now() + timedelta(minutes=16))
    assert [letter["sk"] for letter in told("records-dead")] == [identifiers[4]]
    assert {m["id"] for m in told("notifications")} == {*identifiers} - {identifiers[4]}
    assert sorted(sealed(tenant_id)[1:]) == sorted(identifiers)


def test_records_that_all_fail_wait_however_old_they_are(cloud: Cloud, tenant_id: str) -> None:
    identifiers = happen(tenant_id, 1)
    image = record_item(tenant_id, identifiers[0])
    with refusing(identifiers[0]), pytest.raises(Unfinished):
        dispatching.dispatch([Change("INSERT", image, "1")], clock.now() + timedelta(hours=5))
    assert told("records-dead") == []


def test_a_topic_out_of_reach_delays_everything_and_loses_nothing(
    cloud: Cloud, tenant_id: str
) -> None:
    identifiers = happen(tenant_id, 3)
    topics_there = sns_backends[ACCOUNT_ID][REGION].topics
    topic = topics_there.pop(settings().records_topic)
    try:
        cloud.run(DISPATCH, rounds=3)
    finally:
        topics_there[settings().records_topic] = topic
    assert sealed(tenant_id)[1:] == []
    cloud.run(DISPATCH)
    assert sorted(message["id"] for message in told("notifications")) == sorted(identifiers)
    assert sorted(sealed(tenant_id)[1:]) == sorted(identifiers)


def test_an_item_that_is_no_record_holds_up_nobody(cloud: Cloud, tenant_id: str) -> None:
    identifiers = happen(tenant_id, 3)
    event = insertions(tenant_id, identifiers)
    image = event["Records"][1]["dynamodb"]["NewImage"]
    del image["actor"]
    assert dispatch(event) == []
    assert sorted(m["id"] for m in told("notifications")) == [identifiers[0], identifiers[2]]
    assert sorted(sealed(tenant_id)[1:]) == [identifiers[0], identifiers[2]]


def test_a_record_too_large_for_a_message_is_told_without_its_values(
    cloud: Cloud, tenant_id: str
) -> None:
    identifiers = happen(tenant_id, 4)
    event = insertions(tenant_id, identifiers)
    sizes = [150_000, 150_000, topics.LIMIT_BYTES + 1, 10]
    for entry, size in zip(event["Records"], sizes, strict=True):
        image = entry["dynamodb"]["NewImage"]
        image |= changed(image, new={"S": json.dumps({"said": "x" * size})})
    assert dispatch(event) == []
    got = {message["id"]: message["new"] for message in told("notifications")}
    assert [len(got[i]["said"]) if got[i] else None for i in identifiers] == [
        150_000,
        150_000,
        None,
        10,
    ]


def test_what_queues_refuse_is_told_all_the_same(cloud: Cloud, tenant_id: str) -> None:
    said = "".join(map(chr, [*range(0x20), 0x7F, 0x85, 0x2028, 0xFDD0, 0xFFFD, 0xFFFE, 0xFFFF]))
    image = record_item(tenant_id, *happen(tenant_id, 1))
    image |= {"new": {"S": json.dumps({said: f"{said}\U0001f41f\U0010ffff"})}}
    body = records.write(records.read(image), topics.LIMIT_BYTES)
    assert REFUSED.findall(body) == []
    (parsed,) = records.parse(body)
    assert parsed.new == {said: f"{said}\U0001f41f\U0010ffff"}


@pytest.mark.parametrize("how", ["before", "after", "lost"])
def test_a_dispatcher_may_die_between_any_two_calls(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, how: Any
) -> None:
    faults = Faults(monkeypatch)
    for call in range(1, 10):
        tenant_id = cloud.tenant(f"dying-{how}-{call}").id
        cloud.run(DISPATCH)
        told("notifications")
        identifiers = happen(tenant_id, 12)
        event = insertions(tenant_id, identifiers)
        faults.arm(call, how)
        try:
            with faults.process() as calls:
                dispatch(event)
        except Crash:
            pass
        died = faults.fired
        faults.disarm()
        assert dispatch(event) == []
        assert {message["id"] for message in told("notifications")} == set(identifiers)
        assert sorted(sealed(tenant_id)[1:]) == sorted(identifiers)
        assert later(tenant_id).is_intact
        if not died:
            # Two batches for twelve records, a look for the newest seals, and the seal.
            assert calls == ["sns:POST", "sns:POST", "dynamodb:Query", "dynamodb:PutItem"]
            return
    raise AssertionError("it makes more calls than were tried")


def test_a_faster_dispatcher_is_followed(
    cloud: Cloud, tenant_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, others = happen(tenant_id, 2), happen(tenant_id, 2)
    send, waiting = BotocoreStubber.process_request, [True]

    def send_late(stubber: BotocoreStubber, request: Any) -> Any:
        if waiting and named(request) == "dynamodb:PutItem":
            waiting.clear()
            assert dispatch(insertions(tenant_id, others)) == []
        return send(stubber, request)

    monkeypatch.setattr(BotocoreStubber, "process_request", send_late)
    assert dispatch(insertions(tenant_id, mine)) == []
    assert [sorted(seal.records) for seal in seals(tenant_id)[1:]] == [sorted(others), sorted(mine)]
    assert later(tenant_id).is_intact


def test_records_travel_under_their_tenants_name_so_that_queues_are_fair(
    cloud: Cloud, tenant_id: str
) -> None:
    happen(tenant_id, 1)
    cloud.run(DISPATCH)
    sqs = client("sqs")
    url = sqs.get_queue_url(QueueName="reef-notifications")["QueueUrl"]
    (message,) = sqs.receive_message(QueueUrl=url, MessageSystemAttributeNames=["MessageGroupId"])[
        "Messages"
    ]
    assert message["Attributes"]["MessageGroupId"] == tenant_id
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
