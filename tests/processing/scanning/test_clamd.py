"""Starting and ending a real clamd."""

from pathlib import Path

import pytest

from chalicelib.processing.scanning import clamd
from chalicelib.processing.scanning.clamd import ClamdFailed
from local import clamav


def test_a_started_clamd_answers_and_a_stopped_one_is_gone(short_folder: Path) -> None:
    running = clamav.start(short_folder)
    assert running.is_running()
    assert clamd.answers(running.socket)
    assert Path(running.signatures).is_dir()
    running.stop()
    running.stop()
    assert running.process.poll() is not None
    assert not running.is_running()
    assert not Path(running.socket).exists()


def test_a_killed_clamds_socket_does_not_hinder_the_next(short_folder: Path) -> None:
    first = clamav.start(short_folder)
    first.process.kill()
    first.process.wait()
    with clamav.start(short_folder) as second:
        assert second.is_running()


def test_a_long_path_gets_its_socket_elsewhere(tmp_path: Path) -> None:
    with clamav.start(tmp_path / ("deep" * 25)) as running:
        assert running.is_running()
        assert len(running.socket) <= clamd.LONGEST_SOCKET_PATH
        elsewhere = Path(running.socket).parent
    assert not elsewhere.exists()


def test_without_signatures_it_fails_and_leaves_nothing(short_folder: Path) -> None:
    empty = short_folder / "signatures"
    empty.mkdir()
    with pytest.raises(ClamdFailed, match="database"):
        clamd.start(short_folder, empty)
    assert not (short_folder / "clamd.sock").exists()


def test_it_is_told_to_report_what_it_did_not_look_at() -> None:
    assert clamd.SETTINGS["AlertExceedsMax"] == "yes"
    assert clamd.SETTINGS["ScanImageFuzzyHash"] == "no"
    assert clamd.SETTINGS["StreamMaxLength"] == 2**31 - 1
