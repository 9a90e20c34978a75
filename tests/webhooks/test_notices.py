"""Admins, and nobody else, are told of a webhook that was switched off."""

from collections.abc import Iterator

import pytest

from chalicelib.core.aws import client
from tests.notifications.post import EVENT, Post
from tests.webhooks.conftest import Hooks
from tests.webhooks.receiver import Receiver, status


@pytest.fixture
def post(hooks: Hooks) -> Iterator[Post]:
    """The mails to the tenant's people."""
    watching, events = Post(hooks.tenant), client("ses").meta.events
    events.register(EVENT, watching)
    yield watching
    events.unregister(EVENT, watching)


def test_admins_are_told_which_receiver_is_gone(
    hooks: Hooks, receiver: Receiver, post: Post
) -> None:
    hooks.make(f"{receiver.url}?token=private")
    receiver.script.append(status(410))
    hooks.happen()
    hooks.cloud.run()
    (letter,) = post.sent
    assert letter["to"] == [hooks.admin]
    assert letter["subject"] == f"Webhook switched off: “127.0.0.1:{receiver.port}”"
    assert "said that it is gone (410)" in letter["text"]
    assert "private" not in letter["text"]
    (entry,) = hooks.cloud.get("/inbox/", hooks.admin).json["items"]
    assert (entry["kind"], entry["asset_id"], entry["is_open"]) == ("webhooks", "", False)
    assert hooks.cloud.get("/inbox/", hooks.tenant.email("editor")).json["items"] == []
