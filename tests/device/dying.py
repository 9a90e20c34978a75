"""The agent as a program that dies before the step of a number, or not at all.

Its arguments: the number, a file that it makes when it dies, the agent's file, and the agent's own
arguments. Steps are whatever changes files of newer agents, or starts a program.
"""

import os
import runpy
import signal
import sys
from pathlib import Path

_STEPS = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "subprocess.Popen", "os.exec"}


def main() -> None:
    last, mark, agent = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    steps = 0

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal steps
        if event not in _STEPS or steps > last:
            return
        if event == "open" and not int(str(arguments[2])) & os.O_CREAT:
            return
        said = repr(arguments)
        if "agents" in said or "agent.json" in said or event == "os.exec":
            if steps == last:
                steps += 1
                Path(mark).touch()
                os.kill(os.getpid(), signal.SIGKILL)
            steps += 1

    sys.argv = sys.argv[3:]
    if last >= 0:
        sys.addaudithook(hook)
    runpy.run_path(agent, run_name="__main__")


if __name__ == "__main__":
    main()
