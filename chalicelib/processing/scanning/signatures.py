"""Virus signatures: fetched by freshclam, and the time of the last successful check."""

import os
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from chalicelib.core import clock as clocks
from chalicelib.processing import subprocesses

MAX_AGE = timedelta(hours=24)
"""Older signatures are as good as none."""

CHECKED_AT = "checked-at"
"""The file in the signatures' folder that holds the time of the last successful check."""

DATABASE_SUFFIXES = {".cvd", ".cld", ".cud", ".ndb", ".hdb", ".hsb", ".ldb", ".mdb", ".msb"}


class SignaturesNotRefreshed(Exception):
    """freshclam could not check for new signatures; the old ones keep their age."""


class Freshclam(msgspec.Struct, frozen=True, kw_only=True):
    """Where freshclam gets signatures from.

    With `custom_urls` it takes these files alone (`file://` works) and asks no mirror; otherwise
    it follows the official databases of `mirror`.
    """

    custom_urls: tuple[str, ...] = ()
    mirror: str = "database.clamav.net"
    program: str = "freshclam"
    timeout_seconds: float = 240.0


def refresh(
    folder: str | Path, config: Freshclam, clock: Callable[[], datetime] = clocks.now
) -> None:
    """Bring the signatures in a folder up to date, and record when that was last known to be so.

    freshclam tests what it fetched before it replaces anything, so a broken download leaves the
    signatures, and their age, as they were.

    Raises:
        SignaturesNotRefreshed: freshclam failed, took too long, or left no database.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    began = clock()
    configuration = folder / "freshclam.conf"
    configuration.write_text(_configuration(folder, config))
    command = [config.program, f"--config-file={configuration}", "--stdout"]
    if config.custom_urls:
        command += ["--update-db=custom", "--no-dns"]
    try:
        done = subprocess.run(
            command,
            env=subprocesses.ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=config.timeout_seconds,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as failure:
        raise SignaturesNotRefreshed(str(failure)) from failure
    if done.returncode != 0:
        raise SignaturesNotRefreshed(done.stdout.decode("utf-8", "replace")[-2000:].strip())
    if not databases(folder):
        raise SignaturesNotRefreshed("freshclam succeeded but left no signatures")
    record_check(folder, began)


def record_check(folder: str | Path, moment: datetime) -> None:
    """Record that the signatures in the folder were up to date at this moment."""
    target = Path(folder) / CHECKED_AT
    draft = target.with_suffix(".new")
    draft.write_text(moment.astimezone(UTC).isoformat())
    os.replace(draft, target)


def age(folder: str | Path, now: datetime) -> timedelta | None:
    """Return how long ago the signatures were last known to be up to date.

    None means unknown: no record, an unreadable one, one from the future, or no signatures.
    """
    folder = Path(folder)
    try:
        checked = datetime.fromisoformat((folder / CHECKED_AT).read_text().strip())
        present = databases(folder)
    except (OSError, ValueError):
        return None
    if checked.tzinfo is None or not present:
        return None
    passed = now - checked
    return passed if passed >= -timedelta(minutes=5) else None


def databases(folder: Path) -> list[Path]:
    """List the signature files in a folder."""
    return [path for path in folder.iterdir() if path.suffix in DATABASE_SUFFIXES]


def _configuration(folder: Path, config: Freshclam) -> str:
    lines = [f"DatabaseDirectory {folder.resolve()}", f"DatabaseMirror {config.mirror}"]
    lines += [f"DatabaseCustomURL {url}" for url in config.custom_urls]
    lines += ["ConnectTimeout 30", "ReceiveTimeout 120", "MaxAttempts 3"]
    if os.geteuid() == 0:
        lines.append("DatabaseOwner root")
    return "\n".join(lines) + "\n"
