"""Whether a film goes on to the end that its header promises, or a broken copy lost it."""

from chalicelib.processing.media.audio_video import lengths, streams
from chalicelib.processing.media.audio_video.streams import Probe, Stream
from chalicelib.processing.problems import Unreadable


def check(source: str, found: Probe) -> None:
    """Make sure that a video's last packets are there; sounds pass.

    What an edit list leaves out need not be there.

    Raises:
        Unreadable: the end is missing, as after a broken copy.
    """
    video = found.first("video")
    if video is None or not found.duration_seconds:
        return
    promises = _promises(source, found, video, found.duration_seconds)
    slack = _slack(source, found, video)
    earliest = min(end for _, end in promises)
    packets = streams.last_packets(source, max(0.0, earliest - slack - 1.0))
    for index, end in promises:
        ends = (
            streams.packet_end(packet)
            for packet in packets
            if index is None or packet.get("stream_index") == index
        )
        if max(ends, default=0.0) < end - slack:
            raise Unreadable("The video is incomplete: its end is missing. Upload it again.")


def _promises(
    source: str, found: Probe, video: Stream, seconds: float
) -> list[tuple[int | None, float]]:
    """Return which streams go on to which second, by their index; None stands for any of them."""
    if streams.has_edit_lists(found):
        # ffmpeg counts a delay that is followed by a cut twice; the file's own header does not.
        ends = [(stream.index, stream.end_seconds) for stream in found.played()]
        known = [(index, min(end, seconds)) for index, end in ends if end]
        return [*known] or [(None, seconds)]
    if video.frames and video.frame_rate:
        # Where an AVI is cut, ffmpeg guesses how long it is; its header counts the frames.
        return [(video.index, max(video.end_seconds or 0.0, video.frames / video.frame_rate))]
    if not streams.is_url(source):
        # ffmpeg measures what is left of a file that was cut; its header knows better.
        seconds = lengths.windows_media_seconds(source) or seconds
    return [(None, seconds)]


def _slack(source: str, found: Probe, video: Stream) -> float:
    """Return by how many seconds a whole video may end early."""
    frame = 1.5 / (video.frame_rate or 25.0)
    if streams.has_edit_lists(found):
        return max(0.3, 0.01 * (found.duration_seconds or 0.0))
    if not streams.is_url(source) and lengths.is_cut(source):
        return frame
    # A slide show's last frame stands for long.
    return max(0.5, 0.02 * (found.duration_seconds or 0.0), frame)
