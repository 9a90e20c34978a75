"""Signatures come through a real freshclam, and only a successful check makes them fresh."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chalicelib.processing.scanning import signatures
from chalicelib.processing.scanning.signatures import Freshclam, SignaturesNotRefreshed
from local import clamav

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)


def test_a_refresh_fetches_the_shipped_files_and_records_the_time(tmp_path: Path) -> None:
    signatures.refresh(tmp_path, clamav.CONFIG, lambda: NOW)
    for shipped in clamav.SHIPPED:
        assert (tmp_path / shipped.name).read_bytes() == shipped.read_bytes()
    assert signatures.age(tmp_path, NOW + timedelta(hours=3)) == timedelta(hours=3)


def test_a_second_refresh_makes_unchanged_signatures_fresh_again(tmp_path: Path) -> None:
    signatures.refresh(tmp_path, clamav.CONFIG, lambda: NOW)
    signatures.refresh(tmp_path, clamav.CONFIG, lambda: NOW + timedelta(hours=6))
    assert signatures.age(tmp_path, NOW + timedelta(hours=6)) == timedelta(0)


def test_a_failed_refresh_leaves_signatures_and_age_alone(tmp_path: Path) -> None:
    signatures.refresh(tmp_path, clamav.CONFIG, lambda: NOW)
    missing = Freshclam(custom_urls=((tmp_path / "missing.ndb").as_uri(),))
    with pytest.raises(SignaturesNotRefreshed):
        signatures.refresh(tmp_path, missing, lambda: NOW + timedelta(days=2))
    assert signatures.age(tmp_path, NOW + timedelta(days=2)) == timedelta(days=2)


def test_a_broken_database_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "source" / "reef.ndb"
    broken.parent.mkdir()
    broken.write_text("not:a:signature\n")
    folder = tmp_path / "signatures"
    with pytest.raises(SignaturesNotRefreshed):
        signatures.refresh(folder, Freshclam(custom_urls=(broken.as_uri(),)), lambda: NOW)
    assert signatures.age(folder, NOW) is None


def test_a_missing_freshclam_is_a_failed_refresh(tmp_path: Path) -> None:
    with pytest.raises(SignaturesNotRefreshed):
        signatures.refresh(tmp_path, Freshclam(program="/nonexistent/freshclam"))


@pytest.mark.parametrize("text", ["", "yesterday", "2026-05-01T12:00:00", "\0"])
def test_an_unreadable_record_is_no_age(tmp_path: Path, text: str) -> None:
    (tmp_path / "reef.ndb").write_text("")
    (tmp_path / signatures.CHECKED_AT).write_text(text)
    assert signatures.age(tmp_path, NOW) is None


def test_a_record_of_the_future_is_no_age(tmp_path: Path) -> None:
    (tmp_path / "reef.ndb").write_text("")
    signatures.record_check(tmp_path, NOW + timedelta(hours=1))
    assert signatures.age(tmp_path, NOW) is None


def test_no_shipped_file_holds_the_test_virus_in_plain_form() -> None:
    for shipped in clamav.SHIPPED:
        assert b"EICAR-STANDARD" not in shipped.read_bytes()
