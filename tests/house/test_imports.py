"""Who may import whom: slices are stacked, and edges are imported by the app alone."""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.functions import ROOT

EDGES = {"routes", "events"}
SOURCES = [ROOT / "app.py", *sorted((ROOT / "chalicelib").rglob("*.py"))]


def imported(path: Path) -> Iterator[str]:
    """Give every module or name that a file imports, in full, wherever in the file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
            yield str(node.module)


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_the_layers_contract_is_kept() -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert ", 0 broken" in done.stdout


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_nothing_imports_an_edge_file(path: Path) -> None:
    edges = {
        module
        for module in imported(path)
        if module.startswith("chalicelib.") and EDGES & set(module.split("."))
    }
    assert edges == set()


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_what_ships_imports_nothing_that_does_not(path: Path) -> None:
    tops = {module.partition(".")[0] for module in imported(path)}
    assert tops & {"local", "infra", "tests", "moto", "pytest"} == set()


def test_the_app_finds_every_edge_file() -> None:
    script = "import app, json, sys; json.dump(sorted(sys.modules), sys.stdout)"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    edges = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in SOURCES
        if path.stem in EDGES
    }
    assert edges <= set(json.loads(done.stdout))
    assert edges


def test_edge_files_alone_declare_routes_and_lambdas() -> None:
    declaring = {
        path
        for path in SOURCES
        for statement in ast.parse(path.read_text()).body
        if isinstance(statement, ast.Assign | ast.AnnAssign)
        for node in ast.walk(statement)
        if isinstance(node, ast.Call) and called(node) in {"Routes", "Blueprint"}
    }
    assert declaring == {path for path in SOURCES if path.stem in EDGES}


def called(node: ast.Call) -> str:
    """Give the name of what is called, without that of its module and its type's parameters."""
    function = node.func.value if isinstance(node.func, ast.Subscript) else node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def attributes(path: Path) -> set[str]:
    """Give what a file takes from modules, such as `os.environ`."""
    return {
        f"{node.value.id}.{node.attr}"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }


def test_settings_alone_read_the_environment_and_one_file_makes_clients() -> None:
    readers, makers = set(), set()
    for path in SOURCES:
        found = attributes(path)
        if found & {"os.environ", "os.getenv"} or "os.environ" in set(imported(path)):
            readers.add(name(path))
        if found & {"boto3.client", "boto3.resource", "boto3.Session"}:
            makers.add(name(path))
    # A sandboxed child starts with an environment that was emptied, which is not reading it.
    starters = {
        "chalicelib/processing/media/sandbox.py",
        "chalicelib/processing/subprocesses.py",
    }
    assert readers - starters == {"chalicelib/core/settings.py"}
    assert makers == {"chalicelib/core/aws.py"}
