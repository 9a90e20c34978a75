"""The peers that are programs of their own, started for each file or size."""

import shutil
from abc import abstractmethod
from pathlib import Path

from bench.peers import SIDES, Missing, Peer, Shot
from bench.spawning import Run, Spawner
from chalicelib.processing.media.pictures import encoding


class Programs(Peer):
    """A peer that is started anew for each file, once or for each size."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._idle: tuple[float, float] | None = None
        limits = {"VIPS_CONCURRENCY": "1", "MAGICK_THREAD_LIMIT": "1", "PATH": "/usr/bin:/bin"}
        self._spawner = Spawner(limits)

    @abstractmethod
    def commands(self, path: Path) -> list[list[str]]:
        """Return the commands that make the thumbnails as `{side}.webp` in the folder."""

    @abstractmethod
    def idle(self) -> list[str]:
        """Return a command that starts the program for nothing."""

    def make(self, path: Path) -> Shot:
        """Run all commands."""
        if self._idle is None:
            idle = [self._run(self.idle()) for _ in range(9)]
            self._idle = min(run.seconds for run in idle), min(run.cpu for run in idle)
        runs = [self._run(command) for command in self.commands(path)]
        made = sum((self._folder / f"{side}.webp").stat().st_size for side in SIDES)
        whole, cpu = sum(run.seconds for run in runs), sum(run.cpu for run in runs)
        seconds, cpu_seconds = (
            max(0.001, spent - len(runs) * start)
            for spent, start in zip((whole, cpu), self._idle, strict=True)
        )
        return Shot(whole, seconds, cpu_seconds, max(run.peak_bytes for run in runs), made)

    def start(self) -> float:
        """Start the program as often as one file takes."""
        return self._run(self.idle()).seconds * self.starts_per_file

    def close(self) -> None:
        """End the helper that runs the programs."""
        self._spawner.close()

    def _run(self, command: list[str]) -> Run:
        return self._spawner.run(command)


class Vipsthumbnail(Programs):
    """libvips's own program; it makes one size a call, each from the next larger one."""

    name = "vipsthumbnail"
    starts_per_file = len(SIDES)

    def __init__(self, folder: Path) -> None:
        if shutil.which("vipsthumbnail") is None:
            raise Missing("vipsthumbnail is missing (Debian's package libvips-tools)")
        super().__init__(folder)

    def commands(self, path: Path) -> list[list[str]]:
        """Return a call for each size."""
        options = f"[Q={encoding.QUALITY},effort={encoding.METHOD},strip]"
        steps = [path, *(self._folder / f"{side}.webp" for side in SIDES)]
        return [
            ["vipsthumbnail", str(step), "-s", f"{side}x{side}>", "-o", f"{made}{options}"]
            for side, step, made in zip(SIDES, steps, steps[1:], strict=False)
        ]

    def idle(self) -> list[str]:
        """Ask for the version."""
        return ["vipsthumbnail", "--vips-version"]


class ImageMagick(Programs):
    """ImageMagick in one call, with its hint that lets libjpeg decode less."""

    name = "ImageMagick"
    starts_per_file = 1

    def __init__(self, folder: Path) -> None:
        found = [shutil.which(name, path="/usr/bin:/bin") for name in ("magick", "convert")]
        if not any(found):
            raise Missing("ImageMagick is missing (Debian's package imagemagick)")
        self._program = next(name for name in found if name)
        super().__init__(folder)

    def commands(self, path: Path) -> list[list[str]]:
        """Return the one call."""
        hint = f"jpeg:size={2 * SIDES[0]}x{2 * SIDES[0]}"
        command = [self._program, "-define", hint, str(path), "-auto-orient"]
        command += ["-quality", str(encoding.QUALITY), "-define", f"webp:method={encoding.METHOD}"]
        for side in SIDES:
            made = str(self._folder / f"{side}.webp")
            command += ["-thumbnail", f"{side}x{side}>"]
            command += [made] if side == SIDES[-1] else ["-write", made]
        return [command]

    def idle(self) -> list[str]:
        """Handle a single pixel."""
        return [self._program, "xc:black", "null:"]
