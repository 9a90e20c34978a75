"""A video's poster: one frame from near its beginning, taken by ffmpeg."""

import ffmpeg
from PIL import Image, ImageStat

from chalicelib.processing import subprocesses
from chalicelib.processing.media.audio_video import colours, completeness, streams
from chalicelib.processing.media.audio_video.streams import Probe, Stream
from chalicelib.processing.media.pictures import images
from chalicelib.processing.problems import ProcessingTimeout, Unreadable
from chalicelib.processing.subprocesses import ProgramFailed

POSTER_SECONDS = 60.0
LATEST_POSTER_AT_SECONDS = 5.0
LEAST_CONTRAST = 20.0
"""The deviation of luma above which a frame shows something; a black one, or a fade, has less."""

SEARCH_SECONDS = 20.0
_SEARCHED_SIZE, _MOST_SEARCHED = (48, 48), 6_000
TRIES = 4
"""How many moments are tried besides the first two, before a film at hand is looked through."""

_ALPHA_DECODERS = {"vp8": "libvpx", "vp9": "libvpx-vp9"}
"""ffmpeg's own decoders of these leave the transparency out."""

_PIXEL_FORMATS = {"RGB": "rgb24", "RGBA": "rgba"}


def poster(source: str, found: Probe, box: tuple[int, int]) -> Image.Image:
    """Decode a frame with something to see, near the beginning if there is one, upright and fitted.

    Raises:
        TooLargeToDecode: one frame has more pixels than a picture may have.
        Unreadable: no frame can be decoded, or the end of the file is missing.
    """
    stream = found.first("video")
    if stream is None or not stream.width or not stream.height:
        raise Unreadable("The video holds no pictures.")
    images.check_pixels(stream.width, stream.height)
    completeness.check(source, found)
    target = images.fit(stream.shown_size(), box)
    best, most = None, -1.0
    for moment in _moments(found.duration_seconds or 0.0):
        drawn = frame(source, stream, moment, target)
        if drawn is None:
            continue
        contrast = _contrast(drawn)
        if contrast > most:
            best, most = drawn, contrast
        if contrast > LEAST_CONTRAST:
            break
    if most <= LEAST_CONTRAST and not streams.is_url(source):
        best = _searched(source, stream, target) or best
    if best is None:
        raise Unreadable("No picture of the video can be decoded.")
    return best


def _moments(seconds: float) -> list[float]:
    """Return where a poster may be found: at a tenth, at the beginning, then all over the film."""
    first = [min(seconds / 10, LATEST_POSTER_AT_SECONDS), 0.0]
    spread = [seconds * (number + 0.5) / TRIES for number in range(TRIES)]
    return list(dict.fromkeys(round(moment, 3) for moment in first + spread))


def _searched(source: str, stream: Stream, size: tuple[int, int]) -> Image.Image | None:
    """Look through the first frames of all for one with something to see; None without one."""
    width, height = _SEARCHED_SIZE
    opened = ffmpeg.input(
        streams.address(source),
        threads=1,
        max_pixels=images.MAX_PIXELS,
        **streams.input_options(source),
    )
    small = opened[str(stream.index)].filter("scale", width, height)
    raw = {"format": "rawvideo", "vcodec": "rawvideo", "pix_fmt": "gray"}
    command = (
        small.output("pipe:", vframes=_MOST_SEARCHED, vsync="passthrough", threads=1, **raw)
        .global_args("-nostdin", "-loglevel", "error")
        .compile()
    )
    try:
        pixels = subprocesses.run(command, SEARCH_SECONDS)
    except (ProgramFailed, ProcessingTimeout):
        return None
    count = len(pixels) // (width * height)
    frames = [
        Image.frombytes("L", (width, height), pixels[at : at + width * height])
        for at in range(0, count * width * height, width * height)
    ]
    contrasts = [_contrast(small) for small in frames]
    if max(contrasts, default=0.0) <= LEAST_CONTRAST:
        return None
    number = next(at for at, contrast in enumerate(contrasts) if contrast > LEAST_CONTRAST)
    return frame(source, stream, 0.0, size, number=number)


def _contrast(picture: Image.Image) -> float:
    """Return by how much luma deviates from its mean; what is transparent counts as white."""
    if picture.mode == "RGBA":
        ground = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(ground, picture)
    return ImageStat.Stat(picture.convert("L")).stddev[0]


def frame(
    source: str, stream: Stream, moment: float, size: tuple[int, int], number: int = 0
) -> Image.Image | None:
    """Decode one frame; where its colours cannot be converted, as they are stored.

    It is the first from a moment on, or one that comes so many frames later.
    """
    conversion = colours.conversion(stream)
    mode = "RGBA" if colours.has_alpha(stream) else "RGB"
    for wanted in (conversion, ()) if conversion else ((),):
        pixels = _pixels(source, stream, (moment, number), size, wanted, mode)
        if len(pixels) == size[0] * size[1] * len(mode):
            picture = Image.frombytes(mode, size, pixels)
            if mode == "RGBA" and picture.getchannel("A").getextrema() == (255, 255):
                return picture.convert("RGB")
            return picture
    return None


def _pixels(
    source: str,
    stream: Stream,
    place: tuple[float, int],
    size: tuple[int, int],
    conversion: tuple[colours.Filter, ...],
    mode: str,
) -> bytes:
    moment, number = place
    options = streams.input_options(source)
    if stream.has_alpha_layer and stream.codec in _ALPHA_DECODERS:
        options["vcodec"] = _ALPHA_DECODERS[stream.codec]
    opened = ffmpeg.input(
        streams.address(source), ss=moment, threads=1, max_pixels=images.MAX_PIXELS, **options
    )
    # By its number: "the first video stream" may be a cover.
    drawn = opened[str(stream.index)]
    if number:
        drawn = drawn.filter("select", f"gte(n,{number})")
    if stream.is_interlaced:
        drawn = drawn.filter("yadif", deint="interlaced")
    drawn = drawn.filter("scale", *size, **colours.scale_options(stream)).filter("setsar", 1)
    for name, arguments in conversion:
        drawn = drawn.filter(name, **arguments)
    # Without a container: PNG would carry the film's colour tags, which are used up here.
    raw = {"format": "rawvideo", "vcodec": "rawvideo", "pix_fmt": _PIXEL_FORMATS[mode]}
    command = (
        drawn.output("pipe:", vframes=1, threads=1, **raw)
        .global_args("-nostdin", "-loglevel", "error")
        .compile()
    )
    try:
        return subprocesses.run(command, POSTER_SECONDS)
    except ProgramFailed:
        return b""
