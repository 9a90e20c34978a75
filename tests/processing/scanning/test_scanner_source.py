"""Signatures are mirrored to a bucket, and taken from there before a scanner starts."""

from datetime import timedelta
from pathlib import Path

import pytest

from chalicelib.core import clock, settings, storage
from chalicelib.processing.scanning import scanner_source, signatures
from chalicelib.processing.scanning.scanner import ScannerUnavailable
from local import clamav
from tests.cloud import Cloud
from tests.shared import cloud

__all__ = ["cloud"]


def mirrored() -> list[str]:
    return storage.keys(settings.settings().signatures_bucket)


def test_a_refresh_mirrors_what_freshclam_found_and_when(cloud: Cloud, tmp_path: Path) -> None:
    storage.put(settings.settings().signatures_bucket, "leftover.txt", b"x", "a/b")
    now = clock.now()
    scanner_source.refresh(clamav.CONFIG, now, tmp_path / "refreshing")
    names = mirrored()
    assert signatures.CHECKED_AT in names
    assert "leftover.txt" not in names
    scanner_source.fetch(tmp_path / "taken")
    assert sorted(path.name for path in (tmp_path / "taken").iterdir()) == sorted(names)
    age = signatures.age(tmp_path / "taken", now + timedelta(hours=1))
    assert age is not None
    assert abs(age - timedelta(hours=1)) < timedelta(seconds=2)


def test_without_signatures_there_is_no_scanner(
    cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in mirrored():
        storage.delete(settings.settings().signatures_bucket, name)
    for name in ("REEF_CLAMD_SOCKET", "REEF_SIGNATURES_FOLDER"):
        monkeypatch.delenv(name, raising=False)
    settings.settings.cache_clear()
    try:
        with pytest.raises(ScannerUnavailable):
            scanner_source.scanner(tmp_path, ready_seconds=5)
    finally:
        scanner_source.stop()


def test_a_clamd_that_runs_beside_is_used_as_it_is(
    cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REEF_CLAMD_SOCKET", "/run/clamd")
    monkeypatch.setenv("REEF_SIGNATURES_FOLDER", str(tmp_path))
    settings.settings.cache_clear()
    try:
        assert scanner_source.scanner(tmp_path / "unused")
        assert not (tmp_path / "unused").exists()
    finally:
        monkeypatch.undo()
        settings.settings.cache_clear()
