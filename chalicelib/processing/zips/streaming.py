"""Writing a zip of any size to S3 while it is made, in the memory of two of its parts."""

import io
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from chalicelib.core import storage
from chalicelib.core.storage import ObjectGone

PART_BYTES = 16 * 1024 * 1024
"""S3 takes 10,000 parts of at least 5 MiB; fewer and larger ones cost less."""

PIECE_BYTES = 8 * 1024 * 1024
"""How much of a file is read at once."""


class Overtaken(Exception):
    """Another run has taken the work over; this one's bytes are gone."""


class Entry(NamedTuple):
    """A file that goes into a zip, and where its bytes are."""

    name: str
    bucket: str
    key: str
    size_bytes: int
    modified_at: datetime


def write(
    bucket: str,
    key: str,
    entries: Sequence[Entry],
    note: Callable[[Sequence[Entry]], tuple[str, str] | None],
    progress: Callable[[int], None],
) -> Sequence[Entry]:
    """Write a zip to an object; what an earlier run has left of it is aborted first.

    Media are stored as they are, for they are compressed already.

    Args:
        bucket: where to.
        key: as what.
        entries: the files, in their order.
        note: gives name and text of a file to add at the end, from the entries that are gone.
        progress: is told how many bytes were read since it was told last.

    Returns:
        The entries whose bytes are gone.

    Raises:
        Overtaken: another run writes the same object.
    """
    storage.abort_every_multipart(bucket, key)
    target = _Parts(bucket, key)
    gone: list[Entry] = []
    with ZipFile(target, "w", ZIP_STORED) as archive:
        try:
            for entry in entries:
                if not _add(archive, entry, progress):
                    gone.append(entry)
            if (added := note(gone)) is not None:
                archive.writestr(_info(added[0], datetime.now(UTC)), added[1])
        except BaseException:
            target.abort()  # so that the directory, which leaving writes, goes nowhere
            raise
    target.complete()
    return gone


def _add(archive: ZipFile, entry: Entry, progress: Callable[[int], None]) -> bool:
    """Add one file; False where its bytes are gone."""
    pieces = (
        storage.read_range(
            entry.bucket, entry.key, begin, min(PIECE_BYTES, entry.size_bytes - begin)
        )
        for begin in range(0, entry.size_bytes, PIECE_BYTES)
    )
    try:
        first = next(pieces, b"")
    except ObjectGone:
        return False
    info = _info(entry.name, entry.modified_at)
    info.file_size = entry.size_bytes  # says beforehand whether it needs ZIP64
    with archive.open(info, "w") as file:
        for piece in _rest(first, pieces):
            file.write(piece)
            progress(len(piece))
    return True


def _rest(first: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from pieces


def _info(name: str, modified_at: datetime) -> ZipInfo:
    info = ZipInfo(name, modified_at.timetuple()[:6])
    info.external_attr = 0o644 << 16  # a file that everybody may read
    return info


class _Parts(io.RawIOBase):
    """What is written to it becomes the parts of one object; there is no way back in it."""

    def __init__(self, bucket: str, key: str) -> None:
        super().__init__()
        self._place = (bucket, key)
        self._upload = storage.start_multipart(bucket, key, ContentType="application/zip")
        self._sent: list[storage.PartName] = []
        self._waiting = bytearray()
        self._aborted = False

    def writable(self) -> bool:
        """Return that it takes bytes."""
        return True

    def write(self, data: Any) -> int:
        """Take bytes; send those that fill a part."""
        if not self._aborted:
            self._waiting += data
            while len(self._waiting) >= PART_BYTES:
                self._send(PART_BYTES)
        return len(data)

    def complete(self) -> None:
        """Make one object of the parts."""
        self._send(len(self._waiting))
        try:
            storage.complete_multipart(*self._place, self._upload, self._sent)
        except ObjectGone:
            raise Overtaken from None

    def abort(self) -> None:
        """Forget the parts, and whatever is still written."""
        self._aborted = True
        storage.abort_multipart(*self._place, self._upload)

    def _send(self, size_bytes: int) -> None:
        data = bytes(self._waiting[:size_bytes])
        try:
            part = storage.put_part(*self._place, self._upload, len(self._sent) + 1, data)
        except ObjectGone:
            raise Overtaken from None
        self._sent.append(part)
        del self._waiting[:size_bytes]
