"""A port that cannot be used is refused in a sentence, before anything starts."""

import socket

import pytest

from local import ports


@pytest.mark.parametrize("text", ["", "abc", "0", "-1", "80400", "65535", "8 000", "٨٠٠٠"])
def test_what_is_no_port_or_leaves_none_for_the_edge_is_refused(text: str) -> None:
    with pytest.raises(ports.PortUnusable, match="is no port: choose a number from 1 to 65534"):
        ports.read(text)


@pytest.mark.parametrize("text", ["1", "8000", "65534"])
def test_a_port_is_read(text: str) -> None:
    assert ports.read(text) == int(text)


def test_a_port_in_use_is_refused_until_it_is_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert ports.answers(port)
        with pytest.raises(ports.PortUnusable, match=f"port {port} is in use; choose another"):
            ports.check(port)
    ports.check(port)
    assert not ports.answers(port)


def test_a_port_of_root_is_refused_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", refuse)
    with pytest.raises(ports.PortUnusable, match="port 80 is for root alone"):
        ports.check(80)


def test_free_ports_differ() -> None:
    found = ports.free(5)
    assert len(set(found)) == 5
    for port in found:
        ports.check(port)
