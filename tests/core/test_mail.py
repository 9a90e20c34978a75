"""Sending one mail, and what the mail service says of it."""

import botocore.endpoint
import pytest
from botocore.exceptions import ClientError

from chalicelib.core import mail
from tests.notifications.conftest import clamd, cloud, desk, hall, pipeline, post, shared_cloud
from tests.notifications.post import Hall

__all__ = ["clamd", "cloud", "desk", "hall", "pipeline", "post", "shared_cloud"]


def test_a_subject_stays_one_line(hall: Hall) -> None:
    mail.send(hall.email("anna"), "One\r\nBcc: x@evil.test\u2028\x00two\u202e 👩‍🚀", "text")
    (letter,) = hall.post.sent
    assert letter["subject"] == "One Bcc: x@evil.test two 👩‍🚀"
    assert letter["html"] == ""


def test_the_mail_service_s_answers_are_told_apart(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    def send() -> None:
        mail.send(hall.email("anna"), "Subject", "text", "<p>text</p>")

    hall.post.refuse = lambda _: (400, "MessageRejected", "Address blacklisted")
    with pytest.raises(mail.Refused, match="blacklisted"):
        send()
    hall.post.refuse = hall.post.away
    with pytest.raises(mail.NotSent, match="away"):
        send()
    monkeypatch.setattr(botocore.endpoint.time, "sleep", lambda _: None)
    hall.post.refuse = lambda _: (500, "InternalFailure", "perhaps")
    with pytest.raises(ClientError, match="perhaps"):
        send()
    hall.post.refuse = lambda _: None
    send()
    assert [letter["html"] for letter in hall.post.sent] == ["<p>text</p>"]
