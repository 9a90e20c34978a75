"""Many small images dropped at once in local mode: how many a second, and where the time goes."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from bench import samples
from bench.client import Client, Sent, Settled, in_threads
from bench.measuring import median, percentile
from bench.peers import SIDES, Missing
from bench.report import Goal, Section, Table
from bench.wagtail import peer
from local import seeds
from tests.stack import running_stack

TITLE = "A drop of many files"
_FILES = 500
_AT_ONCE = 3
"""As many as the page sends at a time."""

_LEAST_OF_WAGTAIL = 0.5

_LEAST_SHARE = 0.005
"""What has less of the processors' time is not listed."""

_TICKS = os.sysconf("SC_CLK_TCK")


class Took(NamedTuple):
    """What a drop took on Reef: each upload's moments, and who used the processors how long."""

    settled: list[Settled]
    cpu_seconds: dict[str, float]
    machine_cpu_seconds: float

    @property
    def seconds(self) -> float:
        """From the first reservation to the last approval."""
        return max(one.done for one in self.settled) - min(one.sent.began for one in self.settled)

    @property
    def sending_seconds(self) -> float:
        """From the first reservation to the last byte that was sent."""
        began = min(one.sent.began for one in self.settled)
        return max(one.sent.posted for one in self.settled) - began


def measure(quick: bool) -> Section:
    """Drop all files on a Reef that does nothing else, and as many on a Wagtail."""
    count = 12 if quick else _FILES
    files = _files(count)
    ours = _on_reef(files)
    try:
        theirs = _on_wagtail(files)
    except Missing as missing:
        theirs, notes = None, [f"Left out: {missing}."]
    else:
        notes = [
            f"Wagtail's multiple upload, with {len(SIDES)} WebP renditions of the same sizes made "
            "in the request, by gunicorn with a process for each processor, SQLite and files: no "
            "scan, no queue, no store beside it."
        ]
    rates = [["sent", f"{count / ours.sending_seconds:.1f}"]]
    rates.append(["**sent to approved**", f"{count / ours.seconds:.1f}"])
    goals = []
    if theirs is not None:
        rates.append(["Wagtail, sent and rendered", f"{count / theirs:.1f}"])
        wish = f"at least {_LEAST_OF_WAGTAIL} of Wagtail's rate, scan included"
        reached = theirs / ours.seconds
        goals.append(Goal(wish, f"{reached:.2f}", reached >= _LEAST_OF_WAGTAIL))
    return Section(
        TITLE,
        f"{count} photographs of {sum(map(len, files)) / count / 1000:.0f} kB, {_AT_ONCE} sent at "
        "a time as the page does, in local mode: one process for each Lambda, each with one "
        "message at a time, beside moto and DynamoDB Local on the same processors. A process's "
        "time has that of its sandbox in it.",
        goals,
        [Table(["rate", "files per second"], rates), _steps(ours.settled), _cpu(ours)],
        notes,
    )


def _on_wagtail(files: list[bytes]) -> float:
    """Drop files on a Wagtail; gives the seconds that it took."""
    with peer.running() as wagtail:
        wagtail.drop(_files(3), _AT_ONCE)
        return wagtail.drop(files, _AT_ONCE)


def _on_reef(files: list[bytes]) -> Took:
    with running_stack() as reef:
        client = Client(reef.url, reef.token(seeds.PEOPLE[1].email))
        for data in _files(3):
            client.follow(client.send("first.jpg", data))
        processes = reef.processes()
        before, machine_before = _cpu_seconds(processes), _machine_cpu_seconds()
        settled = _drop(client, files)
        after, machine_after = _cpu_seconds(processes), _machine_cpu_seconds()
    spent = {name: after[name] - before[name] for name in after}
    machine = machine_after - machine_before
    spent["all else on the machine"] = machine - sum(spent.values())
    return Took(settled, spent, machine)


def _files(count: int) -> list[bytes]:
    pictures = [samples.encoded(samples.photograph((640, 480), seed)) for seed in range(10)]
    return [samples.unlike_any_other(pictures[number % 10]) for number in range(count)]


def _drop(client: Client, files: list[bytes]) -> list[Settled]:
    """Send and follow at the same time; one follower, so that asking costs little."""
    sent: list[Sent] = []
    settled: list[Settled] = []

    def follow() -> None:
        while len(settled) < len(files) and not stopped.is_set():
            if len(settled) < len(sent):
                settled.append(client.follow(sent[len(settled)]))
            else:
                time.sleep(0.05)

    stopped = threading.Event()
    follower = threading.Thread(target=follow)
    follower.start()
    try:
        in_threads(lambda data: sent.append(client.send("photo.jpg", data)), files, _AT_ONCE)
    except BaseException:
        stopped.set()
        raise
    finally:
        follower.join()
    if len(settled) < len(files):
        raise RuntimeError("an upload got lost; see the message above")
    return settled


def _steps(settled: list[Settled]) -> Table:
    steps = [upload.steps() for upload in settled]
    names = [name for name in steps[0] if name != "until the client knows"]
    rows = []
    for name in names:
        seconds = [upload[name] for upload in steps]
        rows.append(
            [name, *(f"{s * 1000:.0f}" for s in (median(seconds), percentile(seconds, 0.95)))]
        )
    return Table(["step, ms", "p50", "p95"], rows)


def _cpu(took: Took) -> Table:
    count, machine = len(took.settled), took.machine_cpu_seconds
    return Table(
        ["process", "CPU ms per file", "share"],
        [
            [name, f"{seconds / count * 1000:.1f}", f"{seconds / machine:.0%}"]
            for name, seconds in sorted(took.cpu_seconds.items(), key=lambda item: -item[1])
            if seconds / machine >= _LEAST_SHARE
        ]
        + [
            [f"all, on {os.cpu_count()} processors", f"{machine / count * 1000:.1f}", "100%"],
        ],
    )


def _cpu_seconds(processes: dict[str, int]) -> dict[str, float]:
    """Return the time so far of each process and all below it, ended ones too, and this one's."""
    spent = {name: sum(map(_ticks, _tree(pid))) / _TICKS for name, pid in processes.items()}
    return spent | {"this client": time.process_time()}


def _tree(pid: int) -> Iterator[int]:
    """Name a process and all below it that run (Linux, proc(5))."""
    yield pid
    with suppress(FileNotFoundError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            for child in (thread / "children").read_text().split():
                yield from _tree(int(child))


def _ticks(pid: int) -> int:
    """Return a process's time, with that of its children that have ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0
    return sum(map(int, fields[11:15]))


def _machine_cpu_seconds() -> float:
    user, nice, system, _, _, interrupts, soft, *_ = map(
        int, Path("/proc/stat").read_text().partition("\n")[0].split()[1:]
    )
    return (user + nice + system + interrupts + soft) / _TICKS
