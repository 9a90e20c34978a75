"""Many small images dropped at once in local mode: how many a second, and where the time goes."""

import os
import threading
import time
from pathlib import Path

from bench import samples
from bench.client import Client, Sent, Settled, in_threads
from bench.measuring import median, percentile
from bench.report import Section, Table
from local import seeds
from tests.stack import running_stack

TITLE = "A drop of many files"
_FILES = 500
_AT_ONCE = 3
"""As many as the page sends at a time."""

_TICKS = os.sysconf("SC_CLK_TCK")


def measure(quick: bool) -> Section:
    """Drop all files on a Reef that does nothing else, and follow them to their end."""
    pictures = [samples.encoded(samples.photograph((640, 480), seed)) for seed in range(10)]
    count = 12 if quick else _FILES
    files = [samples.unlike_any_other(pictures[number % 10]) for number in range(count)]
    with running_stack() as reef:
        client = Client(reef.url, reef.token(seeds.PEOPLE[1].email))
        for number in range(3):
            client.follow(client.send("first.jpg", samples.unlike_any_other(pictures[number])))
        processes = reef.processes() | {"this client": os.getpid()}
        before, machine_before = _cpu_seconds(processes), _machine_cpu_seconds()
        settled = _drop(client, files)
        after, machine_after = _cpu_seconds(processes), _machine_cpu_seconds()
    began = min(upload.sent.began for upload in settled)
    lasted = max(upload.done for upload in settled) - began
    sending = max(upload.sent.posted for upload in settled) - began
    machine = machine_after - machine_before
    spent = {name: after[name] - before[name] for name in processes}
    spent["forks of the sandbox, and all else on the machine"] = machine - sum(spent.values())
    return Section(
        TITLE,
        f"{count} photographs of {sum(map(len, files)) / count / 1000:.0f} kB, {_AT_ONCE} sent at "
        "a time as the page does, in local mode: one process for each Lambda, each with one "
        "message at a time, beside moto and DynamoDB Local on the same processors.",
        (),
        [
            Table(
                ["rate", "files per second"],
                [
                    ["sent", f"{count / sending:.1f}"],
                    ["**sent to approved**", f"{count / lasted:.1f}"],
                ],
            ),
            _steps(settled),
            _cpu(spent, machine, count, os.cpu_count() or 1),
        ],
    )


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


def _cpu(spent: dict[str, float], machine: float, count: int, processors: int) -> Table:
    return Table(
        ["process", "CPU ms per file", "share"],
        [
            [name, f"{seconds / count * 1000:.1f}", f"{seconds / machine:.0%}"]
            for name, seconds in sorted(spent.items(), key=lambda item: -item[1])
        ]
        + [[f"all, on {processors} processors", f"{machine / count * 1000:.1f}", "100%"]],
    )


def _cpu_seconds(processes: dict[str, int]) -> dict[str, float]:
    """Return each process's time so far, with that of its ended children (Linux, proc(5))."""
    return {
        name: sum(map(int, _fields(Path(f"/proc/{pid}/stat"))[11:15])) / _TICKS
        for name, pid in processes.items()
    }


def _machine_cpu_seconds() -> float:
    user, nice, system, _, _, interrupts, soft, *_ = map(
        int, Path("/proc/stat").read_text().partition("\n")[0].split()[1:]
    )
    return (user + nice + system + interrupts + soft) / _TICKS


def _fields(stat: Path) -> list[str]:
    return stat.read_text().rpartition(")")[2].split()
