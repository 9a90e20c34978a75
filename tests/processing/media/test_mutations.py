"""Files damaged by chance: each comes to an end within seconds, drawn or with its problem told."""

import random
import time
from collections.abc import Callable
from pathlib import Path

import mutagen.flac
import mutagen.id3
import pytest

from chalicelib.assets import media_types
from chalicelib.processing.media import metadata, sandbox, thumbnails
from chalicelib.processing.media.types import sniffing
from chalicelib.processing.problems import MediaProblem
from tests import media_files, office_files, picture_files
from tests.corpus.mutations import mutated

SIZES = {"small": (150, 150), "large": (600, 600)}
LONGEST_SECONDS = 30
MUTANTS = {"image": 12, "document": 12, "audio": 4, "video": 3, "other": 4}
FEWER = 4
"""Of the kinds that are decoded whole; `python -m tests.corpus` makes thousands."""

MANY = {"jpeg", "png", "gif", "webp", "pdf", "encrypted pdf", "text"}

SMALL = media_files.picture((96, 64))
PSD = "image/vnd.adobe.photoshop"

Maker = Callable[[Path], str]


def tagged_mp3(path: Path) -> str:
    """An MP3 with a cover and texts in every encoding that ID3 has."""
    media_files.sound(path, 0.5)
    cover = Path(media_files.image_file(path.with_name("cover.png"))).read_bytes()
    tags = mutagen.id3.ID3(path)  # type: ignore[attr-defined]
    tags.add(mutagen.id3.APIC(3, "image/png", 3, "Cover", cover))  # type: ignore[attr-defined]
    for encoding in range(4):
        tags.add(mutagen.id3.TXXX(encoding, f"n{encoding}", ["Low tide"]))  # type: ignore[attr-defined]
    tags.save(path)
    return str(path)


def described_jpeg(path: Path) -> str:
    """A JPEG with EXIF, its position included."""
    image = media_files.picture()
    exif = image.getexif()
    exif[0x010F], exif[0x0112] = "Reef", 6
    exif.get_ifd(0x8769)[0x9286] = b"UNICODE\0" + "Low tide".encode("utf-16-be")
    exif.get_ifd(0x8825).update({1: "N", 2: (54.0, 20.0, 3.5), 3: "E", 4: (18.0, 40.0, 1.0)})
    return media_files.image_file(path, image, exif=exif, quality=80)


KINDS: dict[str, tuple[str, str, Maker]] = {
    "jpeg": (".jpg", "image/jpeg", described_jpeg),
    "png": (".png", "image/png", media_files.image_file),
    "gif": (".gif", "image/gif", media_files.animation),
    "webp": (".webp", "image/webp", media_files.animation),
    "pdf": (".pdf", "application/pdf", media_files.pdf),
    "encrypted pdf": (".pdf", "application/pdf", media_files.encrypted_pdf),
    "text": (".txt", "text/plain", lambda path: str(path.write_text("Zo\u00eb\n" * 200) and path)),
    "mp4": (".mp4", "video/mp4", lambda path: media_files.video(path, 0.5)),
    "mov": (".mov", "video/quicktime", lambda path: media_files.video(path, 0.5)),
    "webm": (".webm", "video/webm", lambda path: media_files.video(path, 0.5)),
    "avi": (".avi", "video/x-msvideo", lambda path: media_files.video(path, 0.5)),
    "mp3": (".mp3", "audio/mpeg", tagged_mp3),
    "wav": (".wav", "audio/wav", media_files.silent_wav),
    "ogg": (".ogg", "audio/ogg", lambda path: media_files.sound(path, 0.5)),
    "flac": (".flac", "audio/flac", lambda path: media_files.sound(path, 0.5)),
    "avif": (".avif", "image/avif", media_files.animation),
    "heic": (".heic", "image/heic", lambda path: picture_files.heic(path, SMALL)),
    "tiff": (".tif", "image/tiff", lambda path: media_files.image_file(path, SMALL)),
    "svg": (".svg", "image/svg+xml", picture_files.drawing),
    "bmp": (".bmp", "image/bmp", lambda path: media_files.image_file(path, SMALL)),
    "ico": (".ico", "image/vnd.microsoft.icon", media_files.image_file),
    "psd": (".psd", PSD, lambda path: picture_files.photoshop(path, SMALL, depth=16, packed=True)),
    "jp2": (".jp2", "image/jp2", lambda path: media_files.image_file(path, SMALL)),
    "wmv": (".wmv", "video/x-ms-wmv", lambda path: media_files.video(path, 0.5)),
    "flv": (".flv", "video/x-flv", lambda path: media_files.video(path, 0.5)),
    "csv": (".csv", "text/csv", office_files.table),
    "rtf": (".rtf", "application/rtf", office_files.rich_text),
    "doc": (".doc", "application/msword", office_files.old_word),
    "xls": (".xls", "application/vnd.ms-excel", office_files.old_excel),
    "ppt": (".ppt", "application/vnd.ms-powerpoint", office_files.old_powerpoint),
    "docx": (".docx", office_files.WORD, office_files.office),
    "xlsx": (".xlsx", office_files.EXCEL, office_files.office),
    "pptx": (".pptx", office_files.POWERPOINT, office_files.office),
    "odt": (".odt", office_files.OPEN_TEXT, office_files.opendocument),
    "zip": (".zip", "application/zip", lambda path: office_files.zipped(path, {"a": "x" * 99})),
    "m4a": (".m4a", "audio/mp4", lambda path: media_files.sound(path, 0.5)),
}


def ends(path: str, content_type: str) -> list[str]:
    """Draw and read a file as the functions do; gives how each ended."""
    outcomes = []
    for work, more in ((thumbnails.make, (SIZES,)), (metadata.read, ())):
        began = time.monotonic()
        try:
            sandbox.run(work, path, content_type, *more)  # type: ignore[arg-type]
            outcomes.append("done")
        except MediaProblem as problem:
            outcomes.append(problem.code)
        assert time.monotonic() - began < LONGEST_SECONDS
    return outcomes


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_damaged_by_chance_comes_to_an_end(kind: str, tmp_path: Path) -> None:
    suffix, content_type, make = KINDS[kind]
    whole = Path(make(tmp_path / f"whole{suffix}")).read_bytes()
    path = tmp_path / f"damaged{suffix}"
    seen: set[str] = set()
    count = MUTANTS[media_types.kind_of(content_type)]
    for seed in range(count if kind in MANY else min(count, FEWER)):
        path.write_bytes(mutated(whole, random.Random(f"{kind} {seed}")))
        seen.update(ends(str(path), content_type))
        sniffing.sniff(path.read_bytes(), content_type)
    assert seen <= {"done", "unreadable", "too_large_to_decode"}
    path.write_bytes(whole)
    assert ends(str(path), content_type) == ["done", "done"]
