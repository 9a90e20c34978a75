"""Keeps the mail that the emulated SES is given, since moto keeps only half of each message."""

import email
import email.policy
import io
import json
import threading
from base64 import b64decode
from collections.abc import Iterable
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any
from urllib.parse import parse_qs

Mail = dict[str, Any]

PATH = "/_local/mail/"


class Outbox:
    """A WSGI application around moto that lists what was sent at `/_local/mail/`."""

    def __init__(self, cloud: Any) -> None:
        self._cloud = cloud
        self._sent: list[Mail] = []
        self._lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Pass a request on, and keep the mail in it if it was sent."""
        if environ["PATH_INFO"] == PATH:
            with self._lock:
                body = json.dumps(self._sent).encode()
            start_response("200 OK", [("Content-Type", "application/json")])
            return [body]
        if "/ses/aws4_request" not in environ.get("HTTP_AUTHORIZATION", ""):
            return self._pass_on(environ, start_response)
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)

        def started(status: str, headers: Any, *rest: Any) -> Any:
            mail = read(environ["PATH_INFO"], body) if status.startswith("2") else None
            if mail is not None:
                with self._lock:
                    self._sent.append(mail)
            return start_response(status, headers, *rest)

        return self._pass_on(environ, started)

    def _pass_on(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        answer: Iterable[bytes] = self._cloud(environ, start_response)
        return answer


def read(path: str, body: bytes) -> Mail | None:
    """Read the mail out of a request to SES, in either version of its API."""
    if path == "/v2/email/outbound-emails":
        return _version_2(json.loads(body))
    form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
    if form.get("Action") == "SendEmail":
        to = [form[name] for name in sorted(form) if name.startswith("Destination.")]
        return _mail(
            to,
            form.get("Message.Subject.Data", ""),
            form.get("Message.Body.Text.Data", ""),
            form.get("Message.Body.Html.Data", ""),
        )
    if form.get("Action") == "SendRawEmail":
        to = [form[name] for name in sorted(form) if name.startswith("Destinations.")]
        return _raw(to, b64decode(form["RawMessage.Data"]))
    return None


def _version_2(request: dict[str, Any]) -> Mail | None:
    destination = request.get("Destination", {})
    to = [address for addresses in destination.values() for address in addresses]
    content = request["Content"]
    if "Raw" in content:
        return _raw(to, b64decode(content["Raw"]["Data"]))
    if "Simple" not in content:
        return None
    simple = content["Simple"]

    def part(name: str) -> str:
        return str(simple["Body"].get(name, {}).get("Data", ""))

    return _mail(to, simple["Subject"]["Data"], part("Text"), part("Html"))


def _raw(to: list[str], data: bytes) -> Mail:
    message = email.message_from_bytes(data, _class=EmailMessage, policy=email.policy.default)

    def part(kind: str) -> str:
        found = message.get_body(preferencelist=(kind,))
        return str(found.get_content()) if found else ""

    named = [str(message[name]) for name in ("To", "Cc") if message[name]]
    return _mail(to or named, str(message["Subject"] or ""), part("plain"), part("html"))


def _mail(to: list[str], subject: str, text: str, html: str) -> Mail:
    sent_at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    return {"to": to, "subject": subject, "text": text, "html": html, "sent_at": sent_at}
