"""A player of a thousand rows that moves into a running Reef: rows per second and memory."""

import csv
import os
import sys
import tempfile
from collections import Counter
from pathlib import Path

from bench import samples
from bench.report import Goal, Section, Table
from bench.spawning import Run, Spawner
from local import seeds
from tests.devices.migrate import generated
from tests.stack import Stack, running_stack

TITLE = "Moving in from an Anthias player"
_ROWS = 1000
_ROOT = Path(__file__).resolve().parent.parent


def measure(quick: bool) -> Section:
    """Move a player in, look at it with `--dry-run` before, and run it again after."""
    count = 20 if quick else _ROWS
    with tempfile.TemporaryDirectory() as folder, running_stack() as reef:
        player = _Player(Path(folder), count)
        spawner = Spawner({**os.environ, "PYTHONPATH": str(_ROOT)})
        try:
            few = player.move(spawner, reef, "few", player.database(10, "few"))
            whole = player.database(count, "whole")
            runs = {
                "looked at (`--dry-run`)": player.move(spawner, reef, "whole", whole, "--dry-run"),
                "**moved**": player.move(spawner, reef, "whole", whole),
                "run again": player.move(spawner, reef, "whole", whole),
            }
        finally:
            spawner.close()
    again, moved = runs["run again"][1], runs["**moved**"][1]
    right = moved == {"moved": count} and again == {"there already": count}
    table = Table(
        ["a thousand rows" if count == _ROWS else f"{count} rows", "rows/s", "CPU ms/row", "MB"],
        [
            [
                name,
                f"{count / run.seconds:.1f}",
                f"{run.cpu / count * 1000:.1f}",
                f"{run.peak_bytes / 1e6:.0f}",
            ]
            for name, (run, _) in runs.items()
        ],
    )
    return Section(
        TITLE,
        f"{count} rows, half of them photographs of {player.kilobytes:.0f} kB each with bytes of "
        "its own, half of them web pages, from a database and its folder into Reef in local mode, "
        "until Reef has processed the last; rows and CPU of the command alone. Reef scans and "
        f"processes on the same processors. Ten rows took {few[0].peak_bytes / 1e6:.0f} MB.",
        [
            Goal(
                "every row moved, and none of them twice",
                f"{_told(moved)}; run again, {_told(again)}",
                right,
            )
        ],
        [table],
    )


class _Player:
    """A player's folder, and databases with its first rows."""

    def __init__(self, folder: Path, count: int) -> None:
        self._folder, self._assets = folder, folder / "anthias_assets"
        self._assets.mkdir()
        pictures = [samples.encoded(samples.photograph((640, 480), seed)) for seed in range(10)]
        self.kilobytes = sum(map(len, pictures)) / len(pictures) / 1000
        self._rows: list[dict[str, object]] = []
        for number in range(count):
            asset_id = generated.asset(number)
            row: dict[str, object] = generated.rows(True)[0] | {
                "asset_id": asset_id,
                "name": f"Asset {number}",
                "play_order": number,
            }
            if number % 2:
                row |= {"uri": f"https://example.com/{number}", "mimetype": "webpage"}
            else:
                row["uri"] = f"/data/anthias_assets/{asset_id}.jpg"
                data = samples.unlike_any_other(pictures[number // 2 % len(pictures)])
                (self._assets / f"{asset_id}.jpg").write_bytes(data)
            self._rows.append(row)

    def database(self, count: int, name: str) -> Path:
        """Write a database with the first rows."""
        return generated.database(self._folder / f"{name}.db", True, self._rows[:count])

    def move(
        self, spawner: Spawner, reef: Stack, device: str, database: Path, *options: str
    ) -> tuple[Run, dict[str, int]]:
        """Run the command; return what it took, and how many rows became what."""
        token, report = self._folder / "token", self._folder / "report.csv"
        token.write_text(reef.token(seeds.PEOPLE[1].email))
        command = [sys.executable, "-m", "chalicelib.devices.migrate", str(database)]
        command += ["--assets", str(self._assets), "--reef", reef.url, "--token-file", str(token)]
        command += ["--device", device, "--state", str(self._folder / device)]
        run = spawner.run([*command, "--report", str(report), *options])
        with report.open(newline="") as file:
            return run, dict(Counter(row["became"] for row in csv.DictReader(file)))


def _told(became: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(became.items()))
