"""Work is sent for its tenant, and S3's events tell what was created."""

import json
from datetime import UTC, datetime

import pytest

from chalicelib.core import queues
from chalicelib.core.aws import client
from chalicelib.core.settings import settings
from tests.cloud import Cloud


def event(*records: dict[str, object]) -> str:
    return json.dumps({"Records": records})


def created(key: str, name: str = "ObjectCreated:Post", **more: object) -> dict[str, object]:
    return {"eventName": name, "s3": {"object": {"key": key}}} | more


def test_a_message_is_one_of_its_tenant_s(cloud: Cloud) -> None:
    queue = settings().scan_small_queue
    queues.send(queue, "acme", {"tenant_id": "acme", "sha256": "0" * 64})
    names = ["MessageGroupId"]
    (message,) = client("sqs").receive_message(QueueUrl=queue, AttributeNames=names)["Messages"]
    assert json.loads(message["Body"]) == {"tenant_id": "acme", "sha256": "0" * 64}
    assert message["Attributes"]["MessageGroupId"] == "acme"


def test_keys_come_decoded_with_the_time_where_s3_tells_it() -> None:
    at = "2026-01-02T03:04:05.678Z"
    body = event(created("t/a%3Db+c"), created("t/u", "s3:ObjectCreated:Copy", eventTime=at))
    assert queues.created(body) == [
        ("t/a=b c", None),
        ("t/u", datetime(2026, 1, 2, 3, 4, 5, 678000, UTC)),
    ]


def test_deletions_and_s3_s_own_test_create_nothing() -> None:
    assert queues.created(event(created("t/u", "ObjectRemoved:Delete"))) == []
    assert queues.created('{"Event": "s3:TestEvent"}') == []


@pytest.mark.parametrize("body", ["[]", "{}", '{"Records": 1}', "not json"])
def test_anything_else_is_refused(body: str) -> None:
    with pytest.raises(ValueError, match=r"S3 event|JSON"):
        queues.created(body)
