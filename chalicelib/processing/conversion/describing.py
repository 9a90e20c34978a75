"""Writing what is said of an asset into a copy of its picture; in the sandbox."""

import shutil
from typing import BinaryIO, cast

import msgspec

from chalicelib.processing.media.embedded_metadata import mapping, writing
from chalicelib.processing.media.embedded_metadata.mapping import Said
from chalicelib.processing.media.pictures.formats import jpeg, noting, png, webp
from chalicelib.processing.media.pictures.formats.parts import Assembled, Notes, NotShown
from chalicelib.processing.problems import Unreadable

_TAKEN_APART = {
    "image/jpeg": jpeg.take_apart,
    "image/png": png.take_apart,
    "image/webp": webp.take_apart,
}
_ROOM = noting.LONGEST_SEGMENT - 100
"""What a JPEG's segment leaves for a block, beside the words by which it is known."""


class Size(msgspec.Struct, frozen=True):
    """The size of a picture, in pixels."""

    width: int
    height: int


def write_copy(source: str, content_type: str, said: Said, target: str) -> Size:
    """Write a copy of a picture that says of itself what is said of its asset.

    The picture data stay as they are, byte by byte.

    Args:
        source: where the picture is.
        content_type: its type, one of `noting.WRITERS`.
        said: what is said.
        target: where to write to.

    Raises:
        Unreadable: the file cannot be taken apart.
    """
    with open(source, "rb") as file:
        try:
            taken = _TAKEN_APART[content_type](file)
            notes = _notes(taken.notes, said, content_type)
            pieces = noting.WRITERS[content_type](file, notes)
        except NotShown:
            raise Unreadable("The file cannot be taken apart.") from None
        with open(target, "wb") as copy:
            shutil.copyfileobj(cast(BinaryIO, Assembled(file, pieces)), copy, 1024 * 1024)
    return Size(taken.width, taken.height)


def _notes(before: Notes, said: Said, content_type: str) -> Notes:
    """Return what a file says of itself afterwards, as much of it as it has room for."""
    longest = _ROOM if content_type == "image/jpeg" else 10 * noting.LONGEST_SEGMENT
    packet, less, old = writing.xmp_packet(before.xmp, said), said, before.xmp
    while len(packet) > longest:
        if old:
            old = b""
        else:
            less = mapping.smaller(less)
        packet = writing.xmp_packet(old, less)
    block = writing.iptc_block(before.iptc, said)
    if len(block) > _ROOM:
        block = writing.iptc_block(b"", said)
    return Notes(exif=writing.exif_block(before.exif, said, _ROOM), iptc=block, xmp=packet)
