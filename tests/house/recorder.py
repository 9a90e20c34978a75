"""A pytest plugin: what each Lambda asks of AWS in this session, held against its policy.

Each process of a session writes what it saw into one folder; the first of them compares. A partial
run finds what is missing in a policy; only the whole suite knows what is superfluous.

A new Lambda is found by its entry in `.chalice/config.json`: give it an empty policy there, have
tests invoke its handler (or add to `_DIRECTLY` what they call instead), and allow what the run says
that it needs. So is a policy extended; what is used in a race alone gets a test that always does
it. An operation of AWS that is new to Reef is looked up and added to `actions.py`.
"""

import json
import shutil
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from chalicelib.devices import watching
from chalicelib.devices.playlists import following as playlists
from chalicelib.notifications import deliveries, digests
from chalicelib.processing import cleaning, recent_scans, sweeper
from chalicelib.processing.scanning import scanner_source
from chalicelib.processing.transfers import exporting, importing
from chalicelib.processing.zips import making
from chalicelib.search import following
from chalicelib.tenants.audit import dispatching
from chalicelib.webhooks import attempts
from chalicelib.webhooks import deliveries as webhook_deliveries
from chalicelib.webhooks import recovery as webhook_recovery
from chalicelib.workflows import recovery
from chalicelib.workflows.approval import deadlines, record_consumer
from tests.house import calls, logbook, policies
from tests.house.actions import Unmapped, Use, uses

seen: defaultdict[str, set[Use]] = defaultdict(set)
"""What each function has used in this process."""

unmapped: set[str] = set()
"""Findings about calls of which nobody has said yet what they need."""

_DIRECTLY = (
    ("sweep_unfinished", sweeper, "sweep"),
    ("clean_up", cleaning, "clean"),
    ("clean_up", recent_scans, "ask"),
    ("refresh_signatures", scanner_source, "refresh"),
    ("make_zip", making, "make"),
    ("transfer_metadata", importing, "run"),
    ("transfer_metadata", exporting, "run"),
    ("tend_workflows", recovery, "tend"),
    ("keep_time", deadlines, "expire"),
    ("end_workflows", record_consumer, "consider"),
    ("follow_assets", playlists, "follow"),
    ("watch_devices", watching, "watch"),
    ("dispatch_records", dispatching, "dispatch"),
    ("index_assets", following, "follow"),
    ("notify", deliveries, "tell"),
    ("send_digests", digests, "send"),
    ("send_digests", deliveries, "send_late"),
    ("make_deliveries", webhook_deliveries, "make"),
    ("deliver_webhooks", attempts, "send"),
    ("tend_webhooks", webhook_recovery, "tend"),
)
"""Work that tests do with a time or a folder of their own, and not through its Lambda."""

_FOLDER = pytest.StashKey[Path]()
_FINDINGS = pytest.StashKey[list[str]]()


def note(call: calls.Call) -> None:
    """Keep what a function's call needs."""
    if call.function is not None:
        try:
            seen[call.function].update(uses(call))
        except Unmapped as operation:
            unmapped.add(f"{call.function} calls {operation}; add to actions.py what that needs")


def pytest_configure(config: pytest.Config) -> None:
    """Begin to record, in each process of the session."""
    calls.install()
    calls.listeners[:] = [note, logbook.learn]
    logbook.install()
    for name, module, work in _DIRECTLY:
        setattr(module, work, calls.entered_by(name, getattr(module, work)))
    given = getattr(config, "workerinput", {}).get("recorded")
    config.stash[_FOLDER] = Path(given or tempfile.mkdtemp(prefix="recorded-"))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell xdist's processes where to write."""
    node.workerinput["recorded"] = str(node.config.stash[_FOLDER])


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Write down what this process saw; the session's first process compares."""
    config = session.config
    folder = config.stash[_FOLDER]
    worker = getattr(config, "workerinput", {}).get("workerid")
    write(folder / f"{worker or 'main'}.json")
    if worker is None:
        whole = exitstatus == pytest.ExitCode.OK and _is_whole(config)
        findings = judge(folder, whole=whole)
        shutil.rmtree(folder)
        config.stash[_FINDINGS] = findings
        if findings and exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say what is wrong, behind the slowest tests: what fails a run is read from its end."""
    findings = config.stash.get(_FINDINGS, [])
    if findings:
        terminalreporter.section("policies in .chalice/, and secrets in logs")
        for finding in findings:
            terminalreporter.line(finding)


@pytest.fixture(autouse=True)
def _no_secret_in_any_log() -> Any:
    yield
    assert logbook.leaks() == []


def write(path: Path) -> None:
    """Write down what was seen, and what was logged after the last test that could tell."""
    used = {name: sorted(its) for name, its in seen.items()}
    findings = [*sorted(unmapped), *logbook.leaks()]
    path.write_text(json.dumps({"used": used, "findings": findings}))


def read(folder: Path) -> tuple[dict[str, set[Use]], list[str]]:
    """Put together what all processes wrote into a folder: uses by function, and findings."""
    together: defaultdict[str, set[Use]] = defaultdict(set)
    findings: list[str] = []
    for path in sorted(folder.glob("*.json")):
        written = json.loads(path.read_text())
        findings += written["findings"]
        for name, used in written["used"].items():
            together[name] |= {(action, resource) for action, resource in used}
    return dict(together), findings


def judge(folder: Path, *, whole: bool) -> list[str]:
    """Say what is wrong with what all processes saw, and what Lambda itself does for them."""
    used, findings = read(folder)
    for name in policies.names():
        used[name] = used.get(name, set()) | policies.by_lambda_itself(name)
    return [*policies.compare(used, policies.allowed(), whole=whole), *findings]


def _is_whole(config: pytest.Config) -> bool:
    narrowing = (
        *("keyword", "markexpr", "deselect", "ignore", "ignore_glob"),
        *("lf", "stepwise", "collectonly", "setuponly", "setupplan"),
    )
    if any(getattr(config.option, name, None) for name in narrowing):
        return False
    return config.args == ["tests"] or config.args_source is pytest.Config.ArgsSource.TESTPATHS
