"""A full disk is told once, and refused with what can be done."""

import errno
import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from local.room import LEAST_BYTES, DiskFull, Room, is_missing


def test_the_user_is_told_once_when_the_disk_is_full_and_once_when_it_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = SimpleNamespace(free=LEAST_BYTES)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: disk)
    room = Room(tmp_path)
    assert room.change() is None
    disk.free = LEAST_BYTES - 1
    told = room.change()
    assert told is not None
    assert told.startswith(f"the disk is full at {tmp_path.parent}")
    assert room.change() is None
    disk.free = LEAST_BYTES
    told = room.change()
    assert told is not None
    assert told.startswith("there is room")
    assert room.change() is None


def test_the_answer_is_a_problem_that_says_what_to_do() -> None:
    answer = DiskFull().answer()
    problem = json.loads(b"".join(answer.body))
    assert (answer.status, problem["status"], problem["code"]) == (507, 507, "disk_full")
    assert dict(answer.headers)["Content-Type"] == "application/problem+json"
    assert "Make room" in problem["detail"]


def test_only_a_full_disk_or_share_of_it_is_missing_room() -> None:
    assert is_missing(OSError(errno.ENOSPC, "full"))
    assert is_missing(OSError(errno.EDQUOT, "share used up"))
    assert not is_missing(OSError(errno.EIO, "broken"))
