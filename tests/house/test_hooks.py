"""Every hook has its function in every process, started as Lambda starts it."""

import json
import os
import subprocess
import sys
from typing import Any

from chalicelib.core.api import audience
from local.functions import ROOT
from tests.house.reading import functions
from tests.shared import declared_routes

STARTED = """
import importlib, json, sys
module, _, name = sys.argv[1].rpartition(".")
assert callable(getattr(importlib.import_module(module), name))
hooks = importlib.import_module("chalicelib.core.hooks")
empty = []
for hook in list(hooks.HOOKS):
    try:
        hook.get()
    except LookupError:
        empty.append(hook.purpose)
json.dump({"hooks": len(hooks.HOOKS), "empty": empty, "app": "app" in sys.modules}, sys.stdout)
"""


EVERYWHERE = """
import importlib, json, pkgutil, sys
import chalicelib
for found in pkgutil.walk_packages(chalicelib.__path__, "chalicelib."):
    if not found.name.endswith((".__main__", ".wiring")):
        importlib.import_module(found.name)
from chalicelib.core import hooks
from chalicelib.core.api import audience
before = [hook.purpose for hook in hooks.HOOKS]
assert all(hook.get() is not None for hook in hooks.HOOKS)
json.dump({"purposes": before, "after": len(hooks.HOOKS)}, sys.stdout)
"""


def run(script: str, *arguments: str) -> Any:
    """Run a script in a Python of its own; gives what it wrote."""
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_no_function_finds_a_hook_empty(resources: dict[str, Any]) -> None:
    handlers = {name: packaged["Handler"] for name, packaged in functions(resources).items()}
    assert handlers.pop("api_handler") == "app.app"
    found = {name: run(STARTED, handler) for name, handler in handlers.items()}
    assert {name: one["empty"] for name, one in found.items() if one["empty"]} == {}
    assert not any(one["app"] for one in found.values())
    assert any(one["hooks"] for one in found.values())
    assert run(STARTED, "app.app")["empty"] == []


def test_every_hook_of_the_product_is_wired() -> None:
    found = run(EVERYWHERE)
    assert len(found["purposes"]) == found["after"] > 0
    assert len(set(found["purposes"])) == len(found["purposes"])


def test_every_audience_of_a_route_has_an_authenticator() -> None:
    known = {one.audience for one in audience.authenticators.get()}
    wanted = {one for route in declared_routes() for one in route.audience.known}
    assert wanted == known
