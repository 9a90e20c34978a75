"""The facts of a file: what kind it is, its technical numbers, what is embedded, what it says."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import mutagen

from chalicelib.assets import media_types
from chalicelib.assets.media_types import MediaKind
from chalicelib.processing.media import optional
from chalicelib.processing.media.audio_video import completeness, streams
from chalicelib.processing.media.audio_video.streams import Probe, Stream
from chalicelib.processing.media.documents import pdf, reading, text_files
from chalicelib.processing.media.documents.pdf import Encrypted
from chalicelib.processing.media.embedded_metadata import embedded, xmp
from chalicelib.processing.media.pictures import images, vector

_XMP_SEARCH_BYTES = 4 * 1024**2
_PREVIEW_BOX = (64, 64)
_CONTAINER_TAGS = {"major_brand", "minor_version", "compatible_brands"}


class Facts(msgspec.Struct, frozen=True):
    """What a file turned out to be.

    `technical` has the API's names (pixels, seconds, hertz, bits per second). `embedded` is flat
    but for `gps`, which holds every trace of a position and is the caller's to drop. `text` is what
    a document says, up to 64 KiB.
    """

    kind: MediaKind
    technical: dict[str, object]
    embedded: dict[str, object]
    text: str = ""


def read(source: str, content_type: str) -> Facts:
    """Read a file's facts; `source` as for thumbnails. Call it through the sandbox.

    Raises:
        Unreadable: it cannot be opened, or a video's end is missing.
        TooLargeToDecode: a picture whose frames have more than 50 megapixels.
    """
    kind = media_types.kind_of(content_type)
    if content_type in images.FORMATS:
        return _picture(source, content_type)
    if content_type == vector.CONTENT_TYPE:
        return _drawing(source)
    if kind in ("audio", "video"):
        return _played(source)
    if content_type == "application/pdf":
        return _pdf(source)
    if content_type == "text/plain":
        text, encoding = text_files.read(source)
        return Facts("document", {"encoding": encoding}, {}, text)
    if reading.reads(content_type):
        return _document(source, content_type)
    return Facts(kind, {}, {})


def _document(path: str, content_type: str) -> Facts:
    document = reading.read(path, content_type)
    technical: dict[str, object] = dict(document.counts)
    if document.encrypted:
        technical["encrypted"] = True
    if document.encoding:
        technical["encoding"] = document.encoding
    technical["preview"] = reading.picture(document, content_type, _PREVIEW_BOX)[1]
    said = {f"document.{name}": text for name, text in document.said.items()}
    kind = media_types.kind_of(content_type)
    return Facts(kind, technical, embedded.tidied(said), document.text)


def _picture(path: str, content_type: str) -> Facts:
    with Path(path).open("rb") as file:
        head = file.read(_XMP_SEARCH_BYTES)
    with images.opened(path, images.FORMATS[content_type]) as picture:
        nothing: tuple[dict[str, object], bool] = {}, True
        values, broken = optional.read(
            lambda: embedded.of_picture(picture.exif, picture.parts.notes, head), nothing
        )
        width, height = picture.upright_size
        technical: dict[str, object] = {
            "width": width,
            "height": height,
            "color_mode": picture.image.mode,
            "has_transparency": picture.has_transparency,
            "frames": picture.parts.frames,
        }
        if picture.parts.is_paged:
            technical["pages"] = picture.parts.frames
        elif picture.parts.frames > 1:
            technical["duration_seconds"] = round(picture.parts.duration_ms / 1000, 3)
        if broken or picture.is_damaged():
            technical["damaged"] = True
    return Facts("image", technical, values)


def _drawing(path: str) -> Facts:
    drawing = vector.read(path)
    size: dict[str, object] = {"width": round(drawing.width), "height": round(drawing.height)}
    said = {"svg.Title": drawing.title, "svg.Description": drawing.description}
    return Facts("image", size, embedded.tidied(said), text_files.clipped(drawing.text))


def _played(source: str) -> Facts:
    found = streams.probe(source)
    video, sound = found.first("video"), found.first("audio")
    completeness.check(source, found)
    technical = _without_none(
        {
            "duration_seconds": _rounded(found.duration_seconds),
            "bit_rate": found.bit_rate,
            "video_codec": video.codec if video else None,
            "audio_codec": sound.codec if sound else None,
            "channels": sound.channels if sound else None,
            "sample_rate_hz": sound.sample_rate if sound else None,
        }
        | (_seen(video) if video else {})
    )
    tags = optional.read(lambda: embedded.tidied(_tags(source, found)), dict[str, object]())
    return Facts("video" if video else "audio", technical, tags)


def _seen(video: Stream) -> dict[str, object]:
    width, height = video.shown_size()
    return {
        "width": width,
        "height": height,
        "frame_rate": video.frame_rate,
        "frames": video.shown_frames,
    }


def _tags(source: str, found: Probe) -> dict[str, object]:
    """Read a title's tags: by mutagen, which knows several values, else what ffprobe says."""
    own: dict[str, object] = {}
    if not streams.is_url(source):
        tagged = optional.read(
            lambda: _items(mutagen.File(source, easy=True)), list[tuple[str, list[object]]]()
        )
        for name, values in tagged:
            texts = [value for value in values if isinstance(value, str)]
            if texts:
                own[f"tag.{name.lower()}"] = texts[0] if len(texts) == 1 else texts
    said = {name: text for name, text in found.tags.items() if name not in _CONTAINER_TAGS}
    return {f"tag.{name}": text for name, text in said.items()} | own


def _items(tagged: Any) -> list[tuple[str, list[object]]]:
    if tagged is None or not tagged.tags or hasattr(tagged.tags, "getall"):
        return []
    return [
        (str(name), values if isinstance(values, list) else [values])
        for name, values in tagged.tags.items()
        if name != "metadata_block_picture"
    ]


def _pdf(path: str) -> Facts:
    try:
        with pdf.opened_pdf(path) as document:
            technical = {
                "pages": len(document),
                "encrypted": pdf.is_encrypted(document),
                "pdf_version": optional.read(lambda: pdf.pdf_version(document), None),
            }
            values: dict[str, object] = {
                f"pdf.{name}": text for name, text in pdf.said_of(document).items()
            }
            values |= optional.read(lambda: _packet_of(path), dict[str, object]())
            text = optional.read(lambda: pdf.pdf_text(document), "")
    except Encrypted:
        return Facts("document", {"encrypted": True}, {})
    return Facts("document", _without_none(technical), embedded.tidied(values), text)


def _packet_of(path: str) -> dict[str, object]:
    """Read a file's first packet of XMP, which a PDF keeps unpacked for others to find."""
    with Path(path).open("rb") as file:
        head = file.read(_XMP_SEARCH_BYTES)
    return {f"xmp.{name}": value for name, value in xmp.properties(xmp.packet_in(head)).items()}


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)


def _without_none(values: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if value is not None}
