"""Messages that failed for good are counted, and go back to where they came from."""

import pytest

from chalicelib.core import dead_letters, queues
from chalicelib.core.aws import client
from chalicelib.core.settings import settings
from chalicelib.processing import __main__ as command
from tests.cloud import Cloud
from tests.shared import cloud

__all__ = ["cloud"]

DEAD, SOURCE = "reef-thumbnails-dead", "reef-thumbnails"


def depth(name: str) -> int:
    sqs = client("sqs")
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
    return int(told["Attributes"]["ApproximateNumberOfMessages"])


def test_dead_letters_go_back_to_their_queue_with_their_tenant(
    cloud: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    before = depth(SOURCE)
    dead = client("sqs").get_queue_url(QueueName=DEAD)["QueueUrl"]
    for number in range(12):
        queues.send(dead, f"tenant-{number}", {"tenant_id": "t", "sha256": str(number)})
    counted = {queue.name: queue for queue in dead_letters.waiting("reef-")}
    assert counted[DEAD] == (DEAD, SOURCE, 12)
    assert {"reef-conversion-dead", "reef-scan-small-dead"} <= set(counted)
    assert command.main(["dead-letters"]) == 0
    assert f"{DEAD}: 12 (from {SOURCE})" in capsys.readouterr().out
    assert dead_letters.redrive("reef-", "reef-metadata-dead") == {"reef-metadata-dead": 0}
    assert command.main(["redrive"]) == 0
    assert f"{DEAD}: 12 sent back" in capsys.readouterr().out
    assert (depth(DEAD), depth(SOURCE)) == (0, before + 12)
    received = client("sqs").receive_message(
        QueueUrl=settings().thumbnails_queue,
        MaxNumberOfMessages=10,
        MessageSystemAttributeNames=["MessageGroupId"],
    )["Messages"]
    groups = {message.get("Attributes", {}).get("MessageGroupId", "") for message in received}
    assert any(group.startswith("tenant-") for group in groups)
