"""Reads every line that the process logs, as Lambda would write it, and looks for secrets in it.

Known secrets are those that pass botocore: passwords, texts of secrets, tokens; others are told by
their shape.
"""

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from chalicelib.core.logs import JsonFormatter
from tests.house.calls import Call

SHAPES = {
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    "a JWT": r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.",
    "a bearer token": r"(?i)\bbearer [A-Za-z0-9._~+/-]{16,}",
    "a presigned request": r"(?i)x-amz-signature\W+[0-9a-f]{64}",
    "a signed URL": r"[?&]Signature=[A-Za-z0-9~_-]{40,}",
    "a signed policy": r"[?&]Policy=[A-Za-z0-9~_-]{40,}",
}
_SHAPES = {name: re.compile(shape) for name, shape in SHAPES.items()}

_HELD_IN = {
    "AccessToken": "an access token",
    "IdToken": "an ID token",
    "PASSWORD": "a password",
    "Password": "a password",
    "RefreshToken": "a refresh token",
    "SecretString": "the text of a secret",
    "TemporaryPassword": "a password",
    "taskToken": "a task token",
}
"""Fields of calls and answers that hold a secret, and what it is."""

_SHORTEST = 8

_known: dict[str, str] = {}
_leaks: list[str] = []
_format = JsonFormatter().format


def install() -> None:
    """Begin to read; again changes nothing."""
    loggers: Any = logging.Logger
    handle: Any = loggers.callHandlers
    if getattr(handle, "reads_for_secrets", False):
        return

    def read_and_handle(logger: logging.Logger, record: logging.LogRecord) -> None:
        _leaks.extend(secrets_in(_written(record)))
        handle(logger, record)

    loggers.callHandlers = read_and_handle
    loggers.callHandlers.reads_for_secrets = True


def learn(call: Call) -> None:
    """Remember the secrets that a call to AWS carries, there or back."""
    for value, what in [*_held(call.params), *_held(call.answer)]:
        _known[value] = what


def secrets_in(text: str) -> list[str]:
    """Say which secrets a text holds, without repeating them."""
    shown = [name for name, shape in _SHAPES.items() if shape.search(text)]
    shown += [what for value, what in _known.items() if value in text]
    return [f"{what} in a log: {_masked(text)}" for what in dict.fromkeys(shown)]


def leaks() -> list[str]:
    """Give, and forget, what was found since the last time."""
    found = _leaks[:]
    del _leaks[: len(found)]
    return found


def secrets_in_files(folder: Path) -> list[str]:
    """Say which secrets the log files below a folder hold."""
    return [
        f"{path.name}: {found}"
        for path in sorted(folder.rglob("*.log"))
        for line in path.read_text("utf-8", errors="replace").splitlines()
        for found in secrets_in(line)
    ]


def read_files(folder: Path) -> None:
    """Read the logs of processes that the suite started."""
    _leaks.extend(secrets_in_files(folder))


def _written(record: logging.LogRecord) -> str:
    try:
        return _format(record)
    except (TypeError, ValueError):  # a record of somebody else's that cannot be written
        return str(vars(record))


def _held(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in _HELD_IN and isinstance(inner, str) and len(inner) >= _SHORTEST:
                yield inner, _HELD_IN[name]
            else:
                yield from _held(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _held(inner)


def _masked(text: str) -> str:
    """Show where the log comes from without showing more than that."""
    for shape in _SHAPES.values():
        text = shape.sub("***", text)
    for value in _known:
        text = text.replace(value, "***")
    return text[:300]
