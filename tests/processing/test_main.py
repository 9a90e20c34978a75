"""The commands of the deployment's admin: counting dead letters, sending them back, cleaning up."""

import pytest

from chalicelib.core import queues
from chalicelib.core.aws import client
from chalicelib.processing import __main__ as command
from tests.cloud import Cloud
from tests.shared import cloud

__all__ = ["cloud"]


def test_each_command_says_what_it_found_or_did(
    cloud: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    dead = client("sqs").get_queue_url(QueueName="reef-conversion-dead")["QueueUrl"]
    for number in range(2):
        queues.send(dead, "t", {"tenant_id": "t", "sha256": str(number)})
    assert command.main(["dead-letters"]) == 0
    assert "reef-conversion-dead: 2 (from reef-conversion)" in capsys.readouterr().out
    assert command.main(["redrive", "reef-metadata-dead"]) == 0
    assert capsys.readouterr().out == "reef-metadata-dead: 0 sent back\n"
    assert command.main(["redrive"]) == 0
    assert "reef-conversion-dead: 2 sent back" in capsys.readouterr().out
    assert command.main(["clean-up", "--dry-run"]) == 0
    assert "found: 0 originals" in capsys.readouterr().out
    assert command.main(["clean-up"]) == 0
    assert "deleted: 0 originals" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        command.main(["tidy"])
