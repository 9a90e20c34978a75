"""Runs schedules by their numbers, cuts every flow everywhere, or soaks a whole Reef.

`python -m tests.faults --schedules 2000 [--seed N]`, `python -m tests.faults --cuts`,
`python -m tests.faults --soak 30 [--seed N]`
"""

import argparse
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence

import tests.conftest  # noqa: F401  # sets the environment before models are imported
from local import clamav
from tests.faults import schedules, soak
from tests.faults.cuts import cut_everywhere
from tests.faults.flows import FLOWS
from tests.faults.world import World, running


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is asked for, and tell how to run again what failed, if anything."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument(
        "--schedules", type=int, help="how many; 2000, or one where a seed is given"
    )
    parser.add_argument("--seed", type=int, help="the number of the first schedule; 0")
    parser.add_argument("--cuts", action="store_true", help="cut all flows at each call instead")
    parser.add_argument(
        "--soak", type=float, metavar="MINUTES", help="kill workers of a whole Reef for so long"
    )
    options = parser.parse_args(arguments)
    if options.soak is not None:
        wrong = soak.run(options.soak, options.seed or 0)
        print("\n".join(wrong) or "nothing was lost, nothing doubled")
        return 1 if wrong else 0
    count = options.schedules or (2000 if options.seed is None else 1)
    first = options.seed or 0
    with (
        tempfile.TemporaryDirectory(prefix="r-", dir="/tmp") as folder,
        clamav.start(folder) as clamd,
        running(clamd) as world,
    ):
        failed = _cut(world) if options.cuts else _run(world, range(first, first + count))
    for what in failed:
        print(f"failed: {what}")
    return 1 if failed else 0


def _run(world: World, seeds: Sequence[int]) -> list[str]:
    began, failed = time.monotonic(), []
    for done, seed in enumerate(seeds, 1):
        try:
            schedules.run(world, seed)
        except Exception:
            traceback.print_exc()
            failed.append(f"python -m tests.faults --seed {seed}")
        if done % 100 == 0 or done == len(seeds):
            passed = time.monotonic() - began
            print(f"{done} schedules, {len(failed)} failed, {passed:.0f} s", flush=True)
    return failed


def _cut(world: World) -> list[str]:
    failed = []
    for flow in FLOWS:
        try:
            cuts = cut_everywhere(world, flow, thorough=True)
        except Exception:
            traceback.print_exc()
            failed.append(flow.name)
        else:
            print(f"{flow.name}: {len(cuts.calls)} calls, {cuts.ends} ends", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
