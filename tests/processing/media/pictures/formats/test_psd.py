"""Photoshop's files in 8 and 16 bits, packed or not, PSD and PSB."""

from pathlib import Path

import pytest
from PIL import Image

from chalicelib.processing.media import metadata
from chalicelib.processing.problems import TooLargeToDecode, Unreadable
from tests import media_files, picture_files
from tests.processing.media.pictures.test_images import assert_quarters, decoded, made

PSD = "image/vnd.adobe.photoshop"


@pytest.mark.parametrize("mode", ["RGB", "CMYK"])
@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("large", [False, True])
def test_every_form_shows_the_picture(
    tmp_path: Path, mode: str, depth: int, packed: bool, large: bool
) -> None:
    picture = media_files.picture((300, 200), mode)
    path = picture_files.photoshop(
        tmp_path / "a.psd", picture, depth=depth, packed=packed, large=large
    )
    shown = made(path, PSD)["large"]
    assert (shown.width, shown.height) == (300, 200)
    assert_quarters(decoded(shown))


def test_notes_stand_in_its_resources(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Reef", 6
    iptc = b"\x1c\x02\x05\0\x03Ebb"
    block = {0x0404: iptc, 0x0422: exif.tobytes().removeprefix(b"Exif\0\0")}
    path = picture_files.photoshop(tmp_path / "a.psd", resources=block)
    facts = metadata.read(path, PSD)
    assert (facts.embedded["exif.Make"], facts.embedded["iptc.ObjectName"]) == ("Reef", "Ebb")
    assert (facts.technical["width"], facts.technical["height"]) == (640, 480)


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("share", [0.0001, 0.5])
def test_a_file_that_is_cut_is_unreadable(tmp_path: Path, share: float, large: bool) -> None:
    with pytest.raises(Unreadable):
        made(media_files.cut(picture_files.photoshop(tmp_path / "a.psd", large=large), share), PSD)


def test_what_no_decoder_takes_says_so(tmp_path: Path) -> None:
    path = Path(picture_files.photoshop(tmp_path / "a.psd"))
    data = path.read_bytes()
    for depth, mode in ((32, 3), (16, 5), (16, 77)):
        path.write_bytes(data[:22] + depth.to_bytes(2, "big") + mode.to_bytes(2, "big") + data[26:])
        with pytest.raises(Unreadable):
            made(str(path), PSD)


@pytest.mark.parametrize("depth", [8, 16])
def test_a_header_that_promises_too_much_is_refused(tmp_path: Path, depth: int) -> None:
    path = Path(picture_files.photoshop(tmp_path / "a.psd", depth=depth))
    data = path.read_bytes()
    path.write_bytes(data[:14] + (300_000).to_bytes(4, "big") * 2 + data[22:])
    with pytest.raises(TooLargeToDecode, match="300000 by 300000"):
        made(str(path), PSD)
