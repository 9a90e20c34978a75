"""Posters have the colours that Chromium plays, ordinary tones for HDR, and of the right stream."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import Browser, Page

from chalicelib.processing.media import metadata, thumbnails
from tests import chromium, media_files

SIDE = 300
BARS = "smptebars=size={}:rate=10:duration=1"
VP8 = ("-c:v", "libvpx", "-crf", "4", "-b:v", "4M", "-deadline", "realtime")
VP9 = ("-c:v", "libvpx-vp9", "-crf", "10", "-b:v", "0", "-deadline", "realtime", "-cpu-used", "8")
AV1 = ("-c:v", "libaom-av1", "-crf", "10", "-cpu-used", "8", "-usage", "realtime")
H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-crf", "4", "-pix_fmt", "yuv420p")
HEVC = ("-c:v", "libx265", "-preset", "ultrafast", "-crf", "8", "-tag:v", "hvc1")
HALF = r"format=yuva420p,geq=lum=lum(X\,Y):cb=cb(X\,Y):cr=cr(X\,Y):a=if(lt(X\,W/2)\,255\,60)"
TAGGED = ("-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709")

FILMS = {
    "VP8": (".webm", "320x180", VP8),
    "VP8 in high definition": (".webm", "1280x720", VP8),
    "VP9": (".webm", "320x180", VP9),
    "VP9 in high definition": (".webm", "1280x720", VP9),
    "VP9 that says BT.709": (
        ".webm",
        "320x180",
        ("-vf", "scale=in_color_matrix=bt601:out_color_matrix=bt709", *VP9, *TAGGED),
    ),
    "VP9 with full colour": (".webm", "320x180", (*VP9, "-pix_fmt", "yuv444p")),
    "VP9 of ten bits": (".webm", "320x180", (*VP9, "-pix_fmt", "yuv420p10le")),
    "VP9 with narrow pixels": (".webm", "320x180", (*VP9, "-aspect", "4:3")),
    "VP9 with wide pixels": (".webm", "320x240", (*VP9, "-aspect", "16:9")),
    "VP8 with transparency": (
        ".webm",
        "320x180",
        ("-vf", HALF, *VP8, "-auto-alt-ref", "0", "-pix_fmt", "yuva420p"),
    ),
    "VP9 with transparency": (".webm", "320x180", ("-vf", HALF, *VP9, "-pix_fmt", "yuva420p")),
    "AV1": (".webm", "320x180", AV1),
    "AV1 in high definition": (".mp4", "1280x720", AV1),
    "H.264": (".mp4", "320x180", H264),
    "H.264 in high definition": (".mp4", "1280x720", H264),
}


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    yield page
    page.close()


def bars(path: Path, size: str, *options: str) -> str:
    return media_files.ffmpeg("-f", "lavfi", "-i", BARS.format(size), *options, str(path))


def poster(path: str, content_type: str) -> Image.Image:
    (made,) = thumbnails.make(path, content_type, {"only": (SIDE, SIDE)})
    return Image.open(io.BytesIO(made.data))


def difference(one: Image.Image, other: Image.Image) -> float:
    """How far two pictures are apart on white, as the mean of the worst channel."""
    assert one.size == other.size
    sheets = [Image.new("RGBA", one.size, "white") for _ in range(2)]
    for sheet, picture in zip(sheets, (one, other), strict=True):
        sheet.alpha_composite(picture.convert("RGBA"))
    return max(ImageStat.Stat(ImageChops.difference(*(s.convert("RGB") for s in sheets))).mean)


@pytest.mark.parametrize("name", FILMS)
def test_a_poster_has_the_colours_that_chromium_plays(
    name: str, page: Page, tmp_path: Path
) -> None:
    suffix, size, options = FILMS[name]
    path = bars(tmp_path / f"a{suffix}", size, *options)
    content_type = "video/webm" if suffix == ".webm" else "video/mp4"
    played = chromium.played(page, Path(path).read_bytes(), content_type, SIDE, 0.1)
    if played is None and options[:2] == ("-c:v", "libx264"):
        pytest.skip("this Chromium plays no H.264")
    assert played is not None
    mine = poster(path, content_type)
    assert (mine.mode == "RGBA") == ("transparency" in name)
    assert difference(mine, played[0]) < 6


def hdr(transfer: str) -> tuple[str, ...]:
    """Write an ordinary picture's white at 203 nits (ITU-R BT.2408)."""
    light = "pin=bt709:tin=iec61966-2-1:min=gbr:rin=pc:p=bt2020:t=linear:npl=203"
    back = f"pin=bt2020:tin=linear:min=gbr:rin=pc:p=bt2020:t={transfer}:m=bt2020nc:r=tv:npl=203"
    filters = f"format=gbrp,zscale={light},format=gbrpf32le,zscale={back},format=yuv420p10le"
    tags = ("-color_primaries", "bt2020", "-color_trc", transfer, "-colorspace", "bt2020nc")
    return ("-vf", filters, *tags, "-color_range", "tv")


def ramp(path: Path, *options: str) -> str:
    """Five greys, and red, green and blue, side by side."""
    grey = [255, 192, 128, 64, 0]
    sheet = Image.new("RGB", (320, 180))
    colours = [(level,) * 3 for level in grey] + [(255, 0, 0), (0, 255, 0), (0, 0, 255)]
    for column, colour in enumerate(colours):
        sheet.paste(colour, (column * 40, 0, column * 40 + 40, 180))
    sheet.save(path.with_suffix(".png"))
    still = ("-loop", "1", "-framerate", "10", "-t", "1", "-i", str(path.with_suffix(".png")))
    return media_files.ffmpeg(*still, *options, str(path))


@pytest.mark.parametrize("transfer", ["arib-std-b67", "smpte2084"])
@pytest.mark.parametrize("codec", ["HEVC", "VP9", "AV1"])
@pytest.mark.parametrize("side", [SIDE, 299, 151])
def test_hdr_has_the_tones_of_an_ordinary_picture(
    tmp_path: Path, transfer: str, codec: str, side: int
) -> None:
    options = {"HEVC": HEVC, "VP9": (*VP9, "-profile:v", "2"), "AV1": AV1}[codec]
    path = ramp(tmp_path / ("a.webm" if codec == "VP9" else "a.mp4"), *hdr(transfer), *options)
    (made,) = thumbnails.make(path, "video/mp4", {"only": (side, side)})
    picture = Image.open(io.BytesIO(made.data)).convert("RGB")
    seen = [
        picture.getpixel((int(picture.width * (column + 0.5) / 8), picture.height // 2))
        for column in range(8)
    ]
    greys = [sum(pixel) / 3 for pixel in seen[:5] if isinstance(pixel, tuple)]
    assert greys == pytest.approx([255, 192, 128, 64, 0], abs=9)
    for channel, pixel in enumerate(seen[5:]):
        assert isinstance(pixel, tuple)
        assert pixel[channel] > 235
        assert sum(pixel) - pixel[channel] < 40


def test_wide_colours_come_back_to_those_of_a_screen(tmp_path: Path) -> None:
    wide = "pin=bt709:tin=bt709:min=gbr:rin=pc:p=bt2020:t=bt709:m=bt2020nc:r=tv"
    filters = f"format=gbrp,zscale={wide},format=yuv420p10le"
    tags = ("-color_primaries", "bt2020", "-color_trc", "bt2020-10", "-colorspace", "bt2020nc")
    ordinary = ramp(tmp_path / "a.mp4", *H264)
    converted = ramp(tmp_path / "b.webm", "-vf", filters, *tags, *VP9, "-profile:v", "2")
    assert difference(poster(ordinary, "video/mp4"), poster(converted, "video/webm")) < 5


@pytest.mark.parametrize("codec", [VP8, VP9])
def test_transparency_of_webm_is_kept(tmp_path: Path, codec: tuple[str, ...]) -> None:
    options = ("-vf", HALF, *codec, "-auto-alt-ref", "0", "-pix_fmt", "yuva420p")
    picture = poster(bars(tmp_path / "a.webm", "320x180", *options), "video/webm")
    assert picture.mode == "RGBA"
    left, right = (picture.getchannel("A").getpixel((x, 80)) for x in (40, 260))
    assert left == 255
    assert right == pytest.approx(60, abs=4)


def test_a_field_is_no_comb(tmp_path: Path) -> None:
    """Interlaced, a moving edge tears into lines; every second line of the poster agrees."""
    moving = (
        "color=black:size=320x240:rate=20:duration=2,drawbox=x=mod(t*400\\,320):w=40:c=white:t=fill"
    )
    woven = ("-vf", "tinterlace=interleave_top,fieldorder=tff", "-flags", "+ilme+ildct")
    path = media_files.ffmpeg(
        *("-f", "lavfi", "-i", moving, *woven, "-c:v", "mpeg4", "-q:v", "2", "-top", "1"),
        str(tmp_path / "a.mov"),
    )
    rows = poster(path, "video/quicktime").convert("L").crop((0, 40, 300, 180))
    shifted = ImageChops.offset(rows, 0, 1).crop((0, 1, 300, 139))
    assert ImageStat.Stat(ImageChops.difference(shifted, rows.crop((0, 1, 300, 139)))).mean[0] < 4


def red_cover(folder: Path) -> str:
    return media_files.image_file(folder / "cover.jpg", Image.new("RGB", (90, 90), "red"))


@pytest.mark.parametrize("order", [("1", "0"), ("0", "1")], ids=["cover first", "cover last"])
@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
def test_a_cover_is_never_drawn_instead_of_the_film(
    tmp_path: Path, order: tuple[str, str], suffix: str
) -> None:
    film = media_files.video(tmp_path / "film.mp4", 1)
    if suffix == ".mkv":
        attached = ("-attach", red_cover(tmp_path), "-metadata:s:t", "mimetype=image/jpeg")
        path = media_files.ffmpeg("-i", film, *attached, "-c", "copy", f"{tmp_path}/a.mkv")
    else:
        first, second = order
        cover = "0" if order == ("1", "0") else "1"
        path = media_files.ffmpeg(
            *("-i", film, "-i", red_cover(tmp_path), "-map", first, "-map", second, "-c", "copy"),
            *(f"-disposition:v:{cover}", "attached_pic", f"{tmp_path}/a{suffix}"),
        )
    facts = metadata.read(path, "video/mp4")
    assert (facts.kind, facts.technical["video_codec"]) == ("video", "h264")
    assert difference(poster(path, "video/mp4"), poster(film, "video/mp4")) < 1


def test_a_sound_in_mp4_with_a_cover_is_a_sound(tmp_path: Path) -> None:
    song = media_files.sound(tmp_path / "a.mp3", 1)
    path = media_files.ffmpeg(
        *("-i", song, "-i", red_cover(tmp_path), "-map", "1", "-map", "0", "-c", "copy"),
        *("-disposition:v:0", "attached_pic", f"{tmp_path}/a.mp4"),
    )
    facts = metadata.read(path, "video/mp4")
    assert (facts.kind, facts.technical["audio_codec"]) == ("audio", "mp3")
    pixel = poster(path, "video/mp4").convert("RGB").getpixel((45, 45))
    assert isinstance(pixel, tuple)
    assert pixel[0] > 230 > 30 > pixel[1]


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_display_matrix_turns_the_picture_as_in_chromium(
    page: Page, tmp_path: Path, turn: int
) -> None:
    still = ("-f", "lavfi", "-i", "color=blue:size=320x240:rate=10:duration=1")
    corner = ("-vf", "drawbox=w=160:h=120:c=red:t=fill", *AV1)
    plain = media_files.ffmpeg(*still, *corner, f"{tmp_path}/plain.mp4")
    turned = media_files.ffmpeg(
        "-i", plain, "-c", "copy", "-metadata:s:v:0", f"rotate={turn}", f"{tmp_path}/turned.mp4"
    )
    played = chromium.played(page, Path(turned).read_bytes(), "video/mp4", SIDE, 0.1)
    assert played is not None
    picture = poster(turned, "video/mp4")
    assert difference(picture, played[0]) < 6
    assert difference(picture, poster(plain, "video/mp4").resize(picture.size)) > 30
