"""A pytest plugin: listens to what this session asks of AWS and logs, in each of its processes.

Each process writes what it saw into one folder; the first of them puts it together.
"""

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest

from tests.house import calls, logbook

_FOLDER = pytest.StashKey[Path]()
_FINDINGS = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    """Begin to record, in each process of the session."""
    calls.install()
    calls.listeners[:] = [logbook.learn]
    logbook.install()
    given = getattr(config, "workerinput", {}).get("recorded")
    config.stash[_FOLDER] = Path(given or tempfile.mkdtemp(prefix="recorded-"))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell xdist's processes where to write."""
    node.workerinput["recorded"] = str(node.config.stash[_FOLDER])


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Write down what this process saw; the session's first process judges it."""
    config = session.config
    folder = config.stash[_FOLDER]
    worker = getattr(config, "workerinput", {}).get("workerid")
    write(folder / f"{worker or 'main'}.json")
    if worker is None:
        findings = read(folder)
        shutil.rmtree(folder)
        config.stash[_FINDINGS] = findings
        if findings and exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say what is wrong."""
    findings = config.stash.get(_FINDINGS, [])
    if findings:
        terminalreporter.section("secrets in logs")
        for finding in findings:
            terminalreporter.line(finding)


@pytest.fixture(autouse=True)
def _no_secret_in_any_log() -> Any:
    yield
    assert logbook.leaks() == []


def write(path: Path) -> None:
    """Write down what was logged after the last test that could tell."""
    path.write_text(json.dumps({"leaks": logbook.leaks()}))


def read(folder: Path) -> list[str]:
    """Put together what all processes wrote into a folder."""
    written = [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]
    return [leak for one in written for leak in one["leaks"]]
