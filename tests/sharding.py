"""Spreads test files over processes, with those that share a whole Reef in one of them.

`make test` loads this plugin. xdist's own groups do not work with this version of pytest.
"""

from typing import Any

from xdist.scheduler import LoadScopeScheduling

WHOLE_STACK = ("tests/browser/", "tests/local/test_run.py", "tests/runtime/")
"""Where tests run against `tests.stack`, of which two at once would be too much for a machine."""


class Sharding(LoadScopeScheduling):
    """Gives a process one file after the other."""

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        return "stack" if path.startswith(WHOLE_STACK) else path


def pytest_xdist_make_scheduler(config: Any, log: Any) -> Sharding:
    return Sharding(config, log)
