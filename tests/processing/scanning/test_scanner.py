"""The verdict is clean only when a clamd with fresh signatures says so."""

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chalicelib.processing.scanning import clamd as clamds
from chalicelib.processing.scanning import signatures
from chalicelib.processing.scanning.clamd import Clamd
from chalicelib.processing.scanning.scanner import Scanner, ScannerUnavailable, Verdict
from tests import media_files

EICAR_NAME = "Eicar-Test-Signature.UNOFFICIAL"


def chunks_of(data: bytes, size: int = 50_000) -> Iterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


@contextmanager
def misbehaving(folder: Path, behave: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server on a unix socket that treats one connection as a test wants it."""
    path = str(folder / "fake.sock")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(path)
        listener.listen()

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                behave(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield path
        finally:
            thread.join(timeout=10)


def swallow(connection: socket.socket) -> None:
    """Read until the end of the stream's marker, four zero bytes."""
    received = b""
    while not received.endswith(b"\0\0\0\0"):
        received = (received + connection.recv(65_536))[-8:]


class TestWithRealClamd:
    @pytest.mark.parametrize("data", [b"", b"harmless", bytes(3_000_000), os.urandom(70_000)])
    def test_harmless_bytes_are_clean(self, scanner: Scanner, data: bytes) -> None:
        assert scanner.scan(chunks_of(data), 30) == Verdict("clean")

    def test_the_test_virus_is_found_and_named(self, scanner: Scanner) -> None:
        assert scanner.scan([media_files.eicar()], 30) == Verdict("infected", EICAR_NAME)

    def test_a_virus_behind_a_jpeg_is_found(self, scanner: Scanner, tmp_path: Path) -> None:
        jpeg = Path(media_files.image_file(tmp_path / "a.jpg")).read_bytes()
        assert scanner.scan([jpeg], 30).status == "clean"
        assert scanner.scan([jpeg, media_files.eicar()], 30).status == "infected"

    @pytest.mark.parametrize("depth", [1, 3, 12])
    def test_a_virus_in_nested_archives_is_found(self, scanner: Scanner, depth: int) -> None:
        packed = media_files.nested_zip("readme.txt", media_files.eicar(), depth)
        assert scanner.scan([packed], 30) == Verdict("infected", EICAR_NAME)

    def test_a_virus_in_a_docx_is_found(self, scanner: Scanner) -> None:
        assert scanner.scan([media_files.docx(b"harmless")], 30).status == "clean"
        assert scanner.scan([media_files.docx(media_files.eicar())], 30).status == "infected"

    def test_archives_nested_too_deeply_are_unscannable_every_time(self, scanner: Scanner) -> None:
        packed = media_files.nested_zip("deep.txt", os.urandom(20), 30)
        expected = Verdict("unscannable", "Heuristics.Limits.Exceeded.MaxRecursion")
        assert [scanner.scan([packed], 30) for _ in range(2)] == [expected] * 2

    def test_all_of_debians_test_files_are_found(self, scanner: Scanner) -> None:
        files = sorted(Path("/usr/share/clamav-testfiles").glob("clam*"))
        missed = [f.name for f in files if scanner.scan([f.read_bytes()], 30).status != "infected"]
        assert missed == []

    def test_what_exceeds_the_scan_size_is_unscannable(self, short_folder: Path) -> None:
        with self.limited(short_folder, MaxScanSize=1_000_000, MaxFileSize=1_000_000) as scanner:
            bomb = media_files.nested_zip("zeros", bytes(20_000_000))
            assert scanner.scan([bomb], 30).status == "unscannable"
            assert scanner.scan(chunks_of(os.urandom(1_500_000)), 30).status == "unscannable"

    def test_a_stream_over_clamds_limit_is_unscannable(self, short_folder: Path) -> None:
        with self.limited(short_folder, StreamMaxLength=100_000) as scanner:
            found = scanner.scan(chunks_of(bytes(5_000_000)), 30)
        assert found == Verdict("unscannable", "Heuristics.Limits.Exceeded.StreamMaxLength")

    def test_chunks_of_any_size_arrive_whole(self, scanner: Scanner) -> None:
        virus = media_files.eicar()
        stream = [b"", bytes(200_000), virus[:7], b"", virus[7:], bytes(65_537)]
        assert scanner.scan(stream, 30).status == "infected"

    def test_an_error_of_the_source_is_passed_on(self, scanner: Scanner) -> None:
        def broken() -> Iterator[bytes]:
            yield bytes(100_000)
            raise ConnectionError("the bucket went away")

        with pytest.raises(ConnectionError, match="bucket"):
            scanner.scan(broken(), 30)

    @contextmanager
    def limited(self, folder: Path, **limits: int) -> Iterator[Scanner]:
        """A scanner on a clamd of its own, with smaller limits."""
        from local import clamav

        clamav.refresh(folder / "signatures")
        settings = {**clamds.SETTINGS, **limits}
        with clamds.start(folder, folder / "signatures", settings=settings) as running:
            yield Scanner(running.socket, running.signatures)


class TestWithoutAWorkingClamd:
    def scanner(self, path: str, clamd: Clamd) -> Scanner:
        return Scanner(path, clamd.signatures)

    def test_no_socket_is_unavailable(self, clamd: Clamd, short_folder: Path) -> None:
        with pytest.raises(ScannerUnavailable, match="reached"):
            self.scanner(str(short_folder / "none.sock"), clamd).scan([b"x"], 5)

    def test_a_stopped_clamd_is_unavailable(self, own_clamd: Clamd) -> None:
        own_clamd.stop()
        with pytest.raises(ScannerUnavailable, match="reached"):
            Scanner(own_clamd.socket, own_clamd.signatures).scan([b"x"], 5)

    def test_a_socket_that_nobody_listens_on_is_unavailable(self, own_clamd: Clamd) -> None:
        own_clamd.process.kill()
        own_clamd.process.wait()
        with pytest.raises(ScannerUnavailable, match="reached"):
            Scanner(own_clamd.socket, own_clamd.signatures).scan([b"x"], 5)

    def test_a_clamd_killed_in_the_middle_is_unavailable(self, own_clamd: Clamd) -> None:
        def deadly() -> Iterator[bytes]:
            yield bytes(1_000_000)
            own_clamd.process.kill()
            own_clamd.process.wait()
            yield bytes(1_000_000)

        with pytest.raises(ScannerUnavailable):
            Scanner(own_clamd.socket, own_clamd.signatures).scan(deadly(), 10)

    def test_a_clamd_killed_after_the_last_byte_is_unavailable(self, own_clamd: Clamd) -> None:
        def deadly() -> Iterator[bytes]:
            yield media_files.eicar()
            os.kill(own_clamd.process.pid, signal.SIGSTOP)
            threading.Timer(0.3, own_clamd.process.kill).start()

        with pytest.raises(ScannerUnavailable):
            Scanner(own_clamd.socket, own_clamd.signatures).scan(deadly(), 10)

    def test_a_frozen_clamd_is_unavailable_at_the_deadline(self, own_clamd: Clamd) -> None:
        os.kill(own_clamd.process.pid, signal.SIGSTOP)
        began = time.monotonic()
        with pytest.raises(ScannerUnavailable, match="time"):
            Scanner(own_clamd.socket, own_clamd.signatures).scan(chunks_of(bytes(9_000_000)), 0.5)
        assert time.monotonic() - began < 3
        own_clamd.process.kill()

    @pytest.mark.parametrize(
        "reply",
        [
            b"",
            b"stream: OK",
            b"stream: OK\0",
            b" stream: OK\n",
            b"stream: OK\nstream: OK\n",
            b"stream: OK\nstream: Worm FOUND\n",
            b"OK\n",
            b"1: stream: OK\n",
            b"stream: not OK\n",
            b"stream: Can't allocate memory ERROR\n",
            b"COMMAND READ TIMED OUT\n",
            b"UNKNOWN COMMAND\n",
            b"\xff\xfe\x00garbage",
            b"HTTP/1.1 200 OK\r\n\r\n",
            b"stream: OK\n" * 1000,
        ],
    )
    def test_any_other_reply_is_no_verdict(
        self, clamd: Clamd, short_folder: Path, reply: bytes
    ) -> None:
        def answer(connection: socket.socket) -> None:
            swallow(connection)
            connection.sendall(reply)

        with misbehaving(short_folder, answer) as path, pytest.raises(ScannerUnavailable):
            self.scanner(path, clamd).scan([b"x"], 5)

    def test_ok_before_the_end_of_the_stream_is_no_verdict(
        self, clamd: Clamd, short_folder: Path
    ) -> None:
        def hasty(connection: socket.socket) -> None:
            connection.recv(10)
            connection.sendall(b"stream: OK\n")

        with misbehaving(short_folder, hasty) as path, pytest.raises(ScannerUnavailable):
            self.scanner(path, clamd).scan(chunks_of(bytes(9_000_000)), 5)

    def test_closing_in_the_middle_without_a_reply_is_unavailable(
        self, clamd: Clamd, short_folder: Path
    ) -> None:
        def leave(connection: socket.socket) -> None:
            connection.recv(10)

        with misbehaving(short_folder, leave) as path, pytest.raises(ScannerUnavailable):
            self.scanner(path, clamd).scan(chunks_of(bytes(9_000_000)), 5)

    def test_a_reply_that_drips_is_cut_off_at_the_deadline(
        self, clamd: Clamd, short_folder: Path
    ) -> None:
        def drip(connection: socket.socket) -> None:
            swallow(connection)
            for byte in b"stream: OK\n":
                try:
                    connection.sendall(bytes([byte]))
                except OSError:
                    return
                time.sleep(0.2)

        began = time.monotonic()
        with misbehaving(short_folder, drip) as path, pytest.raises(ScannerUnavailable):
            self.scanner(path, clamd).scan([b"x"], 0.7)
        assert time.monotonic() - began < 4

    def test_a_slow_source_is_cut_off_at_the_deadline(self, scanner: Scanner) -> None:
        def slow() -> Iterator[bytes]:
            while True:
                time.sleep(0.1)
                yield b"x"

        with pytest.raises(ScannerUnavailable, match="time"):
            scanner.scan(slow(), 0.5)


class TestSignatures:
    @pytest.mark.parametrize("hours", [24.1, 100, -1])
    def test_signatures_too_old_or_from_the_future_are_unavailable(
        self, clamd: Clamd, hours: float
    ) -> None:
        def later() -> datetime:
            return datetime.now(UTC) + timedelta(hours=hours)

        with pytest.raises(ScannerUnavailable, match="signatures"):
            Scanner(clamd.socket, clamd.signatures, later).scan([b"x"], 5)

    def test_signatures_of_yesterday_will_do(self, clamd: Clamd) -> None:
        def later() -> datetime:
            return datetime.now(UTC) + timedelta(hours=23)

        assert Scanner(clamd.socket, clamd.signatures, later).scan([b"x"], 5).status == "clean"

    def test_missing_signatures_are_unavailable(self, clamd: Clamd, tmp_path: Path) -> None:
        for folder in (tmp_path / "none", tmp_path):
            with pytest.raises(ScannerUnavailable, match="signatures"):
                Scanner(clamd.socket, folder).scan([b"x"], 5)

    def test_a_check_without_signatures_is_unavailable(self, clamd: Clamd, tmp_path: Path) -> None:
        signatures.record_check(tmp_path, datetime.now(UTC))
        with pytest.raises(ScannerUnavailable, match="signatures"):
            Scanner(clamd.socket, tmp_path).scan([b"x"], 5)
