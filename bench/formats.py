"""Thumbnails of every format of pictures: time and peak memory, against the same peers."""

import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from bench import samples
from bench.measuring import geometric_mean, median, take_turns
from bench.peers import Missing, Peer, Reef, Sharp, Shot
from bench.programs import ImageMagick, Vipsthumbnail
from bench.report import Goal, Section, Table, ratio

TITLE = "Thumbnails by format"
_MOST_TIME, _WORST_TIME = 1.0, 1.2


def measure(quick: bool) -> Section:
    """Compare the peers that are here, each on the formats that it reads."""
    with tempfile.TemporaryDirectory(prefix="reef-bench-") as name:
        folder = Path(name)
        peers = _peers(folder)
        try:
            paths = _pictures(folder, (2000, 1500) if quick else (4000, 3000))
            shots = {path.suffix[1:]: _shots(peers, path, 2 if quick else 7) for path in paths}
        finally:
            for peer in peers:
                peer.close()
    return _section(shots, [peer.name for peer in peers])


def _peers(folder: Path) -> list[Peer]:
    makers: list[Callable[[], Peer]] = [
        Reef,
        Sharp,
        partial(Vipsthumbnail, folder),
        partial(ImageMagick, folder),
    ]
    peers: list[Peer] = []
    for make in makers:
        try:
            peers.append(make())
        except Missing as absence:
            print(f"bench: left out: {absence}", file=sys.stderr)
    return peers


def _pictures(folder: Path, size: tuple[int, int]) -> list[Path]:
    """Make the same photograph in every format, and a drawing."""
    picture = samples.photograph(size, seed=1)
    paths = [folder / f"a{suffix}" for suffix in (".png", ".webp", ".avif", ".tif", ".gif")]
    for path in paths:
        picture.save(path, speed=9)  # which concerns AVIF alone
    drawing = folder / "a.svg"
    circles = "".join(
        f'<circle cx="{n * 37 % 400}" cy="{n * 61 % 300}" r="{n % 40}"'
        f' fill="#{n * 99 % 4096:03x}"/>'
        for n in range(500)
    )
    # Larger than the thumbnails, so that all have as many pixels to draw.
    names = 'xmlns="http://www.w3.org/2000/svg" width="1200" height="900" viewBox="0 0 400 300"'
    drawing.write_text(f"<svg {names}>{circles}</svg>")
    return [*paths, drawing]


def _shots(peers: list[Peer], path: Path, rounds: int) -> dict[str, Shot]:
    able: dict[str, Callable[[], Shot]] = {}
    for peer in peers:
        try:
            peer.make(path)
        except Exception as refused:  # A peer that does not read a format says so in its own way.
            print(f"bench: {peer.name} does not read {path.name}: {refused}", file=sys.stderr)
            continue
        able[peer.name] = partial(peer.make, path)
    taken = take_turns(able, rounds)
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


def _section(shots: dict[str, dict[str, Shot]], names: list[str]) -> Section:
    compared = {name: by_peer for name, by_peer in shots.items() if len(by_peer) > 1}
    waited, worked = (
        {name: _to_best(by_peer, what) for name, by_peer in compared.items()}
        for what in ("seconds", "cpu_seconds")
    )
    rows = [
        [
            suffix,
            *(_shown(by_peer[name]) if name in by_peer else "" for name in names),
            *(ratio(one[suffix]) if suffix in one else "" for one in (waited, worked)),
        ]
        for suffix, by_peer in shots.items()
    ]
    goals = []
    if compared:
        means = [geometric_mean(ratios.values()) for ratios in (waited, worked)]
        worst = [max(ratios.values()) for ratios in (waited, worked)]
        goals = [
            Goal(
                f"at most {_MOST_TIME:.1f} times the best peer's time, as a geometric mean",
                f"{means[0]:.2f}, by the processor's clock {means[1]:.2f}",
                means[0] <= _MOST_TIME,
            ),
            Goal(
                f"in no format over {_WORST_TIME:.1f} times",
                f"{worst[0]:.2f}, by the processor's clock {worst[1]:.2f}",
                worst[0] <= _WORST_TIME,
            ),
        ]
    return Section(
        TITLE,
        "As above, of one photograph in every format and of a drawing; processes run already. Of "
        "each: milliseconds, those of the processor, and peak memory.",
        goals,
        [Table(["format", *names, "Reef / best peer", "by the processor"], rows)],
        [],
    )


def _to_best(by_peer: dict[str, Shot], what: str) -> float:
    times: dict[str, float] = {name: getattr(shot, what) for name, shot in by_peer.items()}
    return times.pop("Reef") / min(times.values())


def _shown(shot: Shot) -> str:
    times = f"{shot.seconds * 1000:.0f} ms, {shot.cpu_seconds * 1000:.0f} ms"
    return f"{times}, {shot.peak_bytes / 1e6:.0f} MB"
