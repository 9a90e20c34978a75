"""`python -m local run` brings up a whole Reef, keeps it running, and leaves nothing behind."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest

from local import seeds
from tests.stack import ROOT, Stack, free_pair, running_stack

EXPECTED = {
    "count_visits",
    "send_share_mails",
    "deliver_webhooks",
    "dispatch_records",
    "dynamodb",
    "edge",
    "end_workflows",
    "follow_assets",
    "front",
    "index_assets",
    "keep_time",
    "make_deliveries",
    "make_thumbnails",
    "clean_up",
    "convert_media",
    "make_zip",
    "moto",
    "notify",
    "read_metadata",
    "route_upload",
    "scan_large_upload",
    "scan_upload",
    "scanner",
    "send_digests",
    "sweep_unfinished",
    "tend_webhooks",
    "tend_workflows",
    "transfer_metadata",
    "watch_devices",
}


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with running_stack() as running:
        yield running


def _get(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return json.load(answer)


def _wait_until(what: Callable[[], bool], seconds: float = 20) -> None:
    give_up_at = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < give_up_at
        time.sleep(0.05)


def _local(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "local", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)


def _session(pid: int) -> list[int]:
    """The living processes of a session, as which each child of a run is started."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == pid and fields[0] != "Z":
            found.append(int(path.parent.name))
    return found


def test_everything_runs(stack: Stack) -> None:
    assert set(stack.processes()) == EXPECTED
    assert _get(f"{stack.url}/api/v3/health/")["status"] == "ok"
    assert _get(f"{stack.url}/_local/mail/") == []
    queues = _get(f"{stack.url}/_local/queues/")
    assert set(queues["scan-small"]) == {"visible", "in_flight", "dead"}


def test_the_table_gives_the_password_of_every_member(stack: Stack) -> None:
    lines = [line.split() for line in stack.output().splitlines() if "@" in line]
    assert {line[0]: line[-1] for line in lines} == {
        person.email: seeds.password(person.email) for person in seeds.PEOPLE
    }
    assert len(lines) == 12


def test_the_token_command_prints_a_token_and_nothing_else(stack: Stack) -> None:
    done = _local("token", "admin@globex.test", "--port", str(stack.port))
    claims = jwt.decode(done.stdout.strip(), options={"verify_signature": False})
    assert (claims["email"], claims["token_use"]) == ("admin@globex.test", "id")
    assert done.stdout.count("\n") == 1
    request = urllib.request.Request(
        f"{stack.url}/api/v3/tenant/", headers={"Authorization": f"Bearer {done.stdout.strip()}"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert json.load(answer)["name"] == "globex"


def test_who_is_no_member_gets_no_token(stack: Stack) -> None:
    done = _local("token", "nobody@acme.test", "--port", str(stack.port))
    assert (done.returncode, done.stdout) == (1, "")
    assert "nobody@acme.test" in done.stderr


def test_acme_takes_large_files(stack: Stack) -> None:
    request = urllib.request.Request(
        f"{stack.url}/api/v3/tenant/",
        headers={"Authorization": f"Bearer {stack.token('admin@acme.test')}"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert json.load(answer)["settings"]["MAX_FILE_SIZE"] == 2_147_483_647


def test_the_edge_is_another_origin_that_checks(stack: Stack) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"{stack.edge_url}/originals/acme/0123", timeout=30)
    assert caught.value.code == 403
    caught.value.close()


def test_a_worker_that_was_killed_is_replaced(stack: Stack) -> None:
    for name in ("scan_upload", "scanner"):
        before = stack.processes()[name]
        os.kill(before, signal.SIGKILL)
        _wait_until(lambda name=name, before=before: stack.processes().get(name, before) != before)
    _wait_until(lambda: set(stack.processes()) == EXPECTED)


def test_a_port_in_use_is_told(stack: Stack) -> None:
    done = _local("run", "--port", str(stack.port))
    assert (done.returncode, f"port {stack.port} is in use" in done.stderr) == (1, True)
    port = free_pair()
    with socket.create_server(("127.0.0.1", port + 1)):
        done = _local("run", "--port", str(port))
    assert (done.returncode, f"port {port + 1} is in use" in done.stderr) == (1, True)


@pytest.mark.parametrize("command", [("run",), ("token", "editor@acme.test")])
@pytest.mark.parametrize("port", ["80400", "abc"])
def test_what_is_no_port_is_one_sentence(command: tuple[str, ...], port: str) -> None:
    done = _local(*command, "--port", port)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"reef: '{port}' is no port")
    assert done.stderr.count("\n") == 1


def test_a_run_that_is_refused_leaves_the_logs_of_the_one_that_has_the_port(stack: Stack) -> None:
    logs = next(line for line in stack.output().splitlines() if "logs /" in line).split()[-1]
    assert (Path(logs) / "front.log").exists()
    command = [sys.executable, "-m", "local", "run", "--port", str(stack.port)]
    environment = os.environ | {"TMPDIR": str(Path(logs).parent)}
    assert subprocess.run(command, cwd=ROOT, env=environment, timeout=60).returncode == 1
    assert (Path(logs) / "front.log").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_when_the_run_ends(number: signal.Signals) -> None:
    with running_stack() as stack:
        children = stack.processes().values()
        assert all(_session(pid) for pid in children)
        stack.process.send_signal(number)
        assert stack.process.wait(20) == (-9 if number is signal.SIGKILL else 0)
        _wait_until(lambda: not any(_session(pid) for pid in children))


@pytest.mark.parametrize("seconds", [0.2, 1.0, 2.0])
def test_nothing_is_left_when_a_start_is_broken_off(seconds: float) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "local", "run", "--port", str(free_pair())],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    time.sleep(seconds)
    started = [int(pid) for pid in children.read_text().split()]
    process.terminate()
    assert process.wait(20) in (0, -signal.SIGTERM)
    _wait_until(lambda: not any(_session(pid) for pid in started))
