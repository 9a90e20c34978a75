"""One pass over an upload's bytes: what they are, and what the scanner says of them.

A scan begins only where there is time for its end: a scanner that is still loading its signatures
goes on doing so, and the upload comes again.
"""

import hashlib
import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING

from chalicelib.assets.faces import Scan
from chalicelib.assets.upload_models import Upload
from chalicelib.core import clock, entrypoint
from chalicelib.core.entrypoint import RetryLater
from chalicelib.core.settings import settings
from chalicelib.processing import arrivals

if TYPE_CHECKING:
    from chalicelib.processing.scanning.scanner import Scanner

log = logging.getLogger(__name__)

_HEAD_BYTES = 1024 * 1024
_SCAN_SECONDS = {False: 100.0, True: 720.0}
"""How long a scan may take, of a large upload or not."""
_START_SECONDS = 180.0
"""How long a scanner may take to fetch its signatures and to load them."""
_SPARE_SECONDS = {False: 20.0, True: 60.0}
"""What a function keeps of its time for what follows a verdict: above all, a copy within S3."""
_STARTING_SECONDS = 15
"""When an upload comes again whose scanner was still loading its signatures."""


class Reading:
    """One pass over the bytes: hands them on, and learns size, sha256 and head meanwhile."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._hash = hashlib.sha256()
        self.size_bytes = 0
        self.head = b""

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self._hash.update(chunk)
            self.size_bytes += len(chunk)
            if len(self.head) < _HEAD_BYTES:
                self.head += chunk[: _HEAD_BYTES - len(self.head)]
            yield chunk

    def exhaust(self) -> None:
        """Read what nobody else has read."""
        for _ in self:
            continue

    @property
    def sha256(self) -> str:
        """The digest of what has been read."""
        return self._hash.hexdigest()


def scanner_for(upload: Upload) -> "Scanner | None":
    """Return the scanner, which a cold start has to begin with; None where none can be had.

    Raises:
        RetryLater: it is still loading its signatures, and there would be no time left to scan.
    """
    return None if _is_skipped(upload) else scanner_of(upload.declared.size_bytes)


def scanner_of(size_bytes: int) -> "Scanner | None":
    """Return the scanner for so many bytes, as `scanner_for` does.

    Raises:
        RetryLater: as `scanner_for`.
    """
    from chalicelib.processing.scanning import scanner_source
    from chalicelib.processing.scanning.scanner import ScannerStarting, ScannerUnavailable

    large = _is_large(size_bytes)
    left = entrypoint.remaining_seconds() - _SPARE_SECONDS[large] - _SCAN_SECONDS[large]
    try:
        return scanner_source.scanner(ready_seconds=min(_START_SECONDS, left))
    except ScannerStarting as starting:
        raise RetryLater(f"the scanner is starting: {starting}", _STARTING_SECONDS) from starting
    except ScannerUnavailable as error:
        log.warning("scanner unavailable", extra={"reason": str(error)})
        return None


def scan(upload: Upload, reading: Reading, scanner: "Scanner | None") -> Scan | None:
    """Scan; None where the scanner cannot answer. Only a deployment may leave the scan out."""
    if _is_skipped(upload):
        reading.exhaust()
        return Scan(status="skipped")
    return verdict_of(upload.declared.size_bytes, reading, scanner)


def verdict_of(size_bytes: int, reading: Reading, scanner: "Scanner | None") -> Scan | None:
    """Scan so many bytes; None where the scanner cannot answer."""
    from chalicelib.processing.scanning.scanner import ScannerUnavailable

    if scanner is None:
        return None
    large = _is_large(size_bytes)
    left = entrypoint.remaining_seconds() - _SPARE_SECONDS[large]
    try:
        verdict = scanner.scan(reading, min(_SCAN_SECONDS[large], left))
    except ScannerUnavailable as error:
        log.warning("scanner unavailable", extra={"reason": str(error)})
        return None
    if verdict.status == "clean":
        reading.exhaust()
    return Scan(
        status=verdict.status,
        signature=verdict.signature,
        scanned_at=clock.timestamp(clock.now()),
    )


def _is_skipped(upload: Upload) -> bool:
    effective = settings()
    wanted = effective.virus_scan_enabled and upload.declared.virus_scan
    return effective.allow_unscanned and not wanted


def _is_large(size_bytes: int) -> bool:
    return size_bytes > arrivals.LARGE_ABOVE_BYTES
