"""Who may import whom: slices are stacked, and edges are imported by the app alone."""

import ast
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
    assert "1 kept, 0 broken" in done.stdout


@pytest.mark.parametrize("path", SOURCES[1:], ids=name)
def test_nothing_imports_an_edge_file(path: Path) -> None:
    edges = {
        module
        for module in imported(path)
        if module.startswith("chalicelib.") and EDGES & set(module.split(".")[2:3])
    }
    assert edges == set()


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_what_ships_imports_nothing_that_does_not(path: Path) -> None:
    tops = {module.partition(".")[0] for module in imported(path)}
    assert tops & {"local", "infra", "tests", "moto", "pytest"} == set()


def test_the_app_imports_every_edge_file() -> None:
    edges = {f"chalicelib.{path.parent.name}.{path.stem}" for path in SOURCES if path.stem in EDGES}
    assert edges <= set(imported(ROOT / "app.py")) | {"chalicelib.core.openapi"}
    assert edges


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
    assert readers - {"chalicelib/processing/sandbox.py", "chalicelib/processing/children.py"} == {
        "chalicelib/core/settings.py"
    }
    assert makers == {"chalicelib/core/aws.py"}
