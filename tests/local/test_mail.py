"""All mail that Reef sends locally can be read, whatever call it was sent by."""

import io
import json
from base64 import b64encode
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlencode

import pytest

from local.mail import PATH, Outbox, read
from tests.local.wire import call


def _raw() -> str:
    message = EmailMessage()
    message["To"], message["Subject"] = "a@acme.test", "Grüße"
    message.set_content("plain")
    message.add_alternative("<p>rich</p>", subtype="html")
    return b64encode(message.as_bytes()).decode()


VERSION_1 = {
    "Action": "SendEmail",
    "Destination.ToAddresses.member.1": "a@acme.test",
    "Message.Subject.Data": "Grüße",
    "Message.Body.Text.Data": "plain",
    "Message.Body.Html.Data": "<p>rich</p>",
}
RAW_1 = {
    "Action": "SendRawEmail",
    "Destinations.member.1": "a@acme.test",
    "RawMessage.Data": _raw(),
}
VERSION_2 = {
    "Destination": {"ToAddresses": ["a@acme.test"]},
    "Content": {
        "Simple": {
            "Subject": {"Data": "Grüße"},
            "Body": {"Text": {"Data": "plain"}, "Html": {"Data": "<p>rich</p>"}},
        }
    },
}
RAW_2 = {"Content": {"Raw": {"Data": _raw()}}}
V2_PATH = "/v2/email/outbound-emails"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/", urlencode(VERSION_1)),
        ("/", urlencode(RAW_1)),
        (V2_PATH, json.dumps(VERSION_2)),
        (V2_PATH, json.dumps(RAW_2)),
    ],
)
def test_a_mail_is_kept_with_both_bodies(path: str, body: str) -> None:
    mail = read(path, body.encode())
    assert mail is not None
    assert mail.pop("sent_at").endswith("Z")
    assert {name: v.strip() if isinstance(v, str) else v for name, v in mail.items()} == {
        "to": ["a@acme.test"],
        "subject": "Grüße",
        "text": "plain",
        "html": "<p>rich</p>",
    }


def test_other_calls_are_no_mail() -> None:
    assert read("/", b"Action=VerifyEmailIdentity&EmailAddress=a%40acme.test") is None


@pytest.mark.parametrize(("status", "kept"), [("200 OK", 1), ("400 Bad Request", 0)])
def test_only_mail_that_was_accepted_is_listed(status: str, kept: int) -> None:
    passed_on: list[bytes] = []

    def cloud(environ: Any, start_response: Any) -> list[bytes]:
        passed_on.append(environ["wsgi.input"].read())
        start_response(status, [])
        return [b"answer"]

    outbox = Outbox(cloud)
    signed = {"Authorization": "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/ses/aws4_request"}
    body = urlencode(VERSION_1).encode()
    assert call(outbox, "POST", "http://aws.test/", body, signed).body == b"answer"
    assert passed_on == [body]
    assert len(json.loads(call(outbox, "GET", f"http://aws.test{PATH}").body)) == kept


def test_what_is_not_mail_is_passed_on_untouched() -> None:
    stream = io.BytesIO(b"object")

    def cloud(environ: Any, start_response: Any) -> list[bytes]:
        assert environ["wsgi.input"] is stream
        start_response("200 OK", [])
        return []

    environ = {"PATH_INFO": "/bucket/key", "wsgi.input": stream, "CONTENT_LENGTH": "6"}
    Outbox(cloud)(environ, lambda *_: None)
