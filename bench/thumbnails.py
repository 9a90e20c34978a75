"""Three thumbnails of large JPEGs: time and peak memory, against three peers."""

import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from bench import samples
from bench.measuring import geometric_mean, median, take_turns
from bench.peers import BOXES, Missing, Peer, Reef, Sharp, Shot
from bench.programs import ImageMagick, Vipsthumbnail
from bench.report import Goal, Section, Table, milliseconds, ratio
from chalicelib.processing.media.pictures import encoding

TITLE = "Thumbnails"
_MOST_TIME, _MOST_MEMORY = 1.0, 0.5


def measure(quick: bool) -> Section:
    """Compare all peers that are here."""
    sizes = {"3 MP": (2000, 1500)} if quick else samples.SIZES
    with tempfile.TemporaryDirectory(prefix="reef-bench-") as name:
        folder = Path(name)
        peers, missing = _peers(folder)
        try:
            starts = {
                peer: median(times)
                for peer, times in take_turns(
                    {peer.name: peer.start for peer in peers}, 3 if quick else 25
                ).items()
            }
            shots = {
                picture: _shots(peers, path, 3 if quick else 11)
                for picture, path in samples.large_jpegs(folder, sizes)
            }
        finally:
            for peer in peers:
                peer.close()
    return _section(shots, starts, peers, missing)


Shots = dict[str, dict[str, Shot]]
"""The median shot by picture and peer."""

Values = dict[str, dict[str, float]]
"""One number of each shot."""


def _peers(folder: Path) -> tuple[list[Peer], list[str]]:
    makers: list[Callable[[], Peer]] = [
        Reef,
        Sharp,
        partial(Vipsthumbnail, folder),
        partial(ImageMagick, folder),
    ]
    peers: list[Peer] = []
    missing: list[str] = []
    for make in makers:
        try:
            peers.append(make())
        except Missing as absence:
            print(f"bench: left out: {absence}", file=sys.stderr)
            missing.append(f"Left out: {absence}.")
    return peers, missing


def _shots(peers: list[Peer], path: Path, rounds: int) -> dict[str, Shot]:
    taken = take_turns({peer.name: partial(peer.make, path) for peer in peers}, rounds)
    return {
        name: Shot(
            median(shot.whole_seconds for shot in shots),
            median(shot.seconds for shot in shots),
            median(shot.cpu_seconds for shot in shots),
            round(median(shot.peak_bytes for shot in shots)),
            shots[0].output_bytes,
        )
        for name, shots in taken.items()
    }


def _section(
    shots: Shots, starts: dict[str, float], peers: list[Peer], missing: list[str]
) -> Section:
    names = [peer.name for peer in peers]
    work = _each(shots, lambda shot: shot.seconds * 1000)
    whole = _each(shots, lambda shot: shot.whole_seconds * 1000)
    cpu = _each(shots, lambda shot: shot.cpu_seconds * 1000)
    memory = _each(shots, lambda shot: shot.peak_bytes / 1_000_000)
    sizes = _each(shots, lambda shot: shot.output_bytes / 1000)
    goals = []
    if "sharp" in names:
        time_ratio, space = _mean(work, "sharp"), _mean(memory, "sharp")
        goals = [
            Goal(
                f"at most {_MOST_TIME:.1f} times sharp's time",
                f"{time_ratio:.2f}, with the start of its child {_mean(whole, 'sharp'):.2f}, "
                f"by the processor's clock {_mean(cpu, 'sharp'):.2f}",
                time_ratio <= _MOST_TIME,
            ),
            Goal(
                f"at most {_MOST_MEMORY:.1f} times sharp's peak memory",
                f"{space:.2f}",
                space <= _MOST_MEMORY,
            ),
        ]
    sides = ", ".join(str(width) for width, _ in reversed(BOXES.values()))
    return Section(
        TITLE,
        f"Three WebP thumbnails ({sides} pixels, quality {encoding.QUALITY}, method "
        f"{encoding.METHOD}) of a JPEG, each smaller one from the next larger, one thread. Reef's "
        "is the call through its sandbox, as its Lambda's; it draws the largest bicubically, "
        "the peers with Lanczos, their default. All are warm; the start of a process for a file is "
        "left out of the times and stands on its own line. The processor's time is the steadier "
        "measure where other programs run beside.",
        goals,
        [
            _compared("picture, ms", work, names),
            _compared("picture, ms of the processor", cpu, names),
            _compared("picture, peak MB", memory, names),
            _starts(peers, starts),
            _compared("three files, kB", sizes, names),
        ],
        missing,
    )


def _each(shots: Shots, value: Callable[[Shot], float]) -> Values:
    return {
        picture: {name: value(shot) for name, shot in by_peer.items()}
        for picture, by_peer in shots.items()
    }


def _mean(values: Values, other: str) -> float:
    return geometric_mean(by_peer["Reef"] / by_peer[other] for by_peer in values.values())


def _compared(title: str, values: Values, names: list[str]) -> Table:
    """Show every peer's value, then Reef's ratio to each, and the ratios' mean below."""
    others = names[1:]
    rows = [
        [
            picture,
            *(f"{by_peer[name]:.0f}" for name in names),
            *(ratio(by_peer["Reef"] / by_peer[name]) for name in others),
        ]
        for picture, by_peer in values.items()
    ]
    means = [ratio(_mean(values, name)) for name in others]
    rows.append(["geometric mean", *("" for _ in names), *means])
    return Table([title, *names, *(f"Reef / {name}" for name in others)], rows)


def _starts(peers: list[Peer], starts: dict[str, float]) -> Table:
    first = [getattr(peer, "first_start_seconds", None) for peer in peers]
    return Table(
        ["process start, ms", *(peer.name for peer in peers)],
        [
            ["for each file", *(milliseconds(starts[peer.name]) for peer in peers)],
            ["processes for each file", *(str(peer.starts_per_file) for peer in peers)],
            ["once, before the first", *("" if s is None else milliseconds(s) for s in first)],
        ],
    )
