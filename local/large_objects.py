"""Keeps moto's large objects on disk all the way, where it takes several copies into memory."""

import hashlib
import io
import mmap
import tempfile
from collections.abc import Iterator
from typing import Any

from moto.s3.exceptions import EntityTooSmall, InvalidPart, MalformedXML
from moto.s3.models import FakeKey, FakeMultipart, MultipartChecksumBuilder

IN_MEMORY_BYTES = 1024 * 1024
"""The size up to which an object stays in memory; that of thumbnails, not of photos."""

_LEAST_PART_BYTES = 5 * 1024 * 1024
_PIECE_BYTES = 256 * 1024


def prepare() -> None:
    """Have this process's moto work so; call it before the first object comes."""
    tempfile.SpooledTemporaryFile = Spool  # type: ignore[assignment,misc]
    FakeKey.value = property(_value, FakeKey.value.fset)  # type: ignore[attr-defined,assignment,method-assign]
    FakeKey.__deepcopy__ = _listed  # type: ignore[attr-defined]
    FakeMultipart.complete = _complete  # type: ignore[assignment,method-assign]


class Spool(tempfile.SpooledTemporaryFile[bytes]):
    """A file that moves to disk before what is too large for memory is written, not after."""

    @property
    def is_on_disk(self) -> bool:
        """Whether it has moved."""
        return bool(self._rolled)  # type: ignore[attr-defined]

    def write(self, data: Any) -> int:
        """Write bytes."""
        if not self.is_on_disk and self.tell() + len(data) > self._max_size:  # type: ignore[attr-defined]
            self.rollover()
        return super().write(data)


class Map(mmap.mmap):
    """A file as bytes that are read where they are needed, and sent piece by piece."""

    def __iter__(self) -> Iterator[bytes]:  # type: ignore[override]
        """Give the bytes in pieces, as a body is sent; a map by itself gives each alone."""
        for start in range(0, len(self), _PIECE_BYTES):
            yield self[start : start + _PIECE_BYTES]


def _value(key: Any) -> bytes | Map:
    """Return the bytes of an object: a map of them where they are on disk."""
    with key.lock:
        spool = key._value_buffer
        if isinstance(spool, Spool) and spool.is_on_disk:
            spool.flush()
            return Map(spool.fileno(), 0, access=mmap.ACCESS_READ)
        spool.seek(0)
        content: bytes = spool.read()
        return content


def _listed(key: Any, _memo: dict[int, Any]) -> Any:
    """Copy an object for a list of versions, without its bytes.

    moto copies every object of the bucket for each such list; with the bytes, 500 uploads took
    over 20 GB.
    """
    _ = key.etag  # moto computes it from the bytes, once
    copy = object.__new__(FakeKey)
    own = {"_value_buffer": io.BytesIO(), "multipart": None, "disposed": True}
    copy.__dict__.update(key.__dict__ | own)
    return copy


def _complete(upload: Any, body: Iterator[tuple[int, str]]) -> tuple[Any, str, Any]:
    """Join the parts of an upload in a file, as moto does in memory.

    Returns:
        The bytes as a map of the file, the ETag, and the checksums, if any was asked for; the one
        that moto makes unasked takes the whole object into memory twice.
    """
    algorithm = upload.metadata.get("x-amz-checksum-algorithm")
    kind = upload.metadata.get("x-amz-checksum-type")
    checksums = MultipartChecksumBuilder(algorithm, kind) if algorithm else None
    digests, last = [], None
    with tempfile.TemporaryFile() as joined:
        for number, etag in body:
            part = upload.parts.get(number)
            if part is None or part.etag.strip('"') != etag.strip('"'):
                raise InvalidPart
            if last is not None and last.contentsize < _LEAST_PART_BYTES:
                raise EntityTooSmall
            digests.append(bytes.fromhex(part.etag.strip('"')))
            value = part.value
            joined.write(value)
            if checksums is not None:
                checksums.addPart(value)
            last = part
        if last is None:
            raise MalformedXML
        joined.flush()
        whole = Map(joined.fileno(), 0, access=mmap.ACCESS_READ) if joined.tell() else b""
    digest = hashlib.md5(b"".join(digests)).hexdigest()
    return whole, f"{digest}-{len(digests)}", checksums.build() if checksums is not None else None
