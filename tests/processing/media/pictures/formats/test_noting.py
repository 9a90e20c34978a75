"""Files get other notes, and stay as they were in everything else."""

import io
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from chalicelib.processing.media.pictures.formats import jpeg, noting, png, webp
from chalicelib.processing.media.pictures.formats.parts import Assembled, Notes, NotShown

NOTES = Notes(exif=b"II*\0\x08\0\0\0\0\0\0\0\0\0", iptc=b"\x1c\x02\x05\0\x01t", xmp=b"<x:xmpmeta/>")
TAKEN_APART: Any = {
    "image/jpeg": jpeg.take_apart,
    "image/png": png.take_apart,
    "image/webp": webp.take_apart,
}


def drawn(format_name: str, mode: str = "RGB", **options: Any) -> bytes:
    picture, file = Image.effect_noise((61, 37), 90).convert(mode), io.BytesIO()
    picture.save(file, format_name, **options)
    return file.getvalue()


def noted(data: bytes, content_type: str, notes: Notes = NOTES) -> bytes:
    file = io.BytesIO(data)
    return Assembled(file, noting.WRITERS[content_type](file, notes)).read()


def pixels(data: bytes) -> list[bytes]:
    with Image.open(io.BytesIO(data)) as picture:
        frames = []
        for number in range(getattr(picture, "n_frames", 1)):
            picture.seek(number)
            frames.append(picture.tobytes())
        return frames


def png_texts() -> PngImagePlugin.PngInfo:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "kept")
    info.add_itxt("XML:com.adobe.xmp", "<old/>")
    info.add_text("Raw profile type iptc", "old", zip=True)
    return info


EXIF = Image.Exif()
EXIF[0x010E] = "old"
MOVING = {"save_all": True, "append_images": [Image.new("RGB", (61, 37), "red")]}
PICTURES = [
    ("image/jpeg", drawn("JPEG")),
    ("image/jpeg", drawn("JPEG", progressive=True, exif=EXIF, xmp=b"<old/>", comment="kept")),
    ("image/jpeg", drawn("JPEG", "CMYK", icc_profile=b"p" * 100_000)),
    ("image/png", drawn("PNG")),
    ("image/png", drawn("PNG", "RGBA", pnginfo=png_texts(), exif=EXIF)),
    ("image/png", drawn("PNG", **MOVING)),
    ("image/webp", drawn("WEBP")),
    ("image/webp", drawn("WEBP", lossless=True)),
    ("image/webp", drawn("WEBP", "RGBA", lossless=True)),
    ("image/webp", drawn("WEBP", "RGBA", exif=EXIF, xmp=b"<old/>", icc_profile=b"p" * 101)),
    ("image/webp", drawn("WEBP", **MOVING)),
]


@pytest.mark.parametrize(("content_type", "data"), PICTURES)
def test_notes_take_the_place_of_others_and_the_picture_stays(
    content_type: str, data: bytes
) -> None:
    made = noted(data, content_type)
    taken, before = (TAKEN_APART[content_type](io.BytesIO(one)) for one in (made, data))
    assert (taken.notes.exif, taken.notes.xmp) == (NOTES.exif, NOTES.xmp)
    assert taken.notes.iptc == (NOTES.iptc if content_type == "image/jpeg" else b"")
    assert pixels(made) == pixels(data)
    assert taken.colours == before.colours
    assert (taken.frames, taken.damaged) == (before.frames, before.damaged)
    assert b"old" not in made
    assert (b"kept" in made) == (b"kept" in data)
    # Notes of the same kind again leave one of each.
    assert noted(made, content_type) == made


@pytest.mark.parametrize(("content_type", "data"), PICTURES)
def test_without_notes_there_are_none(content_type: str, data: bytes) -> None:
    made = noted(data, content_type, Notes())
    taken = TAKEN_APART[content_type](io.BytesIO(made))
    assert (taken.notes.exif, taken.notes.xmp, taken.notes.iptc) == (b"", b"", b"")
    assert pixels(made) == pixels(data)


def test_what_follows_the_picture_stays() -> None:
    for content_type, data in (PICTURES[0], PICTURES[3]):
        assert noted(data + b"more behind", content_type).endswith(b"more behind")


@pytest.mark.parametrize("content_type", ["image/png", "image/webp"])
def test_what_is_no_such_picture_is_refused(content_type: str) -> None:
    with pytest.raises(NotShown):
        noted(b"\0" * 100, content_type)


def test_a_segment_that_does_not_end_is_refused() -> None:
    with pytest.raises(NotShown):
        noted(b"\xff\xd8\xff\xe1\xff\xffExif", "image/jpeg")
