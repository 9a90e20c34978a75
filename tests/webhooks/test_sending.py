"""Sending: to the checked address alone, within its time, whatever a receiver does."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from chalicelib.core.settings import settings
from chalicelib.webhooks import sending
from chalicelib.webhooks.sending import Outcome
from tests.webhooks.receiver import Receiver, listening, raw, status

BODY = b'{"id": "1"}'


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as found:
        yield found


@pytest.fixture
def allow(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Lists hosts for a while."""

    def listed(*hosts: str) -> None:
        text = "[" + ", ".join(f'"{host}"' for host in hosts) + "]"
        monkeypatch.setenv("REEF_WEBHOOK_ALLOWED_HOSTS", text)
        settings.cache_clear()

    yield listed
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def here(receiver: Receiver, allow: Callable[..., None]) -> Receiver:
    """A receiver that is allowed."""
    allow(f"127.0.0.1:{receiver.port}")
    return receiver


def test_a_body_comes_as_it_was_sent(here: Receiver) -> None:
    outcome = sending.post(f"{here.url}?a=b", BODY, {"webhook-id": "1"})
    assert (outcome.status_code, outcome.error) == (200, None)
    (came,) = here.came
    assert (came.path, came.body) == ("/hook?a=b", BODY)
    assert came.headers["host"] == f"127.0.0.1:{here.port}"
    assert came.headers["content-type"] == "application/json"
    assert came.headers["webhook-id"] == "1"
    assert came.headers["user-agent"].startswith("Reef")


@pytest.mark.parametrize(
    ("code", "error"),
    [
        *[(code, None) for code in (200, 204, 299)],
        (304, "redirected"),
        *[(code, "refused") for code in (400, 404, 410, 429, 500, 599)],
    ],
)
def test_a_status_of_the_two_hundreds_alone_counts(
    here: Receiver, code: int, error: str | None
) -> None:
    here.script.append(status(code))
    outcome = sending.post(here.url, BODY, {})
    assert (outcome.status_code, outcome.error) == (code, error)
    assert len(here.came) == 1


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_nobody_is_redirected(here: Receiver, code: int) -> None:
    for where in ("http://169.254.169.254/latest/meta-data/", f"{here.url}/else", "//10.0.0.1/"):
        here.script.append(status(code, Location=where))
        outcome = sending.post(here.url, BODY, {})
        assert (outcome.status_code, outcome.error) == (code, "redirected")
    assert {came.path for came in here.came} == {"/hook"}
    assert len(here.came) == 3


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "SECONDS", 0.5)
    monkeypatch.setattr(sending, "_BODY_SECONDS", 0.2)


@pytest.mark.usefixtures("impatient")
def test_a_receiver_that_never_answers_is_given_up(here: Receiver) -> None:
    here.script.append(here.silence)
    outcome = sending.post(here.url, BODY, {})
    assert (outcome.status_code, outcome.error) == (None, "timeout")
    assert outcome.duration_ms >= 400


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (b"", b"H"),  # a status line that never ends
        (b"HTTP/1.1 200 OK\r\n", b"A"),
        (b"HTTP/1.1 200 OK\r\n", b"A: b\r\n"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
)
def test_a_head_that_trickles_in_for_ever_is_given_up(
    here: Receiver, head: bytes, piece: bytes
) -> None:
    here.script.append(here.endless(piece, head))
    outcome = sending.post(here.url, BODY, {})
    assert outcome.status_code is None
    assert outcome.error in {"timeout", "bad_answer"}


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFF\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n",
    ],
)
@pytest.mark.parametrize("piece", [b"x", b"x" * 65536])
def test_of_an_endless_body_little_is_read_and_its_status_counts(
    here: Receiver, head: bytes, piece: bytes
) -> None:
    here.script.append(here.endless(piece, head))
    outcome = sending.post(here.url, BODY, {})
    assert (outcome.status_code, outcome.error) == (200, None)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.7\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"\x00" * 2000,
        b"HTTP/1.1 99 No\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 500 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nA: " + b"x" * 100_000 + b"\r\n\r\n",
    ],
)
def test_what_is_no_answer_is_told(here: Receiver, answer: bytes) -> None:
    here.script.append(raw(answer))
    outcome = sending.post(here.url, BODY, {})
    assert outcome.status_code is None
    assert outcome.error in {"bad_answer", "not_connected"}


def test_a_port_where_nobody_listens_is_told(allow: Callable[..., None]) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    allow(f"127.0.0.1:{port}")
    outcome = sending.post(f"http://127.0.0.1:{port}/", BODY, {})
    assert (outcome.status_code, outcome.error) == (None, "not_connected")


def test_what_is_not_allowed_any_more_is_not_sent(receiver: Receiver) -> None:
    assert sending.post(receiver.url, BODY, {}).error == "address_not_allowed"
    assert sending.post("http://localhost/", BODY, {}).error == "address_not_allowed"
    assert sending.post("no address", BODY, {}).error == "address_not_allowed"
    assert receiver.came == []


def leading(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Have a name lead to something else each time; gives what was asked for."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def resolve(host: Any, port: Any, *more: Any, **named: Any) -> Any:
        if not str(host).endswith(".example"):
            return real(host, port, *more, **named)
        found = answers[min(len(asked), len(answers) - 1)]
        asked.append(str(host))
        if not found:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return asked


def test_a_name_is_asked_once_and_the_connection_goes_to_what_was_checked(
    receiver: Receiver, allow: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(f"hook.example:{receiver.port}")
    asked = leading(monkeypatch, ["127.0.0.1"], ["169.254.169.254"])
    outcome = sending.post(f"http://hook.example:{receiver.port}/", BODY, {})
    assert (outcome.status_code, outcome.error) == (200, None)
    assert asked == ["hook.example"]
    assert receiver.came[0].headers["host"] == f"hook.example:{receiver.port}"


def test_a_name_that_leads_inside_by_now_is_not_followed(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    leading(monkeypatch, ["127.0.0.1"], ["8.8.8.8", "127.0.0.1"], [])
    url = f"http://hook.example:{receiver.port}/"
    errors = [sending.post(url, BODY, {}).error for _ in range(3)]
    assert errors == ["address_not_allowed", "address_not_allowed", "not_resolved"]
    assert receiver.came == []


def test_of_several_addresses_the_next_is_tried(
    receiver: Receiver, allow: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(f"hook.example:{receiver.port}")
    leading(monkeypatch, ["127.0.0.9", "127.0.0.1"])
    outcome = sending.post(f"http://hook.example:{receiver.port}/", BODY, {})
    assert (outcome.status_code, outcome.error) == (200, None)


class Authority:
    """A certificate authority and a server with a certificate of it, for one name."""

    def __init__(self, folder: Path, name: str, *, expired: bool = False) -> None:
        key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        ends = now + timedelta(days=-1 if expired else 1)
        built = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=2))
            .not_valid_after(ends)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        self.certificate, self.key = folder / "certificate.pem", folder / "key.pem"
        self.certificate.write_bytes(built.public_bytes(serialization.Encoding.PEM))
        self.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )


@pytest.fixture
def served(
    tmp_path: Path, allow: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., tuple[Outcome, list[str | None]]]]:
    """Serves TLS with a certificate for a name; gives what came of sending to another one."""
    stop: list[HTTPServer] = []

    def serve(
        certified: str, asked: str, *, trusted: bool = True, expired: bool = False
    ) -> tuple[Outcome, list[str | None]]:
        authority, names = Authority(tmp_path, certified, expired=expired), []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                return

        class Server(HTTPServer):
            def handle_error(self, *_: Any) -> None:
                return  # a client that does not trust it hangs up

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(authority.certificate, authority.key)
        context.sni_callback = lambda _, name, __: names.append(name)
        server = Server(("127.0.0.1", 0), Handler)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        stop.append(server)
        threading.Thread(target=server.serve_forever, args=(0.05,)).start()
        allow(f"{asked}:{server.server_port}")
        leading(monkeypatch, ["127.0.0.1"])
        if trusted:
            monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
        sending._tls.cache_clear()
        return sending.post(f"https://{asked}:{server.server_port}/", BODY, {}), names

    yield serve
    sending._tls.cache_clear()
    for server in stop:
        server.shutdown()
        server.server_close()


Serve = Callable[..., tuple[Outcome, list[str | None]]]


def test_a_certificate_is_checked_against_the_name_and_the_name_is_said(served: Serve) -> None:
    outcome, names = served("hook.example", "hook.example")
    assert (outcome.status_code, outcome.error) == (200, None)
    assert names == ["hook.example"]


@pytest.mark.parametrize(
    ("certified", "more"),
    [
        ("other.example", {}),
        ("hook.example", {"trusted": False}),
        ("hook.example", {"expired": True}),
    ],
)
def test_a_wrong_certificate_gets_nothing(
    served: Serve, certified: str, more: dict[str, bool]
) -> None:
    outcome, _ = served(certified, "hook.example", **more)
    assert (outcome.status_code, outcome.error) == (None, "tls_failed")


@pytest.mark.usefixtures("impatient")
def test_a_handshake_that_never_ends_is_given_up(
    allow: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        port = mute.getsockname()[1]
        allow(f"hook.example:{port}")
        leading(monkeypatch, ["127.0.0.1"])
        assert sending.post(f"https://hook.example:{port}/", BODY, {}).error == "timeout"
