"""What becomes of one file: as the functions judge it, without AWS around them."""

import mimetypes
import time
from pathlib import Path
from typing import NamedTuple

from chalicelib.assets import media_types
from chalicelib.core.settings import DEFAULT_MIME_TYPES, Settings
from chalicelib.processing.media import metadata, renditions, sandbox, thumbnails
from chalicelib.processing.media.metadata import Facts
from chalicelib.processing.media.types import sniffing
from chalicelib.processing.originals import MUST_DECODE
from chalicelib.processing.problems import MediaProblem

SIZES = Settings().thumbnail_sizes

_BY_SUFFIX = {
    ".heif": "image/heic",
    ".jp2": "image/jp2",
    ".psd": "image/vnd.adobe.photoshop",
    ".ico": "image/vnd.microsoft.icon",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".heic": "image/heic",
    ".mkv": "video/x-matroska",
    ".wmv": "video/x-ms-wmv",
    ".asf": "video/x-ms-wmv",
    ".flv": "video/x-flv",
    ".flac": "audio/flac",
    ".oga": "audio/ogg",
    ".opus": "audio/ogg",
    ".svgz": "image/svg+xml",
    ".rtf": "application/rtf",
    ".md": "text/plain",
}
"""What browsers say of files for which Python's list has nothing, or something else."""


class Outcome(NamedTuple):
    """How a file ended: `status` and `reason` as an asset's, `note` for whoever reads the table."""

    content_type: str
    status: str
    reason: str
    note: str
    seconds: float
    peak_bytes: int
    facts: Facts | None
    thumbnail: bytes


def declared_type(path: Path) -> str:
    """Return what an uploader's browser would say of a file by its name."""
    suffix = path.suffix.lower()
    guessed = _BY_SUFFIX.get(suffix) or mimetypes.guess_type(f"a{suffix}")[0]
    return media_types.canonical(guessed or "application/octet-stream")


def facts_of(path: Path) -> Facts | None:
    """Read a file's facts alone; None where they cannot be read."""
    with path.open("rb") as file:
        content_type = sniffing.sniff(file.read(sniffing.HEAD_BYTES), declared_type(path))
    try:
        return sandbox.run(metadata.read, str(path), content_type).result
    except MediaProblem:
        return None


def of_file(path: Path, declared: str = "") -> Outcome:
    """Put a file through the sniffer, the thumbnails, the metadata and what is made beside."""
    declared = declared or declared_type(path)
    with path.open("rb") as file:
        content_type = sniffing.sniff(file.read(sniffing.HEAD_BYTES), declared)
    began = time.monotonic()
    allowed = content_type in DEFAULT_MIME_TYPES
    if not allowed or not media_types.same_family(declared, content_type):
        return Outcome(content_type, "failed", "type_mismatch", declared, 0.0, 0, None, b"")
    problems: list[str] = []
    peak, thumbnail, facts = 0, b"", None
    try:
        made = sandbox.run(thumbnails.make, str(path), content_type, SIZES)
        peak, thumbnail = made.peak_memory_bytes, made.result[-1].data
    except MediaProblem as problem:
        problems.append(f"{problem.code}: {problem.message}")
    try:
        read = sandbox.run(metadata.read, str(path), content_type)
        peak, facts = max(peak, read.peak_memory_bytes), read.result
    except MediaProblem as problem:
        if problem.code != "processing_failed":
            problems.append(f"{problem.code}: {problem.message}")
    beside: list[str] = []
    if renditions.are_made(content_type):
        try:
            drawn = sandbox.run(renditions.draw, str(path), content_type, limits=renditions.LIMITS)
            beside = [picture.name for picture in drawn.result]
            peak = max(peak, drawn.peak_memory_bytes)
        except MediaProblem:
            beside = ["nothing beside"]
    seconds = time.monotonic() - began
    kind = media_types.kind_of(content_type)
    if problems and kind in MUST_DECODE:
        code, _, message = problems[0].partition(": ")
        return Outcome(content_type, "failed", code, message, seconds, peak, facts, thumbnail)
    note = "; ".join([*problems, *_said(facts), *beside])
    return Outcome(content_type, "approved", "", note, seconds, peak, facts, thumbnail)


def _said(facts: Facts | None) -> list[str]:
    if facts is None:
        return ["card"]
    wanted = ("damaged", "encrypted", "preview")
    return [f"{name} {facts.technical[name]}" for name in wanted if name in facts.technical]
