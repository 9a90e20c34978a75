"""The thumbnails of any file: what it shows, or where that cannot be had, its type's card."""

from PIL import Image

from chalicelib.assets import media_types
from chalicelib.processing.media import cards
from chalicelib.processing.media.audio_video import audio, streams, video
from chalicelib.processing.media.documents import pdf, reading, sheets
from chalicelib.processing.media.documents.pdf import Encrypted
from chalicelib.processing.media.pictures import encoding, images, vector
from chalicelib.processing.media.pictures.encoding import Picture

__all__ = ["Picture", "make", "make_comparable"]


_DECODED_BOX = (64, 64)


def make(source: str, content_type: str, sizes: dict[str, tuple[int, int]]) -> list[Picture]:
    """Draw a file in every size, smallest first: fitted into its box, never enlarged, upright.

    `source` is a local path, for sound and video also a URL on this machine. `content_type` is what
    the bytes were found to be. Call it through the sandbox.

    Raises:
        Unreadable: a picture, video or PDF that cannot be decoded, also when it is cut short.
        TooLargeToDecode: a frame of more than 50 megapixels.
    """
    return encoding.cascade(_drawn(source, content_type, encoding.largest(sizes)), sizes)


def make_comparable(
    source: str, content_type: str, sizes: dict[str, tuple[int, int]]
) -> list[Picture]:
    """As `make`, and last the small PNG by which versions are compared, named `grid`."""
    drawn = _drawn(source, content_type, encoding.largest(sizes))
    return [*encoding.cascade(drawn, sizes), encoding.grid(drawn)]


def decode(source: str, content_type: str) -> None:
    """Make sure that a file can be drawn, and keep nothing of it.

    Raises:
        Unreadable, TooLargeToDecode: as `make`.
    """
    _drawn(source, content_type, _DECODED_BOX)


def drawn(source: str, content_type: str, box: tuple[int, int]) -> Image.Image:
    """Draw a file upright, in sRGB, no larger than a box; "RGB" or "RGBA". Through the sandbox.

    Raises:
        Unreadable, TooLargeToDecode: as `make`.
    """
    return _drawn(source, content_type, box)


def _drawn(source: str, content_type: str, box: tuple[int, int]) -> Image.Image:
    if content_type in images.FORMATS:
        with images.opened(source, images.FORMATS[content_type]) as image:
            return images.reduced(image, box)
    if content_type == vector.CONTENT_TYPE:
        return vector.drawn(source, box)
    if media_types.kind_of(content_type) in ("audio", "video"):
        return _played(source, content_type, box)
    if content_type == "application/pdf":
        try:
            return pdf.first_page(source, box)
        except Encrypted:
            return cards.type_card(content_type, box)
    if content_type == "text/plain":
        return sheets.first_lines(source, box) or cards.type_card(content_type, box)
    if reading.reads(content_type):
        document = reading.read(source, content_type)
        shown, _ = reading.picture(document, content_type, box)
        return shown or cards.type_card(content_type, box)
    return cards.type_card(content_type, box)


def _played(source: str, content_type: str, box: tuple[int, int]) -> Image.Image:
    """Draw by the streams that are there; a container's name does not tell."""
    found = streams.probe(source)
    if found.first("video") is not None:
        return video.poster(source, found, box)
    cover = audio.cover(source, found, box)
    if cover is not None:
        audio.require_sound(source)
        return cover
    return audio.waveform(source, box) or cards.type_card(content_type, box)
