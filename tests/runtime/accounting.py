"""What a function and all that it starts takes of the processor, by the kernel's own count."""

import contextlib
import itertools
import os
from pathlib import Path

_KINDS = (
    (Path("/sys/fs/cgroup/cpuacct"), "cpuacct.usage"),
    (Path("/sys/fs/cgroup"), "cpu.stat"),
)
_numbers = itertools.count(1)


class Account:
    """A control group for one process and its descendants; without one nothing is counted."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        for place, counter in _KINDS:
            folder = place / f"reef-stage-{os.getpid()}-{next(_numbers)}"
            with contextlib.suppress(OSError):
                folder.mkdir()
                self._folder, self._counter = folder, folder / counter
                if self._counter.exists():
                    return
                folder.rmdir()
                self._folder = None

    def joining(self) -> list[str]:
        """Give the beginning of a command whose process is counted."""
        if self._folder is None:
            return []
        return ["sh", "-c", f'echo $$ > {self._folder}/cgroup.procs && exec "$@"', "sh"]

    def seconds(self) -> float | None:
        """Give the processor time so far; None where nobody counts."""
        if self._folder is None:
            return None
        text = self._counter.read_text()
        if text.startswith("usage_usec"):
            return int(text.split()[1]) / 1e6
        return int(text) / 1e9

    def close(self) -> None:
        """End the group, whose processes have ended."""
        if self._folder is not None:
            with contextlib.suppress(OSError):
                self._folder.rmdir()
            self._folder = None
