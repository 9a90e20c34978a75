"""The thumbnails of any file: what it shows, or where that cannot be had, its type's card."""

from PIL import Image

from chalicelib.assets import media_types
from chalicelib.processing import audio, cards, documents, images, pictures, streams, video
from chalicelib.processing.documents import Encrypted
from chalicelib.processing.pictures import Picture

__all__ = ["Picture", "make", "make_comparable"]


def make(source: str, content_type: str, sizes: dict[str, tuple[int, int]]) -> list[Picture]:
    """Draw a file in every size, smallest first: fitted into its box, never enlarged, upright.

    `source` is a local path, for sound and video also an http or https URL. `content_type` is what
    the bytes were found to be. Call it through the sandbox.

    Raises:
        Unreadable: a picture, video or PDF that cannot be decoded, also when it is cut short.
        TooLargeToDecode: more than 50 megapixels, all frames counted.
    """
    return pictures.cascade(_drawn(source, content_type, pictures.largest(sizes)), sizes)


def make_comparable(
    source: str, content_type: str, sizes: dict[str, tuple[int, int]]
) -> list[Picture]:
    """As `make`, and last the small PNG by which versions are compared, named `grid`."""
    drawn = _drawn(source, content_type, pictures.largest(sizes))
    return [*pictures.cascade(drawn, sizes), pictures.grid(drawn)]


def _drawn(source: str, content_type: str, box: tuple[int, int]) -> Image.Image:
    if content_type in images.FORMATS:
        with images.opened(source, images.FORMATS[content_type]) as image:
            return images.reduced(image, box)
    if media_types.kind_of(content_type) in ("audio", "video"):
        return _played(source, content_type, box)
    if content_type == "application/pdf":
        try:
            return documents.first_page(source, box)
        except Encrypted:
            return cards.type_card(content_type, box)
    if content_type == "text/plain":
        return documents.first_lines(source, box)
    return cards.type_card(content_type, box)


def _played(source: str, content_type: str, box: tuple[int, int]) -> Image.Image:
    """Draw by the streams that are there; a container's name does not tell."""
    found = streams.probe(source)
    if found.first("video") is not None:
        return video.poster(source, found, box)
    return (
        audio.cover(source, found, box)
        or audio.waveform(source, box)
        or cards.type_card(content_type, box)
    )
