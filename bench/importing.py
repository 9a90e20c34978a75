"""What a cold start of the API imports, over Chalice and one DynamoDB client."""

import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

from bench.measuring import median, take_turns
from bench.report import Goal, Section, Table, milliseconds, ratio

TITLE = "Import of the API"
_MOST = 1.15
_ROOT = Path(__file__).resolve().parent.parent
_CLIENT = "boto3.client('dynamodb')"
_PROGRAMS = {
    "Python alone": "pass",
    "chalice and one DynamoDB client": f"import chalice, boto3; {_CLIENT}",
    "app": "import app",
    "app and its first DynamoDB client": "import app; from chalicelib.core import aws;"
    " aws.client('dynamodb')",
}
_TIMED = re.compile(r"import time:\s*(\d+) \|\s*\d+ \|\s*(\S+)")


def measure(quick: bool) -> Section:
    """Import in fresh processes, in turns."""
    contenders: dict[str, Callable[[], float]] = {
        name: partial(_run, program) for name, program in _PROGRAMS.items()
    }
    taken = take_turns(contenders, 3 if quick else 25)
    times = {name: median(taken[name]) for name in _PROGRAMS}
    floor = times["chalice and one DynamoDB client"]
    return Section(
        TITLE,
        "Fresh processes with compiled bytecode in place, the interpreter's own start included. "
        "`app` creates no client; the last line adds the one that almost every request needs.",
        [
            Goal(
                f"`import app` at most {_MOST:.2f} times chalice and one DynamoDB client",
                f"{times['app'] / floor:.2f}",
                times["app"] <= _MOST * floor,
            )
        ],
        [
            Table(
                ["process", "ms", "ratio"],
                [[name, milliseconds(times[name]), ratio(times[name] / floor)] for name in times],
            ),
            Table(
                ["what `import app` loads, by top package", "share", "modules"],
                _shares(_PROGRAMS["app"]),
            ),
        ],
    )


def _run(program: str, *options: str) -> float:
    began = time.perf_counter()
    _python(program, *options)
    return time.perf_counter() - began


def _python(program: str, *options: str) -> str:
    return subprocess.run(
        [sys.executable, *options, "-c", program],
        cwd=_ROOT,
        env={"PATH": os.environ["PATH"], "AWS_DEFAULT_REGION": "us-east-1"},
        capture_output=True,
        text=True,
        check=True,
    ).stderr


def _shares(program: str) -> list[list[str]]:
    """Return what each top package's own modules cost, by -X importtime, the most costly first."""
    costs: Counter[str] = Counter()
    modules: Counter[str] = Counter()
    for microseconds, module in _TIMED.findall(_python(program, "-X", "importtime")):
        package = module.partition(".")[0].lstrip("_")
        package = "standard library" if package in _STANDARD else package
        costs[package] += int(microseconds)
        modules[package] += 1
    whole = sum(costs.values())
    return [
        [package, f"{cost / whole:.0%}", str(modules[package])]
        for package, cost in costs.most_common(8)
    ]


_STANDARD = {name.lstrip("_") for name in sys.stdlib_module_names} | {"frozen_importlib_external"}
