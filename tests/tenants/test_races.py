"""What must be exact under concurrency is exact, on DynamoDB Local."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

from local import dynamodb
from local.functions import ROOT

pytestmark = pytest.mark.xdist_group("dynamodb-local")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A DynamoDB Local of its own."""
    number = free_port()
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(dynamodb.command(number), **quiet) as process:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            assert process.poll() is None, "DynamoDB Local has ended"
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", number)) == 0:
                    break
            time.sleep(0.1)
        yield number
        process.terminate()


@pytest.fixture(scope="module")
def outcome(port: int) -> dict[str, Any]:
    environment = os.environ | {"AWS_ENDPOINT_URL_DYNAMODB": f"http://127.0.0.1:{port}"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.tenants.races"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_of_sixteen_admins_who_all_leave_at_once_one_stays(outcome: dict[str, Any]) -> None:
    assert outcome["last_admin"] == {
        "ended": {"done": 15, "last_admin": 1},
        "left": 1,
        "counted": 1,
        "records": 15,
        "records_of_who_is_left": 0,
    }


def test_a_quota_is_exact_however_many_ask_at_once(outcome: dict[str, Any]) -> None:
    assert outcome["quota"] == {
        "ended": {"done": 100, "quota_exceeded": 100},
        "storage_bytes": 1000,
        "assets": 100,
        "reservations": 100,
    }


def test_a_reservation_is_given_back_once(outcome: dict[str, Any]) -> None:
    assert outcome["cancelled"] == {
        "ended": {"done": 16},
        "storage_bytes": 7,
        "assets": 1,
        "reservations": 1,
    }


def test_a_chain_of_seals_has_no_fork_and_covers_each_record_once(outcome: dict[str, Any]) -> None:
    # The tenant's creation went through no dispatcher.
    assert outcome["sealed"] == {"seals": True, "covered": 120, "faults": ["was never sealed"]}
