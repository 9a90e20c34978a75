"""A worker finds no network and cannot look into other processes, where the kernel plays along."""

import ctypes
import os
import socket
import subprocess
import sys

import pytest

from chalicelib.processing.media import confinement, sandbox


def attempts() -> dict[str, str]:
    """Try what a program would that took a worker over; gives how each attempt ended."""
    return {
        "network": _tried(lambda: socket.socket(socket.AF_INET).close()),
        "network, version 6": _tried(lambda: socket.socket(socket.AF_INET6).close()),
        "netlink": _tried(lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW).close()),
        "local": _tried(lambda: socket.socket(socket.AF_UNIX).close()),
        "child": _tried(lambda: subprocess.run([sys.executable, "-c", _CHILD], check=True)),
        "ptrace": "refused" if _library().ptrace(0, 0, 0, 0) == -1 else "done",
        "credentials": ",".join(name for name in os.environ if "AWS" in name),
    }


def with_network(url: str) -> dict[str, str]:
    """As `attempts`; the address says that the source is on this machine's own server."""
    assert url
    return attempts()


_CHILD = "import socket; socket.socket(socket.AF_INET)"


def _tried(attempt: object) -> str:
    try:
        attempt()  # type: ignore[operator]
    except (PermissionError, subprocess.CalledProcessError):
        return "refused"
    return "done"


def _library() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _takes_rules() -> bool:
    """Whether this kernel takes rules at all, tried in a process of its own."""
    code = "from chalicelib.processing.media.confinement import confine\n"
    code += "raise SystemExit(not confine(network=False))"
    return subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_worker_has_no_network_nor_any_of_its_children() -> None:
    if not _takes_rules():
        pytest.skip("this kernel takes no rules: the environment and the limits are what holds")
    found = sandbox.run(attempts).result
    refused = {"network", "network, version 6", "netlink", "child", "ptrace"}
    assert {name for name, end in found.items() if end == "refused"} == refused
    assert (found["local"], found["credentials"]) == ("done", "")
    served = sandbox.run(with_network, "http://127.0.0.1:9/x").result
    assert (served["network"], served["ptrace"]) == ("done", "refused")


def test_elsewhere_nothing_is_laid_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confinement.platform, "machine", lambda: "aarch64")
    assert not confinement.confine(network=False)
    with socket.socket(socket.AF_INET):
        pass
