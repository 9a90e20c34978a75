"""The edges of the slices: the `routes.py` and `events.py` files, wherever they lie."""

import importlib
import pkgutil
from collections.abc import Iterator
from functools import lru_cache
from types import ModuleType
from typing import TypeVar

import chalicelib

T = TypeVar("T")


def modules(name: str) -> Iterator[ModuleType]:
    """Import every module of a name, `routes` or `events`, in the order of their paths."""
    for full_name in _module_names():
        if full_name.rpartition(".")[2] == name:
            yield importlib.import_module(full_name)


def found(name: str, kind: type[T]) -> list[T]:
    """Return everything of a type that the modules of a name hold."""
    values = (value for module in modules(name) for value in vars(module).values())
    return [value for value in values if isinstance(value, kind)]


@lru_cache(maxsize=1)
def _module_names() -> list[str]:
    prefix = f"{chalicelib.__name__}."
    return [one.name for one in pkgutil.walk_packages(chalicelib.__path__, prefix, onerror=_fail)]


def _fail(name: str) -> None:
    """Let a folder that cannot be imported be a failure, which walking it would pass over."""
    raise ImportError(f"cannot import {name}")
