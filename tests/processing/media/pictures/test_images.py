"""Thumbnails of pictures: upright, in true colours, transparent where the picture is."""

import io
import math
import time
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from chalicelib.processing.media import metadata, sandbox, thumbnails
from chalicelib.processing.media.pictures import images
from chalicelib.processing.media.pictures.encoding import Picture
from chalicelib.processing.problems import TooLargeToDecode, Unreadable
from tests import media_files
from tests.pictures import printed

SIZES = {"small": (150, 150), "medium": (300, 300), "large": (600, 600)}
TYPES = {
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".tif": "image/tiff",
    ".bmp": "image/bmp",
    ".jp2": "image/jp2",
}
QUARTERS = ((255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0))


def made(path: str, content_type: str = "") -> dict[str, Picture]:
    kind = content_type or TYPES[Path(path).suffix]
    return {picture.name: picture for picture in thumbnails.make(path, kind, SIZES)}


def decoded(picture: Picture) -> Image.Image:
    image = Image.open(io.BytesIO(picture.data))
    assert image.format == "WEBP"
    assert image.size == (picture.width, picture.height)
    image.load()
    return image


def near(seen: object, expected: tuple[int, ...], by: int = 24) -> bool:
    assert isinstance(seen, tuple)
    return all(abs(a - b) <= by for a, b in zip(seen, expected, strict=True))


def assert_quarters(image: Image.Image) -> None:
    """Red, lime above blue, yellow."""
    shown = image.convert("RGB")
    points = [(x, y) for y in (0.25, 0.75) for x in (0.25, 0.75)]
    seen = [shown.getpixel((int(x * image.width), int(y * image.height))) for x, y in points]
    assert all(near(a, b) for a, b in zip(seen, QUARTERS, strict=True)), seen


@pytest.mark.parametrize("suffix", TYPES)
def test_every_format_in_every_size(tmp_path: Path, suffix: str) -> None:
    pictures = made(
        media_files.image_file(tmp_path / f"a{suffix}", media_files.picture((1200, 800)))
    )
    assert [(p.name, p.width, p.height) for p in pictures.values()] == [
        ("small", 150, 100),
        ("medium", 300, 200),
        ("large", 600, 400),
    ]
    for picture in pictures.values():
        assert picture.content_type == "image/webp"
        assert_quarters(decoded(picture))


def test_a_small_picture_is_never_enlarged(tmp_path: Path) -> None:
    pictures = made(media_files.image_file(tmp_path / "a.png", media_files.picture((200, 100))))
    assert [(p.width, p.height) for p in pictures.values()] == [(150, 75), (200, 100), (200, 100)]


def test_a_very_long_picture_keeps_a_pixel(tmp_path: Path) -> None:
    pictures = made(media_files.image_file(tmp_path / "a.png", Image.new("RGB", (5000, 2))))
    assert (pictures["small"].width, pictures["small"].height) == (150, 1)


def test_boxes_that_do_not_nest_are_each_kept(tmp_path: Path) -> None:
    path = media_files.image_file(tmp_path / "a.png", media_files.picture((1000, 1000)))
    boxes = {"banner": (500, 100), "tower": (90, 400)}
    pictures = thumbnails.make(path, "image/png", boxes)
    assert {p.name: (p.width, p.height) for p in pictures} == {
        "banner": (100, 100),
        "tower": (90, 90),
    }


def test_transparency_is_kept_and_does_not_bleed(tmp_path: Path) -> None:
    image = Image.new("RGBA", (400, 400), (255, 0, 255, 0))
    image.paste((0, 128, 0, 255), (0, 0, 200, 400))
    small = decoded(made(media_files.image_file(tmp_path / "a.png", image))["small"])
    assert small.mode == "RGBA"
    assert near(small.getpixel((30, 75)), (0, 128, 0, 255))
    assert small.getpixel((120, 75))[3] == 0  # type: ignore[index]
    edge = [small.getpixel((x, 75)) for x in range(70, 80)]
    assert all(p[1] >= p[0] and p[1] >= p[2] for p in edge if p[3] > 60)  # type: ignore[index]


def test_an_opaque_alpha_channel_is_dropped(tmp_path: Path) -> None:
    image = media_files.picture(mode="RGBA")
    assert decoded(made(media_files.image_file(tmp_path / "a.png", image))["small"]).mode == "RGB"


def test_a_palette_with_a_transparent_colour(tmp_path: Path) -> None:
    image = Image.new("P", (200, 200), 1)
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.paste(0, (0, 0, 100, 200))
    for suffix in (".png", ".gif"):
        path = media_files.image_file(tmp_path / f"a{suffix}", image, transparency=1)
        shown = decoded(made(path)["small"])
        assert near(shown.getpixel((20, 75)), (255, 0, 0, 255))
        assert shown.getpixel((130, 75))[3] == 0  # type: ignore[index]


def test_grey_with_alpha(tmp_path: Path) -> None:
    image = Image.new("LA", (200, 200), (90, 128))
    shown = decoded(made(media_files.image_file(tmp_path / "a.png", image))["small"])
    assert near(shown.getpixel((75, 75)), (90, 90, 90, 128), 6)


def test_black_and_white(tmp_path: Path) -> None:
    image = Image.new("1", (400, 400), 1)
    image.paste(0, (0, 0, 200, 400))
    shown = decoded(made(media_files.image_file(tmp_path / "a.png", image))["small"])
    assert near(shown.getpixel((30, 75)), (0, 0, 0))
    assert near(shown.getpixel((120, 75)), (255, 255, 255))


def test_sixteen_bits_of_grey(tmp_path: Path) -> None:
    image = Image.new("I;16", (200, 200), 32_768)
    shown = decoded(made(media_files.image_file(tmp_path / "a.png", image))["small"])
    assert near(shown.getpixel((75, 75)), (128, 128, 128), 4)


def test_cmyk(tmp_path: Path) -> None:
    path = media_files.image_file(tmp_path / "a.jpg", media_files.picture(mode="CMYK"), quality=95)
    assert_quarters(decoded(made(path)["medium"]))


def test_colours_go_through_the_embedded_profile(tmp_path: Path) -> None:
    """In a space where red and blue are swapped, a stored red is a blue."""
    srgb = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = int.from_bytes(srgb[128:132], "big")
    tags = {bytes(srgb[132 + 12 * i : 136 + 12 * i]): 132 + 12 * i for i in range(count)}
    for one, other in ((b"rXYZ", b"bXYZ"),):
        a, b = tags[one], tags[other]
        srgb[a + 4 : a + 12], srgb[b + 4 : b + 12] = srgb[b + 4 : b + 12], srgb[a + 4 : a + 12]
    image = Image.new("RGB", (100, 100), (255, 0, 0))
    path = media_files.image_file(tmp_path / "a.png", image, icc_profile=bytes(srgb))
    assert near(decoded(made(path)["small"]).getpixel((50, 50)), (0, 0, 255))


def test_a_broken_profile_is_ignored(tmp_path: Path) -> None:
    path = media_files.image_file(tmp_path / "a.jpg", icc_profile=b"no profile" * 20)
    assert_quarters(decoded(made(path)["small"]))


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".png"])
def test_an_animation_shows_its_first_frame(tmp_path: Path, suffix: str) -> None:
    large = made(media_files.animation(tmp_path / f"a{suffix}"))["large"]
    shown = decoded(large)
    assert getattr(shown, "n_frames", 1) == 1
    assert_quarters(shown)


def test_derivatives_carry_no_metadata(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Secret Camera"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    path = media_files.image_file(
        tmp_path / "a.jpg", exif=exif, xmp=b"<x:xmpmeta>Secret</x:xmpmeta>", icc_profile=profile
    )
    assert b"Secret" in Path(path).read_bytes()
    for picture in made(path).values():
        assert not {"exif", "xmp", "icc_profile"} & decoded(picture).info.keys()
        assert b"Secret" not in picture.data


def test_a_bomb_ends_before_it_is_decoded(tmp_path: Path) -> None:
    path = media_files.bomb_png(tmp_path / "bomb.png")
    assert Path(path).stat().st_size < 19_000
    sandbox.warm_up()
    began = time.monotonic()
    with pytest.raises(TooLargeToDecode, match="50 megapixels") as caught:
        sandbox.run(thumbnails.make, path, "image/png", SIZES)
    assert time.monotonic() - began < 2
    assert caught.value.peak_memory_bytes
    assert caught.value.peak_memory_bytes < 100 * 1024**2


def test_fifty_megapixels_fit_into_the_sandbox(tmp_path: Path) -> None:
    image = Image.new("RGBA", (10_000, 5_000), (0, 0, 200, 128))
    path = media_files.image_file(tmp_path / "a.png", image, compress_level=1)
    outcome = sandbox.run(thumbnails.make, path, "image/png", SIZES)
    assert [p.width for p in outcome.result] == [150, 300, 600]


@pytest.mark.parametrize(("frames", "side"), [(60, 1000), (110, 800), (3000, 500)])
def test_a_long_animation_is_a_still_of_its_first_frame(
    tmp_path: Path, frames: int, side: int
) -> None:
    path = media_files.flicker(tmp_path / "a.gif", frames=frames, side=side)
    assert made(path)["large"].width == min(600, side)
    technical = sandbox.run(metadata.read, path, "image/gif").result.technical
    assert technical["frames"] == frames
    assert "damaged" not in technical


@pytest.mark.parametrize("suffix", [".png", ".webp"])
def test_large_frames_do_not_add_up(tmp_path: Path, suffix: str) -> None:
    path = media_files.animation(tmp_path / f"a{suffix}", frames=9, size=(3000, 2500))
    assert made(path)["large"].width == 600
    assert metadata.read(path, TYPES[suffix]).technical["frames"] == 9


def test_one_frame_counts_towards_the_limit(tmp_path: Path) -> None:
    path = media_files.flicker(tmp_path / "a.gif", frames=1, side=7100)
    with pytest.raises(TooLargeToDecode, match="7100 by 7100"):
        made(path)


@pytest.mark.parametrize("suffix", TYPES)
@pytest.mark.parametrize("share", [0.1, 0.6])
def test_a_truncated_picture_is_unreadable(tmp_path: Path, suffix: str, share: float) -> None:
    noise = Image.effect_noise((300, 300), 90).convert("RGB")
    path = media_files.cut(media_files.image_file(tmp_path / f"a{suffix}", noise), share)
    with pytest.raises(Unreadable):
        made(path)


@pytest.mark.parametrize("content_type", images.FORMATS)
@pytest.mark.parametrize("data", [b"", b"<html></html>", b"%!PS-Adobe-3.0 EPSF-3.0\n", bytes(500)])
def test_what_is_no_picture_is_unreadable(tmp_path: Path, content_type: str, data: bytes) -> None:
    path = tmp_path / "fake"
    path.write_bytes(data)
    with pytest.raises(Unreadable):
        made(str(path), content_type)


def test_only_the_named_decoder_touches_a_file(tmp_path: Path) -> None:
    path = media_files.image_file(tmp_path / "a.png")
    with pytest.raises(Unreadable):
        made(path, "image/jpeg")


@pytest.mark.parametrize("suffix", [".jpg", ".tif"])
@pytest.mark.parametrize(
    "ink",
    [
        (0, 0, 0, 0),
        (255, 0, 0, 0),
        (0, 255, 0, 0),
        (0, 0, 255, 0),
        (0, 0, 0, 255),
        (120, 60, 30, 20),
        (40, 180, 160, 60),
    ],
)
def test_printed_colours_are_those_of_their_profile(
    tmp_path: Path, suffix: str, ink: printed.Ink
) -> None:
    image = Image.new("CMYK", (64, 64), ink)
    options = {"quality": 100} if suffix == ".jpg" else {}
    path = media_files.image_file(
        tmp_path / f"a{suffix}", image, icc_profile=printed.profile(), **options
    )
    shown = decoded(made(path)["small"]).getpixel((32, 32))
    assert isinstance(shown, tuple)
    wanted = printed.lab_of_ink(*(part / 255 for part in ink))
    got = printed.lab_of_srgb(*(part / 255 for part in shown[:3]))
    assert math.dist(wanted, got) < 5, (wanted, got)
