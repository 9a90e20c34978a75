"""Where a webhook may lead: every spelling of what lies inside is refused."""

import socket
from ipaddress import ip_address
from typing import Any

import pytest

from chalicelib.core.settings import settings
from chalicelib.webhooks import addresses
from chalicelib.webhooks.addresses import NotAllowed, NotResolved

INSIDE = (
    "http://127.0.0.1/",
    "http://127.0.0.1:9199/",
    "http://127.1/",
    "http://127.0.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.1/",
    "http://0177.0.0.1/",
    "http://017700000001/",
    "http://0/",
    "http://0.0.0.0/",
    "http://127.0.0.1./",
    "http://localhost/",
    "http://LOCALHOST./",
    "http://a.localhost/",
    "http://\uff11\uff12\uff17.0.0.1/",
    "http://127\u30020\u30020\u30021/",
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://172.31.255.255/",
    "http://192.168.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://0xa9fea9fe/",
    "http://100.64.0.1/",
    "http://198.18.0.1/",
    "http://192.0.2.1/",
    "http://224.0.0.1/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://[::1]/",
    "http://[::]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::ffff:8.8.8.8]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b::127.0.0.1]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://[64:ff9b:1::1]/",
    "http://[2002:7f00:1::]/",
    "http://[2001:0:7f00:1::]/",
    "http://[2001:db8::1]/",
    "http://[fd00:ec2::254]/",
    "http://[fc00::1]/",
    "http://[fe80::1]/",
    "http://[fec0::1]/",
    "http://[ff02::1]/",
)
"""Addresses that are not public, in the ways in which one can write them."""

NO_ADDRESSES = (
    "",
    "/hook",
    "example.com/hook",
    "//example.com/hook",
    "http://",
    "http:///hook",
    "http:example.com",
    "https://:443/",
    "ftp://example.com/",
    "file:///etc/passwd",
    "gopher://example.com/",
    "javascript:alert(1)",
    "data:text/plain,x",
    "unix:///run/a.sock",
    "http://user@example.com/",
    "http://user:pass@example.com/",
    "http://@example.com/",
    "http://example.com@127.0.0.1/",
    "http://127.0.0.1#@example.com/",
    "https://example.com/#part",
    "https://example.com/#",
    "http://example.com\\@127.0.0.1/",
    "http://exam ple.com/",
    " https://example.com/",
    "https://example.com/\r\nHost: 127.0.0.1",
    "https://example.com/\t",
    "https://example.com/\x00",
    "https://example.com:0/",
    "https://example.com:65536/",
    "https://example.com:-1/",
    "https://example.com:port/",
    "https://exa%6dple.com/",
    "https://.example.com/",
    "https://example..com/",
    "https://example.com../",
    "https://-example.com/",
    "https://example.com:80:80/",
    f"https://{'a' * 64}.com/",
    f"https://{'a.' * 130}com/",
    "http://1.2.3.4.5/",
    "http://256.1.1.1/",
    "http://0x100000000/",
    "http://08.8.8.8/",
    "http://[::1/",
    "http://[fe80::1%25eth0]/",
    "http://[2606:4700::1%eth0]/",
    "http://[2606:4700::1]x/",
    "http://x[2606:4700::1]/",
    "http://[v1.a]/",
    "http://[]/",
    "https://example.com/\ud800",
)
"""What is no address, or means two things."""


@pytest.fixture(autouse=True)
def no_resolver(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have no test ask for a name, unless it says what the answer is."""

    def refuse(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def answers(monkeypatch: pytest.MonkeyPatch, *found: str) -> list[str]:
    """Have every name lead to these addresses; gives the list of names that were asked for."""
    asked: list[str] = []

    def resolve(host: str, port: int, **_: Any) -> Any:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return asked


@pytest.mark.parametrize("url", INSIDE)
def test_what_lies_inside_is_refused_however_it_is_written(url: str) -> None:
    with pytest.raises(NotAllowed, match=r"not public|this machine"):
        addresses.require_allowed(url, 1)


@pytest.mark.parametrize("url", NO_ADDRESSES)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(NotAllowed):
        addresses.read(url)


@pytest.mark.parametrize(
    ("url", "host", "port", "path", "authority"),
    [
        ("https://Example.COM", "example.com", 443, "/", "example.com"),
        ("https://example.com./a/b?c=d&e", "example.com", 443, "/a/b?c=d&e", "example.com"),
        ("http://example.com:8080/a%20b", "example.com", 8080, "/a%20b", "example.com:8080"),
        ("https://example.com:443/", "example.com", 443, "/", "example.com"),
        ("https://münchen.example/ö?ü=1", "xn--mnchen-3ya.example", 443, "/%C3%B6?%C3%BC=1", None),
        ("https://8.8.8.8/", "8.8.8.8", 443, "/", "8.8.8.8"),
        ("http://134744072/", "8.8.8.8", 80, "/", "8.8.8.8"),
        ("https://[2606:4700:0:0::1111]:8/", "2606:4700::1111", 8, "/", "[2606:4700::1111]:8"),
        ("https://[64:ff9b::8.8.8.8]/", "64:ff9b::808:808", 443, "/", "[64:ff9b::808:808]"),
        ("https://a_b.example.com/", "a_b.example.com", 443, "/", "a_b.example.com"),
    ],
)
def test_an_address_is_read_in_one_way(
    url: str, host: str, port: int, path: str, authority: str | None
) -> None:
    target = addresses.read(url)
    assert (target.host, target.port, target.path) == (host, port, path)
    assert target.authority == (authority or host)
    assert not target.is_listed


def test_a_name_that_leads_nowhere_may_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    addresses.require_allowed("https://not-yet.example/", 1)
    with pytest.raises(NotResolved):
        addresses.resolve(addresses.read("https://not-yet.example/"), 1)
    asked = answers(monkeypatch)
    assert addresses.resolve(addresses.read("https://not-yet.example/"), 1) == []
    assert asked == ["not-yet.example"]


def test_all_that_a_name_leads_to_has_to_be_public(monkeypatch: pytest.MonkeyPatch) -> None:
    target = addresses.read("https://example.com/")
    answers(monkeypatch, "8.8.8.8", "2606:4700::1", "8.8.8.8")
    found = addresses.resolve(target, 1)
    assert found == [ip_address("8.8.8.8"), ip_address("2606:4700::1")]
    for inside in ("127.0.0.1", "169.254.169.254", "::1", "fe80::1%eth0", "::ffff:10.0.0.1"):
        answers(monkeypatch, "8.8.8.8", inside)
        with pytest.raises(NotAllowed):
            addresses.resolve(target, 1)


def test_a_resolver_that_takes_too_long_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    from threading import Event

    done = Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: done.wait(30))
    try:
        with pytest.raises(NotResolved):
            addresses.resolve(addresses.read("https://slow.example/"), 0.05)
    finally:
        done.set()


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Have the deployment list some hosts."""
    hosts = '["127.0.0.1:9199", "[::1]:8443", "intern.example:443"]'
    monkeypatch.setenv("REEF_WEBHOOK_ALLOWED_HOSTS", hosts)
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


@pytest.mark.usefixtures("listed")
def test_what_the_deployment_lists_is_allowed_with_its_port_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for url in ("http://127.0.0.1:9199/a", "https://127.1:9199/", "https://[0::1]:8443/"):
        addresses.require_allowed(url, 1)
    for url in (
        "http://127.0.0.1/",
        "http://127.0.0.1:9198/",
        "http://127.0.0.2:9199/",
        "http://localhost:9199/",
        "http://[::1]:9199/",
        "http://[::ffff:127.0.0.1]:9199/",
        "http://127.0.0.1:9199@10.0.0.1/",
    ):
        with pytest.raises(NotAllowed):
            addresses.require_allowed(url, 1)
    answers(monkeypatch, "10.0.0.1")
    addresses.require_allowed("https://intern.example/", 1)
    for url in ("http://intern.example/", "https://other.example/"):
        with pytest.raises(NotAllowed):
            addresses.require_allowed(url, 1)
    answers(monkeypatch, "127.0.0.1")  # a name of one's own that leads to what is listed
    with pytest.raises(NotAllowed):
        addresses.require_allowed("http://mine.example:9199/", 1)
