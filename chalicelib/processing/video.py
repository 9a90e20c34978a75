"""A video's poster: one frame from near its beginning, taken by ffmpeg."""

import io

import ffmpeg
from PIL import Image

from chalicelib.processing import children, images, streams
from chalicelib.processing.children import ProgramFailed
from chalicelib.processing.problems import Unreadable
from chalicelib.processing.streams import Probe

POSTER_SECONDS = 60.0
LATEST_POSTER_AT_SECONDS = 5.0


def poster(source: str, found: Probe, box: tuple[int, int]) -> Image.Image:
    """Decode the frame at a tenth of the video, at most 5 s in, upright and fitted into a box.

    Raises:
        TooLargeToDecode: one frame has more pixels than a picture may have.
        Unreadable: no frame can be decoded, or the end of the file is missing.
    """
    stream = found.first("video")
    if stream is None or not stream.width or not stream.height:
        raise Unreadable("The video holds no pictures.")
    images.check_pixels(stream.width, stream.height)
    streams.check_complete(source, found)
    target = images.fit(stream.shown_size(), box)
    wanted = min((found.duration_seconds or 0.0) / 10, LATEST_POSTER_AT_SECONDS)
    for moment in dict.fromkeys((round(wanted, 3), 0.0)):
        frame = _frame(source, moment, target)
        if frame is not None:
            return frame
    raise Unreadable("No picture of the video can be decoded.")


def _frame(source: str, moment: float, size: tuple[int, int]) -> Image.Image | None:
    command = (
        ffmpeg.input(
            streams.address(source),
            ss=moment,
            threads=1,
            max_pixels=images.MAX_PIXELS,
            **streams.input_options(source),
        )
        .video.filter("scale", *size)
        .filter("setsar", 1)
        .output("pipe:", vframes=1, format="image2pipe", vcodec="png", threads=1)
        .global_args("-nostdin", "-loglevel", "error")
        .compile()
    )
    try:
        encoded = children.run(command, POSTER_SECONDS)
    except ProgramFailed:
        return None
    if not encoded:
        return None
    with images.opened(io.BytesIO(encoded), ("PNG",)) as image:
        return images.reduced(image, size)
