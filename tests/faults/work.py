"""The work of child processes, done once: the same function makes the same of the same bytes.

What is cut is what Reef says to AWS. The child has no way there, so that a hundred cuts need not
decode one file a hundred times.
"""

import copy
import hashlib
import inspect
import pickle
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from chalicelib.processing.problems import MediaProblem

Run = Callable[..., Any]

_BUDGET = "seconds"
"""The argument that says how much time there is, on which no result depends."""


def remembering(run: Run) -> Run:
    """Let `sandbox.run` give again what it gave, or raised, for the same function and bytes.

    Files that the function wrote are written again. What failed by chance is tried again, and what
    is read in place, from a URL, is not remembered.
    """
    known: dict[bytes, tuple[Any, dict[str, bytes]]] = {}

    def again(function: Callable[..., Any], *arguments: Any, **limits: Any) -> Any:
        if any(str(one).startswith("http") for one in arguments):
            return run(function, *arguments, **limits)
        key, targets = _described(function, arguments)
        if key not in known:
            try:
                outcome = run(function, *arguments, **limits)
            except MediaProblem as problem:
                outcome = problem
            written = {name: path.read_bytes() for name, path in targets.items() if path.exists()}
            known[key] = outcome, written
        outcome, written = known[key]
        for name, data in written.items():
            targets[name].write_bytes(data)
        if isinstance(outcome, MediaProblem):
            raise copy.copy(outcome)
        return copy.deepcopy(outcome)

    return again


def _described(
    function: Callable[..., Any], arguments: tuple[Any, ...]
) -> tuple[bytes, dict[str, Path]]:
    """Name a call by its function and the bytes of its files; gives where it writes to, too."""
    targets: dict[str, Path] = {}

    def described(value: Any) -> Any:
        if isinstance(value, list):
            return [described(one) for one in value]
        if not isinstance(value, str) or not value.startswith(tempfile.gettempdir()):
            return value
        path = Path(value)
        if path.exists():
            return hashlib.sha256(path.read_bytes()).digest()
        targets[path.name] = path
        return path.name

    names = inspect.signature(function).parameters
    told = [
        described(value) for name, value in zip(names, arguments, strict=False) if name != _BUDGET
    ]
    return pickle.dumps((function.__module__, function.__qualname__, told)), targets
