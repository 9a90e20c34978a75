"""Runs programs for the benchmark and tells their time and peak memory.

A process of its own, because to Linux a started program's peak includes that of the process that
started it until then; this one imports next to nothing.
"""

import json
import os
import sys
import time


def main() -> None:
    """Run the command in each line (JSON), and answer status, seconds, CPU seconds, peak."""
    for line in sys.stdin:
        command = json.loads(line)
        began = time.perf_counter()
        nothing = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_RDWR, 0) for number in (0, 1)]
        pid = os.posix_spawnp(command[0], command, os.environ, file_actions=nothing)
        _, status, usage = os.wait4(pid, 0)
        seconds = time.perf_counter() - began
        cpu = usage.ru_utime + usage.ru_stime
        print(json.dumps([status, seconds, cpu, usage.ru_maxrss * 1024]), flush=True)


if __name__ == "__main__":
    main()
