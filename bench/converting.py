"""Masters of films: remuxing and transcoding, beside plain ffmpeg, and what an hour would take."""

import re
import subprocess
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from bench.measuring import median, take_turns
from bench.report import Goal, Section, Table, ratio
from chalicelib.core.settings import Settings
from chalicelib.processing.conversion import transcoding
from chalicelib.processing.media import sandbox

TITLE = "Conversion"

_LEAST_REMUX_SPEED = 0.9
_TIMES = 10
_LIMITS = sandbox.Limits(2_400 * 1024**2, 1600, 780.0, 6 * 1024**3)
_LAMBDA_GB, _DOLLARS_A_GB_SECOND = 3.008, 0.0000166667
_PIECE_SECONDS = Settings().conversion_segment_seconds
_SSIM = re.compile(r"All:([0-9.]+)")


class Shot(NamedTuple):
    """How long it took, how large the result is, and how like the original, where that counts."""

    seconds: float
    size_bytes: int


def measure(quick: bool) -> Section:
    """Convert by both in turns."""
    rounds, long, short = (3, 10, 2) if quick else (7, 90, 10)
    with tempfile.TemporaryDirectory(prefix="reef-bench-") as name:
        folder = Path(name)
        late = _film(folder / "late.mp4", long, "libx264", "-b:v", "10M", "-maxrate", "12M")
        longer = _repeated(late, folder / "longer.mp4", _TIMES)
        other = _film(folder / "other.avi", short, "mpeg4", "-q:v", "3")
        copied, encoded = folder / "copied.mp4", folder / "encoded.mp4"
        ours, ours_encoded = folder / "reef-copied.mp4", folder / "reef-encoded.mp4"
        copying = ["-c", "copy", "-movflags", "+faststart", "-map_metadata", "-1"]
        plain = ["-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-c:a", "aac"]
        remuxed = _turns(late, "video/mp4", ours, copied, copying, rounds)
        remuxed_longer = _turns(longer, "video/mp4", ours, copied, copying, max(3, rounds // 2))
        made = _turns(other, "video/x-msvideo", ours_encoded, encoded, plain, max(3, rounds // 2))
        likeness = [_similarity(path, other) for path in (ours_encoded, encoded)]
    speed = remuxed_longer[1].seconds / remuxed_longer[0].seconds
    pace = short / made[0].seconds
    pieces = 3600 / _PIECE_SECONDS
    piece = _PIECE_SECONDS / pace
    dollars = 3600 / pace * _LAMBDA_GB * _DOLLARS_A_GB_SECOND
    return Section(
        TITLE,
        f"A film of {long} s of 1080p whose index comes last, the same {_TIMES} times over, and "
        f"one of {short} s in MPEG-4, each made a master by the call through the sandbox, and by "
        "ffmpeg alone. Reef's time has the questions to ffprobe before and the proof afterwards "
        "in it, which take as long for a short film as for a long one.",
        [
            Goal(
                f"{long * _TIMES} s remuxed at {_LEAST_REMUX_SPEED} times the speed of "
                "`ffmpeg -c copy`, or faster",
                ratio(speed),
                speed >= _LEAST_REMUX_SPEED,
            ),
            Goal(
                "no invocation over 10 minutes for an hour of 1080p",
                f"{piece:.0f} s for a piece of {_PIECE_SECONDS:.0f} s at this machine's pace of "
                f"{pace:.2f} times the film's",
                piece <= 600,
            ),
        ],
        [
            Table(
                ["", "Reef", "ffmpeg", "Reef / ffmpeg"],
                [
                    _row("remux, s", [one.seconds for one in remuxed]),
                    _row("remux, MB", [one.size_bytes / 1e6 for one in remuxed]),
                    _row("longer remux, s", [one.seconds for one in remuxed_longer]),
                    _row("longer remux, MB", [one.size_bytes / 1e6 for one in remuxed_longer]),
                    _row("transcode, s", [one.seconds for one in made]),
                    _row("transcode, MB", [one.size_bytes / 1e6 for one in made]),
                    _row("transcode, SSIM", likeness, digits=4),
                ],
            )
        ],
        [
            f"An hour of it is {pieces:.0f} pieces and the sound; at this pace they cost "
            f"{dollars:.2f} $ of Lambda's time at {_LAMBDA_GB} GB (reckoned, not measured).",
        ],
    )


def _turns(
    source: Path, content_type: str, ours: Path, theirs: Path, options: Sequence[str], rounds: int
) -> list[Shot]:
    taken = take_turns(
        {
            "Reef": partial(_by_reef, source, content_type, ours),
            "ffmpeg": partial(_by_ffmpeg, source, theirs, options),
        },
        rounds,
        warm_ups=1,
    )
    return [
        Shot(median(taken["Reef"]), ours.stat().st_size),
        Shot(median(taken["ffmpeg"]), theirs.stat().st_size),
    ]


def _by_reef(source: Path, content_type: str, target: Path) -> float:
    began = time.perf_counter()
    told = (str(source), content_type, str(target), 700.0)
    sandbox.run(transcoding.make_master, *told, limits=_LIMITS)
    return time.perf_counter() - began


def _by_ffmpeg(source: Path, target: Path, options: Sequence[str]) -> float:
    began = time.perf_counter()
    threads = ["-threads", str(transcoding.THREADS)]
    _ffmpeg("-i", str(source), *options, *threads, str(target))
    return time.perf_counter() - began


def _film(path: Path, seconds: float, codec: str, *options: str) -> Path:
    grain = f"testsrc2=s=1920x1080:r=30:d={seconds},noise=alls=3:allf=t"
    sound = f"sine=d={seconds}"
    fast = ["-preset", "ultrafast"] if codec == "libx264" else []
    _ffmpeg(
        *("-f", "lavfi", "-i", grain, "-f", "lavfi", "-i", sound, "-c:v", codec, *fast, *options),
        *("-pix_fmt", "yuv420p", "-c:a", "aac", str(path)),
    )
    return path


def _repeated(film: Path, path: Path, times: int) -> Path:
    _ffmpeg("-stream_loop", str(times - 1), "-i", str(film), "-c", "copy", str(path))
    return path


def _similarity(made: Path, original: Path) -> float:
    said = subprocess.run(
        ["ffmpeg", "-i", str(made), "-i", str(original), "-lavfi", "ssim", "-f", "null", "-"],
        capture_output=True,
        text=True,
        check=True,
    ).stderr
    return float(_SSIM.findall(said)[-1])


def _ffmpeg(*arguments: str) -> None:
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-nostdin", *arguments], check=True)


def _row(title: str, values: Sequence[float], digits: int = 2) -> list[str]:
    ours, theirs = values
    return [title, f"{ours:.{digits}f}", f"{theirs:.{digits}f}", ratio(ours / theirs)]
