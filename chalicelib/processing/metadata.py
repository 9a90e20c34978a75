"""The facts of a file: what kind it is, its technical numbers, what is embedded, what it says."""

from pathlib import Path
from typing import Any

import msgspec
import mutagen
from PIL import Image

from chalicelib.assets import media_types
from chalicelib.assets.media_types import Kind
from chalicelib.processing import documents, embedded, images, streams
from chalicelib.processing.documents import Encrypted
from chalicelib.processing.streams import Probe, Stream

_XMP_SEARCH_BYTES = 4 * 1024**2
_CONTAINER_TAGS = {"major_brand", "minor_version", "compatible_brands"}


class Facts(msgspec.Struct, frozen=True):
    """What a file turned out to be.

    `technical` has the API's names (pixels, seconds, hertz, bits per second). `embedded` is flat
    but for `gps`, which holds every trace of a position and is the caller's to drop. `text` is what
    a document says, up to 64 KiB.
    """

    kind: Kind
    technical: dict[str, Any]
    embedded: dict[str, Any]
    text: str = ""


def read(source: str, content_type: str) -> Facts:
    """Read a file's facts; `source` as for thumbnails. Call it through the sandbox.

    Raises:
        Unreadable: it cannot be opened, or a video's end is missing.
        TooLargeToDecode: a picture of more than 50 megapixels, all frames counted.
    """
    kind = media_types.kind_of(content_type)
    if content_type in images.FORMATS:
        return _picture(source, content_type)
    if kind in ("audio", "video"):
        return _played(source)
    if content_type == "application/pdf":
        return _pdf(source)
    if content_type == "text/plain":
        text, encoding = documents.plain_text(source)
        return Facts("document", {"encoding": encoding}, {}, text)
    return Facts(kind, {}, {})


def _picture(path: str, content_type: str) -> Facts:
    with Path(path).open("rb") as file:
        head = file.read(_XMP_SEARCH_BYTES)
    with images.opened(path, images.FORMATS[content_type]) as image:
        frames = images.frame_count(image)
        values = embedded.of_picture(image, head)
        width, height = images.upright_size(image)
        technical = {
            "width": width,
            "height": height,
            "color_mode": image.mode,
            "has_transparency": image.has_transparency_data,
            "frames": frames,
        }
        if frames > 1:
            technical["duration_seconds"] = _animation_seconds(image, frames)
    return Facts("image", technical, values)


def _animation_seconds(image: Image.Image, frames: int) -> float:
    """Add up how long an animation shows its frames; in the file these are milliseconds."""
    total = 0.0
    for index in range(frames):
        try:
            image.seek(index)
        except EOFError:
            # Bytes after a GIF's end can look like one more frame to whoever counts.
            break
        image.load()
        total += float(image.info.get("duration", 0))
    return round(total / 1000, 3)


def _played(source: str) -> Facts:
    found = streams.probe(source)
    video, sound = found.first("video"), found.first("audio")
    streams.check_complete(source, found)
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
    tags = _tags(source, found)
    return Facts("video" if video else "audio", technical, embedded.tidied(tags))


def _seen(video: Stream) -> dict[str, Any]:
    width, height = video.shown_size()
    return {
        "width": width,
        "height": height,
        "frame_rate": video.frame_rate,
        "frames": video.frames,
    }


def _tags(source: str, found: Probe) -> dict[str, Any]:
    """Read a title's tags: by mutagen, which knows several values, else what ffprobe says."""
    own: dict[str, Any] = {}
    if not source.startswith(("https://", "http://")):
        try:
            tagged = mutagen.File(source, easy=True)
        except mutagen.MutagenError:
            tagged = None
        for name, values in _items(tagged):
            texts = [value for value in values if isinstance(value, str)]
            own[f"tag.{name.lower()}"] = texts[0] if len(texts) == 1 else texts
    said = {name: text for name, text in found.tags.items() if name not in _CONTAINER_TAGS}
    return {f"tag.{name}": text for name, text in said.items()} | own


def _items(tagged: Any) -> list[tuple[str, list[Any]]]:
    if tagged is None or not tagged.tags or hasattr(tagged.tags, "getall"):
        return []
    return [
        (str(name), values if isinstance(values, list) else [values])
        for name, values in tagged.tags.items()
        if name != "metadata_block_picture"
    ]


def _pdf(path: str) -> Facts:
    try:
        with documents.opened_pdf(path) as document:
            technical = {
                "pages": len(document),
                "encrypted": documents.is_encrypted(document),
                "pdf_version": documents.pdf_version(document),
            }
            values = {
                f"pdf.{name}": text
                for name, text in document.get_metadata_dict(skip_empty=True).items()
            }
            text = documents.pdf_text(document)
    except Encrypted:
        return Facts("document", {"encrypted": True}, {})
    return Facts("document", _without_none(technical), embedded.tidied(values), text)


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)


def _without_none(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
