"""Formats that go to their decoder as they are: TIFF, BMP, ICO, JPEG 2000, AVIF and HEIC."""

from collections.abc import Callable
from typing import Any, BinaryIO

from PIL import Image
from PIL.ImageFile import ImageFile

from chalicelib.processing.media import optional
from chalicelib.processing.media.pictures.formats import boxes, parts, photoshop
from chalicelib.processing.media.pictures.formats.parts import Colours, Notes, Parts, Piece, Span

_XMP, _IPTC, _RESOURCES, _ICC = 700, 33723, 34377, 34675
_EXIF_MARK = b"Exif\0\0"


def taker(format_name: str) -> Callable[[BinaryIO], Parts]:
    """Return what takes apart files of one of Pillow's formats, given its name there."""
    read = {"TIFF": _tiff, "JPEG2000": _jpeg2000, "AVIF": _boxed, "HEIF": _boxed}.get(
        format_name, _bare
    )

    def take_apart(file: BinaryIO) -> Parts:
        pieces: list[Piece] = [Span(0, parts.size_of(file))]
        source: Any = parts.Assembled(file, pieces)
        with Image.open(source, formats=(format_name,)) as image:
            notes, colours = read(file, image)
            return Parts(
                width=image.width,
                height=image.height,
                still=pieces,
                frames=_frames(image),
                duration_ms=boxes.duration_ms(file) if format_name == "AVIF" else 0,
                is_turned=format_name == "AVIF",
                is_paged=format_name == "TIFF",
                notes=notes,
                colours=colours,
            )

    return take_apart


def _frames(image: ImageFile) -> int:
    return optional.read(lambda: int(getattr(image, "n_frames", 1)), 1)


def _bare(_: BinaryIO, __: ImageFile) -> tuple[Notes, Colours]:
    return Notes(), Colours()


def _boxed(file: BinaryIO, image: ImageFile) -> tuple[Notes, Colours]:
    notes = Notes(
        exif=_block(image.info.get("exif")).removeprefix(_EXIF_MARK),
        xmp=_packet(_block(image.info.get("xmp"))),
    )
    colours = boxes.colours_of(file)
    colours.icc = colours.icc or _block(image.info.get("icc_profile"))
    return notes, colours


def _packet(block: bytes) -> bytes:
    """Return a packet of XMP; some files label other notes so."""
    return block if b"<" in block[:256] else b""


def _jpeg2000(file: BinaryIO, _: ImageFile) -> tuple[Notes, Colours]:
    return boxes.notes_of(file), boxes.colours_of(file)


def _tiff(file: BinaryIO, image: ImageFile) -> tuple[Notes, Colours]:
    tags: Any = getattr(image, "tag_v2", {})
    iptc = _block(optional.read(lambda: tags.get(_IPTC), None))
    resources = _block(optional.read(lambda: tags.get(_RESOURCES), None))
    exif = parts.mapped(file)
    notes = Notes(
        exif=exif if exif[:4] in (b"II*\0", b"MM\0*") else b"",
        iptc=photoshop.iptc_of(iptc) or photoshop.iptc_of(resources),
        xmp=_block(optional.read(lambda: tags.get(_XMP), None)),
    )
    return notes, Colours(icc=_block(optional.read(lambda: tags.get(_ICC), None)))


def _block(value: object) -> bytes:
    """Return a note as bytes; some programs write IPTC's as numbers of 32 bits."""
    if isinstance(value, bytes):
        return value if len(value) <= parts.LONGEST_NOTE_BYTES else b""
    if isinstance(value, tuple) and all(isinstance(one, int) for one in value):
        return b"".join(one.to_bytes(4, "little") for one in value if 0 <= one < 1 << 32)
    return b""
