"""TIFF, BMP, ICO, JPEG 2000, AVIF and HEIC: sizes, pages, notes, colours, what is damaged."""

import io
import struct
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from chalicelib.processing.media import metadata, thumbnails
from chalicelib.processing.problems import MediaProblem, TooLargeToDecode, Unreadable
from tests import media_files, picture_files
from tests.processing.media.pictures.test_images import (
    SIZES,
    assert_quarters,
    decoded,
    made,
    near,
)

HEIC, TIFF, AVIF = "image/heic", "image/tiff", "image/avif"


def exif(orientation: int = 1) -> bytes:
    described = Image.Exif()
    described[0x010F], described[0x0112] = "Reef", orientation
    return described.tobytes()


def test_a_heic_is_upright_by_its_own_turn_and_by_no_other(tmp_path: Path) -> None:
    path = picture_files.heic(tmp_path / "a.heic", media_files.picture((640, 320)))
    assert_quarters(decoded(made(path, HEIC)["large"]))
    turned = media_files.picture((640, 320)).transpose(Image.Transpose.ROTATE_270)
    path = picture_files.heic(tmp_path / "b.heic", turned, turned=1, exif=exif(3))
    large = made(path, HEIC)["large"]
    assert (large.width, large.height) == (600, 300)
    assert_quarters(decoded(large))
    facts = metadata.read(path, HEIC)
    assert (facts.technical["width"], facts.technical["height"]) == (640, 320)
    assert facts.embedded["exif.Make"] == "Reef"
    assert "damaged" not in facts.technical


def test_a_heic_in_a_large_range_of_light_is_toned_down(tmp_path: Path) -> None:
    numbers = b"nclx" + struct.pack(">HHHB", 1, 16, 1, 0x80)
    grey = Image.new("RGB", (64, 64), (60,) * 3)
    plain = decoded(made(picture_files.heic(tmp_path / "a.heic", grey), HEIC)["small"])
    path = picture_files.heic(tmp_path / "b.heic", grey, colours=numbers)
    wide = decoded(made(path, HEIC)["small"])
    assert near(plain.getpixel((9, 9)), (60, 60, 60), 3)
    assert not near(wide.getpixel((9, 9)), (60, 60, 60), 10)


@pytest.mark.parametrize("share", [0.02, 0.3, 0.95])
def test_a_heic_that_is_cut_is_unreadable(tmp_path: Path, share: float) -> None:
    noise = Image.effect_noise((96, 96), 90).convert("RGB")
    path = media_files.cut(picture_files.heic(tmp_path / "a.heic", noise), share)
    with pytest.raises(Unreadable):
        made(path, HEIC)


def test_a_tiff_has_pages_and_says_what_its_tags_say(tmp_path: Path) -> None:
    pages = [media_files.picture((300, 200), "L"), media_files.picture((20, 20))]
    path = str(tmp_path / "a.tif")
    media_files.picture((400, 200)).save(
        path, save_all=True, append_images=pages, exif=Image.Exif(), tiffinfo={305: "Reef 1"}
    )
    facts = metadata.read(path, TIFF)
    assert facts.technical["pages"] == 3
    assert (facts.technical["width"], facts.technical["height"]) == (400, 200)
    assert facts.embedded["exif.Software"] == "Reef 1"
    assert_quarters(decoded(made(path, TIFF)["large"]))


@pytest.mark.parametrize("orientation", [2, 6, 8])
def test_a_tiff_is_upright_by_its_tag(tmp_path: Path, orientation: int) -> None:
    stored = {2: Image.Transpose.FLIP_LEFT_RIGHT, 6: Image.Transpose.ROTATE_90}
    turn = stored.get(orientation, Image.Transpose.ROTATE_270)
    path = tmp_path / "a.tif"
    media_files.picture((640, 320)).transpose(turn).save(path, tiffinfo={274: orientation})
    large = made(str(path), TIFF)["large"]
    assert (large.width, large.height) == (600, 300)
    assert_quarters(decoded(large))
    assert metadata.read(str(path), TIFF).technical["width"] == 640


@pytest.mark.parametrize("mode", ["1", "L", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "P"])
@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "tiff_adobe_deflate"])
def test_a_tiff_of_every_mode_and_packing(tmp_path: Path, mode: str, compression: str) -> None:
    picture = media_files.picture((120, 90))
    if mode == "LAB":
        profile, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
        converted = ImageCms.profileToProfile(picture, profile, lab, outputMode="LAB")
        assert converted is not None
        picture = converted
    path = tmp_path / "a.tif"
    try:
        picture.convert(mode).save(path, compression=compression)
    except (OSError, ValueError, KeyError):
        pytest.skip("nobody here writes it")
    shown = decoded(made(str(path), TIFF)["large"])
    if mode in ("1", "L"):
        assert shown.getextrema()[0] != (0, 0)  # type: ignore[index]
    else:
        assert_quarters(shown)


@pytest.mark.parametrize(("mode", "white"), [("I;16", 65_535), ("I", 65_535), ("F", 1.0)])
def test_wide_greys_are_brought_to_eight_bits(tmp_path: Path, mode: str, white: float) -> None:
    image = Image.new("F", (60, 60), white)
    image.paste(white / 2, (0, 0, 30, 60))
    path = tmp_path / "a.tif"
    (image if mode == "F" else image.convert("I").convert(mode)).save(path)
    shown = decoded(made(str(path), TIFF)["small"])
    assert near(shown.getpixel((10, 30)), (128,) * 3, 3)
    assert near(shown.getpixel((50, 30)), (255,) * 3, 3)


@pytest.mark.parametrize("suffix", [".tif", ".bmp", ".jp2", ".avif", ".ico"])
def test_headers_that_promise_too_much_are_refused_by_their_numbers(
    tmp_path: Path, suffix: str
) -> None:
    path = Path(media_files.image_file(tmp_path / f"a{suffix}", media_files.picture((256, 192))))
    types = {".tif": TIFF, ".bmp": "image/bmp", ".jp2": "image/jp2", ".avif": AVIF}
    content_type = types.get(suffix, "image/vnd.microsoft.icon")
    data = path.read_bytes()
    for order in (">", "<"):
        sides = [struct.pack(f"{order}I", side) for side in (256, 192)]
        huge = struct.pack(f"{order}I", 60_000)
        path.write_bytes(data.replace(sides[0], huge).replace(sides[1], huge))
        if path.read_bytes() != data:
            with pytest.raises(MediaProblem):
                made(str(path), content_type)


@pytest.mark.parametrize(("suffix", "order"), [(".bmp", "<I"), (".jp2", ">I")])
def test_a_bomb_is_told_by_its_header(tmp_path: Path, suffix: str, order: str) -> None:
    path = Path(media_files.image_file(tmp_path / f"a{suffix}", media_files.picture((256, 192))))
    huge = path.read_bytes().replace(struct.pack(order, 256), struct.pack(order, 900_000))
    path.write_bytes(huge)
    with pytest.raises(TooLargeToDecode, match="megapixels"):
        made(str(path), f"image/{suffix[1:]}")


def test_a_page_of_81_megapixels_in_few_bytes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    Image.new("1", (9000, 9000)).save(path, compression="group4")
    assert path.stat().st_size < 40_000
    with pytest.raises(TooLargeToDecode, match="megapixels"):
        made(str(path), TIFF)


def test_an_animated_avif_runs_for_its_time(tmp_path: Path) -> None:
    path = media_files.animation(tmp_path / "a.avif", 5)
    technical = metadata.read(path, AVIF).technical
    assert (technical["frames"], technical["duration_seconds"]) == (5, 0.5)
    assert_quarters(decoded(made(path, AVIF)["large"]))


def test_an_icon_shows_its_largest_picture(tmp_path: Path) -> None:
    path = str(tmp_path / "a.ico")
    media_files.picture((256, 256)).save(path, sizes=[(16, 16), (32, 32), (128, 128)])
    assert made(path, "image/vnd.microsoft.icon")["large"].width == 128


def test_a_colour_in_cmyk_goes_through_its_profile(tmp_path: Path) -> None:
    """What has no profile is converted by the plain formula, which keeps pure colours pure."""
    path = tmp_path / "a.tif"
    Image.new("CMYK", (40, 40), (255, 0, 0, 0)).save(path)
    assert near(decoded(made(str(path), TIFF)["small"]).getpixel((9, 9)), (0, 255, 255), 8)


def test_nothing_of_the_notes_is_in_what_is_made(tmp_path: Path) -> None:
    path = str(tmp_path / "a.avif")
    media_files.picture().save(path, exif=exif(), xmp=b"<x:xmpmeta>Secret</x:xmpmeta>")
    for picture in thumbnails.make(path, AVIF, SIZES):
        assert not {"exif", "xmp"} & Image.open(io.BytesIO(picture.data)).info.keys()


def test_an_avif_whose_picture_is_damaged_is_unreadable(tmp_path: Path) -> None:
    path = Path(media_files.image_file(tmp_path / "a.avif"))
    data = path.read_bytes()
    at = data.index(b"mdat") + 4
    for broken in (data[:at] + bytes(len(data) - at), data.replace(b"av01", b"av99")):
        path.write_bytes(broken)
        with pytest.raises(Unreadable):
            made(str(path), AVIF)
