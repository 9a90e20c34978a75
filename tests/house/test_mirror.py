"""Tests mirror the tree: whoever looks for the tests of a module finds them under its name."""

import ast
from collections.abc import Iterator
from pathlib import Path

from local.functions import ROOT

EDGES = {"routes", "events", "models", "shapes"}
"""Modules that are tested by subject, over HTTP and through their Lambdas: `edges.py` finds the
first two by these names, and the others hold what they take, show and store."""

BY_STORY = {
    "analytics",
    "assets/analytics",
    "assets/collections",
    "devices",
    "processing/conversion",
    "processing/zips",
    "search",
    "sharing",
}
"""The newest slices, which are tested from their routes; one leaves this list with its last
module that has no tests of its own."""

LOGIC = (
    ast.If,
    ast.IfExp,
    ast.For,
    ast.While,
    ast.Try,
    ast.With,
    ast.BoolOp,
    ast.comprehension,
)
"""What a function has that does more than pass on or put together what it was given."""


def logical() -> Iterator[Path]:
    """Give the modules of the product that have logic of their own, below their package."""
    for path in sorted((ROOT / "chalicelib").rglob("*.py")):
        functions = [n for n in ast.walk(ast.parse(path.read_text("utf-8"))) if _is_function(n)]
        if path.stem not in EDGES and any(_has_logic(function) for function in functions):
            yield path.relative_to(ROOT / "chalicelib")


def _is_function(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)


def _has_logic(function: ast.AST) -> bool:
    return any(isinstance(node, LOGIC) for node in ast.walk(function))


def untested() -> list[Path]:
    """Give the modules with logic that have no file of tests of their name."""
    tests = ROOT / "tests"
    return [
        module
        for module in logical()
        if not (tests / module.parent / f"test_{module.stem.strip('_')}.py").exists()
    ]


def story(module: Path) -> str | None:
    """Give the slice that is tested by its stories to which a module belongs."""
    return next((name for name in BY_STORY if module.is_relative_to(name)), None)


def test_every_module_with_logic_has_tests_of_its_name() -> None:
    assert [str(module) for module in untested() if story(module) is None] == []


def test_what_has_logic_is_told_apart() -> None:
    found = {str(module) for module in logical()}
    assert {"core/tables.py", "processing/ingest.py", "tenants/__main__.py"} <= found
    assert {"processing/routes.py", "assets/admission.py"} & found == set()
