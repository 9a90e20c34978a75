"""The command that moves an Anthias player's assets and schedules into Reef."""

import argparse
import csv
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TextIO

from chalicelib.devices.migrate.client import Away, Client, Refused
from chalicelib.devices.migrate.moving import Move, Outcome
from chalicelib.devices.migrate.progress import Progress
from chalicelib.devices.migrate.rows import BadSource
from chalicelib.devices.migrate.sources import open_source

_BAR = 30


def main(arguments: list[str] | None = None, out: TextIO = sys.stdout) -> int:
    """Run the command line; return 0 if no row failed, 1 if some did, 2 if it broke off."""
    options = _parser().parse_args(arguments)
    try:
        token = Path(options.token_file).read_text("utf-8").strip()
        password = Path(options.password_file).read_text("utf-8") if options.password_file else ""
    except OSError as error:
        print(f"{error.filename} cannot be read: {error.strerror}", file=sys.stderr)
        return 2
    login = (options.username, password.rstrip("\n")) if options.username else None
    state = Path(options.state or f"{_file_name(options.device)}.migration")
    with tempfile.TemporaryDirectory(prefix="migrate-") as work:
        try:
            source = open_source(options.source, options.assets, login, Path(work))
            client = Client(options.reef, token)
            move = Move(
                options.device, source, client, Progress(state), options.dry_run, _show_progress
            )
            outcomes = move.run()
        except (BadSource, Away, Refused) as error:
            print(f"\n{error}", file=sys.stderr)
            return 2
    print(file=sys.stderr)
    _report(outcomes, options.report, out)
    return 1 if any(outcome.became == "failed" for outcome in outcomes) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m chalicelib.devices.migrate",
        description="Move an Anthias player's assets and schedules into Reef. Run it again after "
        "an interruption: nothing is moved twice.",
    )
    parser.add_argument(
        "source", help="the player's address, its anthias.db, or a backup archive (.tar.gz)"
    )
    parser.add_argument("--reef", required=True, help="the address of Reef")
    parser.add_argument("--token-file", required=True, help="a file with an editor's token")
    parser.add_argument("--device", required=True, help="the player's name, also the playlist's")
    parser.add_argument("--assets", type=Path, help="the folder with the files of an anthias.db")
    parser.add_argument("--username", help="where the player asks for a name")
    parser.add_argument("--password-file", help="a file with its password")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
    parser.add_argument("--state", help="where progress is kept (default: DEVICE.migration)")
    parser.add_argument("--report", help="write what became of each row here, as CSV")
    return parser


def _show_progress(done: int, total: int) -> None:
    filled = _BAR * done // total if total else _BAR
    bar = "#" * filled + "." * (_BAR - filled)
    print(f"\r[{bar}] {done} of {total}", end="", file=sys.stderr, flush=True)


def _report(outcomes: list[Outcome], path: str | None, out: TextIO) -> None:
    head = ("player_asset", "name", "became", "reason", "reef_asset")
    lines = [
        (each.row.asset_id, each.row.title, each.became, each.reason, each.reef_id)
        for each in outcomes
    ]
    if path is not None:
        with Path(path).open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([head, *([_harmless(cell) for cell in x] for x in lines)])
    for _, title, became, reason, _ in lines:
        print(f"{became:15} {title}{f': {reason}' if reason else ''}", file=out)
    counts = Counter(outcome.became for outcome in outcomes)
    print(", ".join(f"{count} {became}" for became, count in sorted(counts.items())), file=out)


def _harmless(cell: str) -> str:
    """Keep spreadsheets from taking a cell for a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _file_name(device: str) -> str:
    return "".join(c if c.isalnum() or c in "-_" else "-" for c in device)[:80] or "device"


if __name__ == "__main__":
    sys.exit(main())
