"""Who makes thumbnails: Reef through its sandbox, and sharp, which it is measured against."""

import json
import shutil
import subprocess
import time
from abc import ABC, abstractmethod
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from chalicelib.core.settings import Settings
from chalicelib.processing.media import sandbox, thumbnails
from chalicelib.processing.media.pictures import encoding
from chalicelib.processing.media.pictures.encoding import Picture

BOXES = Settings().thumbnail_sizes
SIDES = sorted((width for width, _ in BOXES.values()), reverse=True)

_TYPES = {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".tif": "image/tiff",
    ".gif": "image/gif",
    ".svg": "image/svg+xml",
}

_HERE = Path(__file__).parent


class Missing(Exception):
    """A peer is not on this machine; the message says how to get it."""


class Shot(NamedTuple):
    """Three thumbnails of one file: what they took, and how many bytes they have together.

    `whole_seconds` has the start of the processes for this file in it; `seconds` and the
    processor's `cpu_seconds` have not. `peak_bytes` is the resident memory of the process that did
    the work, at its worst moment.
    """

    whole_seconds: float
    seconds: float
    cpu_seconds: float
    peak_bytes: int
    output_bytes: int


class Peer(ABC):
    """Something that makes three WebP thumbnails of a JPEG."""

    name: str
    starts_per_file = 0
    """How many processes it starts for one file."""

    @abstractmethod
    def make(self, path: Path) -> Shot:
        """Make the thumbnails, process start included."""

    def start(self) -> float:
        """Start a process as for one file, for nothing; gives the seconds."""
        return 0.0

    @abstractmethod
    def close(self) -> None:
        """Free what it holds."""


class Reef(Peer):
    """Reef's own way: a call through the sandbox, whose worker is a fork of a warm process."""

    name = "Reef"
    starts_per_file = 1

    def __init__(self) -> None:
        began = time.perf_counter()
        sandbox.warm_up()
        self.first_start_seconds = time.perf_counter() - began

    def make(self, path: Path) -> Shot:
        """Call the sandbox."""
        began = time.perf_counter()
        outcome = sandbox.run(timed_make, str(path))
        whole = time.perf_counter() - began
        made, seconds, cpu_seconds = outcome.result
        size = sum(len(picture.data) for picture in made)
        return Shot(whole, seconds, cpu_seconds, outcome.peak_memory_bytes, size)

    def start(self) -> float:
        """Fork a worker that has nothing to do."""
        began = time.perf_counter()
        sandbox.run(nothing)
        return time.perf_counter() - began

    def close(self) -> None:
        """Leave the warm process to the end of this one."""


class Sharp(Peer):
    """sharp in a Node process that stays; one thread, which is its default on Debian."""

    name = "sharp"

    def __init__(self) -> None:
        _install_sharp()
        webp = {"quality": encoding.QUALITY, "effort": encoding.METHOD}
        began = time.perf_counter()
        self._node = subprocess.Popen(
            ["node", "sharp.mjs", json.dumps(SIDES), json.dumps(webp)],
            cwd=_HERE,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        if self._read() != "ready":
            raise Missing("sharp does not run with this Node")
        self.first_start_seconds = time.perf_counter() - began

    def make(self, path: Path) -> Shot:
        """Ask the Node process."""
        assert self._node.stdin is not None
        process = Path(f"/proc/{self._node.pid}")
        (process / "clear_refs").write_text("5")  # The peak starts anew (Linux, proc(5)).
        began = time.perf_counter()
        print(path, file=self._node.stdin, flush=True)
        made, cpu_seconds = json.loads(self._read())
        seconds = time.perf_counter() - began
        peak = next(
            line.split()[1]
            for line in (process / "status").read_text().splitlines()
            if line.startswith("VmHWM:")
        )
        size = sum(size for _, _, size in made)
        return Shot(seconds, seconds, cpu_seconds, int(peak) * 1024, size)

    def close(self) -> None:
        """End the Node process."""
        self._node.kill()
        self._node.wait()

    def _read(self) -> str:
        assert self._node.stdout is not None
        return self._node.stdout.readline().strip()


def timed_make(path: str) -> tuple[list[Picture], float, float]:
    """Make the thumbnails as the Lambda's worker does; adds its seconds and the processor's."""
    began, cpu_began = time.perf_counter(), time.process_time()
    made = thumbnails.make(path, _TYPES[Path(path).suffix], BOXES)
    return made, time.perf_counter() - began, time.process_time() - cpu_began


def nothing() -> None:
    """Do nothing, to see what a start alone takes."""


def _install_sharp() -> None:
    if shutil.which("npm") is None or shutil.which("node") is None:
        raise Missing("sharp is missing: it takes Node and npm to install it")
    modules = _HERE / "node_modules"
    wanted = sha256((_HERE / "package-lock.json").read_bytes()).hexdigest()
    stamp = modules / "reef-stamp"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    done = subprocess.run(
        ["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"],
        cwd=_HERE,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise Missing(f"sharp could not be installed: {done.stderr.strip()[-300:]}")
    stamp.write_text(wanted)
