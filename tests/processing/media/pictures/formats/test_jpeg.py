"""JPEGs are taken apart by their markers."""

import io

import pytest
from PIL import Image

from chalicelib.processing.media.pictures.formats import jpeg
from chalicelib.processing.media.pictures.formats.jpeg import JpegParts
from chalicelib.processing.media.pictures.formats.parts import Assembled, NotShown


def written(mode: str = "RGB", **options: object) -> bytes:
    data = io.BytesIO()
    Image.effect_noise((64, 48), 60).convert(mode).save(data, "JPEG", **options)
    return data.getvalue()


def apart(data: bytes) -> JpegParts:
    return jpeg.take_apart(io.BytesIO(data))


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart_marker_rows": 1}])
def test_what_is_put_together_again_is_the_same_picture(options: dict[str, object]) -> None:
    data = written(**options)
    found = apart(data)
    assert (found.width, found.height, found.damaged) == (64, 48, False)
    assert found.in_one_scan == ("progressive" not in options)
    again = Image.open(Assembled(io.BytesIO(data), found.still))
    assert again.tobytes() == Image.open(io.BytesIO(data)).tobytes()


def test_the_notes_and_the_profile_are_found() -> None:
    found = apart(written(exif=b"Exif\0\0II*\0", icc_profile=b"a profile"))
    assert found.notes.exif == b"II*\0"
    assert found.colours.icc == b"a profile"


def test_what_lies_behind_the_end_is_no_part_of_the_picture() -> None:
    plain = written()
    found = apart(plain + b"junk of a broken copy")
    assert found.damaged
    assert found.scan_length == apart(plain).scan_length
    assert not apart(written() + written()).damaged, "a camera's second picture"


def test_a_cut_picture_is_damaged() -> None:
    assert apart(written()[:-40]).damaged


@pytest.mark.parametrize("data", [b"", b"\xff\xd8", b"\x89PNG", b"\xff\xd8\xff\xd9"])
def test_what_has_no_picture_is_not_shown(data: bytes) -> None:
    with pytest.raises(NotShown):
        apart(data)


def test_restarts_are_counted_as_the_frame_expects_them() -> None:
    data = written(restart_marker_rows=1)
    found = apart(data)
    counted = jpeg.scans(io.BytesIO(data), found.scan_start)
    assert counted.restarts == jpeg.restarts_expected(found.frame) > 0
    assert jpeg.restarts_expected(apart(written()).frame) == 0


def test_a_scan_says_what_it_sends() -> None:
    data = written("L", progressive=True)
    starts = jpeg.scans(io.BytesIO(data), apart(data).scan_start).starts
    sent = [jpeg.scan_header(io.BytesIO(data), start) for start in starts]
    assert next(first for ((_, first, _, _),) in sent) == 0
    assert len(sent) > 2
