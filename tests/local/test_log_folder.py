"""Logs outlive their run, until the next one at the same port."""

import os
import tempfile
from pathlib import Path

import pytest

from local.log_folder import log_folder


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_a_run_finds_its_folder_empty(temporary: Path) -> None:
    folder = log_folder(8000)
    assert folder == temporary / "reef-logs-8000"
    assert folder.stat().st_mode & 0o777 == 0o700
    (folder / "front.log").write_text("old")
    (folder / "old").mkdir()
    (folder / "old" / "file").write_text("old")
    assert list(log_folder(8000).iterdir()) == []


def test_runs_at_other_ports_keep_their_logs() -> None:
    kept = log_folder(8000) / "front.log"
    kept.write_text("kept")
    assert log_folder(9000) != kept.parent
    assert kept.read_text() == "kept"


def test_a_folder_that_somebody_else_made_is_left_alone(temporary: Path) -> None:
    theirs = temporary / "theirs"
    theirs.mkdir()
    (theirs / "file").write_text("kept")
    (temporary / "reef-logs-8000").symlink_to(theirs)
    assert log_folder(8000) not in (theirs, temporary / "reef-logs-8000")
    assert (theirs / "file").read_text() == "kept"


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder to another user")
def test_a_folder_of_another_user_is_left_alone(temporary: Path) -> None:
    (temporary / "reef-logs-8000").mkdir()
    os.chown(temporary / "reef-logs-8000", 65_534, 65_534)
    assert log_folder(8000).name.startswith("reef-logs-8000-")
