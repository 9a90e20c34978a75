"""Metadata of pictures beside exiftool, and how much of a film its poster takes."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Self

from bench import samples
from bench.measuring import median, take_turns
from bench.peers import BOXES
from bench.report import Goal, Section, Table, milliseconds, ratio
from chalicelib.processing.media import metadata, sandbox, thumbnails
from chalicelib.processing.object_server import ObjectReader, served

TITLE = "Metadata and posters"
_LEAST_SPEED, _MOST_SHARE = 10.0, 0.1
_TYPES = {".jpg": "image/jpeg", ".png": "image/png", ".webp": "image/webp", ".tif": "image/tiff"}
_FILM_BYTES = 210_000_000
_SAID = {
    "Make": "Reef",
    "Model": "One",
    "Artist": "Ada",
    "Copyright": "Acme",
    "ImageDescription": "The harbour in the morning",
    "DateTimeOriginal": "2026:05:04 07:08:09",
    "ExposureTime": "1/250",
    "FNumber": "5.6",
    "ISO": "200",
    "FocalLength": "35",
    "LensModel": "35 mm",
    "IPTC:Keywords": "harbour",
    "IPTC:City": "Kiel",
    "XMP-dc:Title": "Harbour",
    "XMP-xmp:Rating": "4",
}


class ExifTool:
    """exiftool in a process that stays."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            ["exiftool", "-stay_open", "True", "-@", "-"],
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def run(self, *arguments: str) -> float:
        """Run a command; gives the seconds that it took."""
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        began = time.perf_counter()
        print(*arguments, "-execute", sep="\n", file=process.stdin, flush=True)
        while not process.stdout.readline().startswith("{ready}"):
            pass
        return time.perf_counter() - began

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()


def measure(quick: bool) -> Section:
    """Read the same pictures in turns, and draw and describe a long film by ranges."""
    sandbox.warm_up()
    with tempfile.TemporaryDirectory(prefix="reef-bench-") as name:
        folder = Path(name)
        rows, speeds = [], []
        if shutil.which("exiftool") is not None:
            with ExifTool() as tool:
                made = _pictures(folder, tool, (1000, 750) if quick else (4000, 3000))
                groups = {path.suffix[1:]: [path] for path in made}
                if own := samples.own_jpegs():
                    groups[f"{len(own)} own jpg, together"] = own
                for title, paths in groups.items():
                    theirs, call, inside = _times(tool, paths, 5 if quick else 30)
                    speeds.append(theirs / inside)
                    times = [milliseconds(seconds) for seconds in (theirs, call, inside)]
                    rows.append([title, *times, ratio(theirs / call), ratio(speeds[-1])])
        film = _film(folder, _FILM_BYTES)
        shares = [_share(film, work) for work in (thumbnails.make, metadata.read)]
    goals = [
        Goal(
            f"a poster of a film of {_FILM_BYTES // 10**6} MB by less than {_MOST_SHARE:.0%} of it",
            f"{shares[0]:.1%}; its metadata by {shares[1]:.1%}",
            max(shares) < _MOST_SHARE,
        )
    ]
    if speeds:
        goals.append(
            Goal(
                f"metadata {_LEAST_SPEED:.0f} times as fast as `exiftool -stay_open`, or faster",
                f"{min(speeds):.1f} to {max(speeds):.1f} times, the worker's start left out",
                min(speeds) >= _LEAST_SPEED,
            )
        )
    head = ["format", "exiftool, ms", "Reef, ms", "without start, ms", "speed", "without start"]
    return Section(
        TITLE,
        "All that is said in a picture (EXIF, IPTC, XMP, size, colours) as JSON, by `exiftool -j "
        "-stay_open` and by Reef's call through the sandbox, a fresh worker for each file. Films "
        "are read by ranges from the function's own server, as on Lambda. Reef reads a picture to "
        "its end, to tell whether it is whole; exiftool does not.",
        goals,
        [Table(head, rows)] if rows else [],
    )


def _pictures(folder: Path, tool: ExifTool, size: tuple[int, int]) -> list[Path]:
    picture = samples.photograph(size, seed=1)
    paths = [folder / f"a{suffix}" for suffix in _TYPES]
    for path in paths:
        picture.save(path)
        said = [f"-{name}={value}" for name, value in _SAID.items()]
        tool.run("-overwrite_original", *said, str(path))
    return paths


def _times(tool: ExifTool, paths: list[Path], rounds: int) -> tuple[float, float, float]:
    """Read some pictures each way; gives the seconds for all, the median of each."""
    taken = [take_turns(_ways(tool, path), rounds) for path in paths]
    theirs, call, inside = (
        sum(median(one[way]) for one in taken) for way in ("exiftool", "Reef", "Reef inside")
    )
    return theirs, call, inside


def _ways(tool: ExifTool, path: Path) -> dict[str, Callable[[], float]]:
    content_type = _TYPES[path.suffix]
    return {
        "exiftool": partial(tool.run, "-j", "-G1", "-n", "-a", str(path)),
        "Reef": partial(_by_call, path, content_type),
        "Reef inside": lambda: sandbox.run(timed_read, str(path), content_type).result,
    }


def _by_call(path: Path, content_type: str) -> float:
    began = time.perf_counter()
    facts = sandbox.run(metadata.read, str(path), content_type).result
    seconds = time.perf_counter() - began
    if not facts.technical["width"]:
        raise RuntimeError(f"too little was read: {facts}")
    return seconds


def timed_read(path: str, content_type: str) -> float:
    """Read metadata as the worker does; gives the seconds."""
    began = time.perf_counter()
    metadata.read(path, content_type)
    return time.perf_counter() - began


def _film(folder: Path, size_bytes: int) -> Path:
    """Make a film of about so many bytes, its index behind the pictures."""
    short, long = folder / "short.mp4", folder / "long.mp4"
    noise = "nullsrc=size=640x360:rate=25:duration=6,geq=random(1)*255:128:128"
    coded = ("-c:v", "mpeg4", "-b:v", "9M", "-minrate", "9M", "-g", "25")
    made = ["ffmpeg", "-v", "error", "-y", "-nostdin"]
    subprocess.run([*made, "-f", "lavfi", "-i", noise, *coded, str(short)], check=True)
    again = str(size_bytes // short.stat().st_size)
    repeated = ["-stream_loop", again, "-i", str(short), "-c", "copy", str(long)]
    subprocess.run([*made, *repeated], check=True)
    return long


def _share(film: Path, work: Callable[..., Any]) -> float:
    """Return how much of a film some work on it fetches."""

    def fetch(begin: int, length: int) -> bytes:
        with film.open("rb") as file:
            file.seek(begin)
            return file.read(length)

    reader = ObjectReader(fetch, film.stat().st_size)
    more = [BOXES] if work is thumbnails.make else []
    with served(reader) as url:
        sandbox.run(work, url, "video/mp4", *more)
    return reader.fetched_bytes / film.stat().st_size
