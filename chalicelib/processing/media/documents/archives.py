"""Zip archives: what is in them, and members read so that none can blow up."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from chalicelib.processing.media.documents import text_files
from chalicelib.processing.media.documents.document import Document
from chalicelib.processing.problems import TooLargeToDecode, Unreadable

MOST_MEMBERS = 200_000
MOST_MEMBER_BYTES = 64 * 1024**2
"""How much of a member is unpacked; nothing that a person wrote is longer."""

_LISTED = 1_000
_UTF8_FLAG, _ENCRYPTED_FLAG = 0x800, 0x1
_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    OSError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    LookupError,
)
"""What zipfile raises on damaged or encrypted archives."""


@contextmanager
def opened(path: str) -> Iterator[zipfile.ZipFile]:
    """Open an archive, and turn its errors into problems.

    Raises:
        Unreadable: it is damaged.
        TooLargeToDecode: it has more than `MOST_MEMBERS`.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            if len(archive.filelist) > MOST_MEMBERS:
                raise TooLargeToDecode("The archive has too many files in it.")
            yield archive
    except _ERRORS as broken:
        raise Unreadable("The archive is damaged or incomplete.") from broken


def names(archive: zipfile.ZipFile) -> set[str]:
    """Return the names of an archive's members."""
    return {info.filename for info in archive.filelist}


def stream(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    """Open a member for reading; it ends after `MOST_MEMBER_BYTES`, whatever it says."""
    limited: IO[bytes] = io.BufferedReader(_Limited(archive.open(name)))
    return limited


def content(archive: zipfile.ZipFile, name: str, limit: int) -> bytes:
    """Return a member's content; empty where there is none, or more than a limit."""
    if name not in archive.NameToInfo:
        return b""
    with archive.open(name) as member:
        data = member.read(limit + 1)
    return data if len(data) <= limit else b""


def listing(path: str) -> Document:
    """List an archive's files with their sizes.

    Raises:
        Unreadable, TooLargeToDecode: as `opened`.
    """
    with opened(path) as archive:
        members = [info for info in archive.filelist if not info.is_dir()]
        shown = _readable(members[:_LISTED])
        unpacked = sum(max(0, info.file_size) for info in members)
        rows = [
            [name, _size(info.file_size)]
            for name, info in zip(shown, members[:_LISTED], strict=True)
        ]
        return Document(
            text=text_files.clipped("\n".join(shown)),
            rows=rows,
            counts={"members": len(members), "unpacked_bytes": min(unpacked, 1 << 62)},
            encrypted=any(info.flag_bits & _ENCRYPTED_FLAG for info in members),
        )


def _readable(members: list[zipfile.ZipInfo]) -> list[str]:
    """Return names; those that do not say to be UTF-8 are in one encoding, which has to be told."""
    raw = [
        info.orig_filename.encode("utf-8" if info.flag_bits & _UTF8_FLAG else "cp437", "replace")
        for info in members
    ]
    old = [name for name, info in zip(raw, members, strict=True) if not info.flag_bits & _UTF8_FLAG]
    encoding = text_files.decoded(b"\n".join(old))[1] if old else "utf-8"
    if encoding == text_files.UNKNOWN:
        encoding = "cp437"
    return [
        name.decode("utf-8" if info.flag_bits & _UTF8_FLAG else encoding, "replace")
        for name, info in zip(raw, members, strict=True)
    ]


def _size(length: int) -> str:
    amount = float(length)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            return f"{amount:.0f} {unit}" if unit == "B" or amount >= 10 else f"{amount:.1f} {unit}"
        amount /= 1000
    return ""


class _Limited(io.RawIOBase):
    def __init__(self, member: IO[bytes]) -> None:
        self._member, self._left = member, MOST_MEMBER_BYTES

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: object, /) -> int:
        """Read the next bytes, none beyond the limit."""
        room = memoryview(buffer)  # type: ignore[arg-type]
        data = self._member.read(min(len(room), self._left))
        room[: len(data)] = data
        self._left -= len(data)
        return len(data)
