"""Rounds of the agent in processes of their own, forked from one that has loaded it already.

For each settings file on the standard input it goes one round in a child, and prints the child's
exit status with its seconds of CPU and the bytes of its memory.
"""

import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from device import reef_agent


def main() -> None:
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            status = 0
            try:
                reef_agent.Agent(reef_agent.Settings.read(line.strip())).round()
            except reef_agent.ReefAway:
                status = 3
            except BaseException as error:
                print(repr(error), file=sys.stderr)
                status = 1
            os._exit(status)
        print(child, flush=True)
        _, status, used = os.wait4(child, 0)
        spent = used.ru_utime + used.ru_stime
        print(json.dumps([status, spent, used.ru_maxrss * 1024]), flush=True)


if __name__ == "__main__":
    main()
