"""The Lambdas that are not HTTP: found in the slices' `events.py`, as Chalice deploys them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from chalice.app import (
    Blueprint,
    Chalice,
    DynamoDBEventConfig,
    ScheduledEventConfig,
    SQSEventConfig,
)

from chalicelib.core import edges

ROOT = Path(__file__).resolve().parent.parent
STAGE = "live"

_UNITS = {"minute": 60, "hour": 3600, "day": 86400}


class Function(NamedTuple):
    """A Lambda: its name, code, limits, and what starts it."""

    name: str
    handler: Callable[[dict[str, Any], Any], Any]
    timeout_seconds: int
    memory_megabytes: int
    queue: str | None
    """The queue that it takes messages from, without the stack's name."""
    batch_size: int
    interval_seconds: int | None
    """How often a schedule calls it."""
    table: str | None = None
    """The table whose stream it follows, without the stack's name."""


def functions() -> dict[str, Function]:
    """Return every event Lambda by its name.

    Raises:
        LookupError: one is started by something that local mode does not play.
    """
    found = {}
    for module in edges.modules("events"):
        app = Chalice("local")
        for value in vars(module).values():
            if isinstance(value, Blueprint):
                app.register_blueprint(value)
        for source in app.event_sources:
            found[source.name] = _function(source, getattr(module, source.name))
    return found


def _function(source: Any, handler: Callable[[dict[str, Any], Any], Any]) -> Function:
    own = limits(source.name)
    timeout, memory = own["lambda_timeout"], own["lambda_memory_size"]
    if isinstance(source, SQSEventConfig):
        return Function(
            source.name, handler, timeout, memory, source.queue, source.batch_size, None
        )
    if isinstance(source, ScheduledEventConfig):
        seconds = _seconds(source.schedule_expression)
        return Function(source.name, handler, timeout, memory, None, 1, seconds)
    if isinstance(source, DynamoDBEventConfig):
        name, size = source.name, source.batch_size
        return Function(name, handler, timeout, memory, None, size, None, source.stream_arn)
    raise LookupError(f"local mode cannot start {source.name}: {type(source).__name__}")


def limits(name: str) -> dict[str, int]:
    """Return a function's entry in `.chalice/config.json`, with timeout (s) and memory (MB)."""
    config = json.loads((ROOT / ".chalice" / "config.json").read_text())
    own: dict[str, int] = config["stages"][STAGE]["lambda_functions"][name]
    return own


def _seconds(expression: Any) -> int:
    text = expression if isinstance(expression, str) else expression.to_string()
    number, unit = text.removeprefix("rate(").removesuffix(")").split()
    return int(number) * _UNITS[unit.removesuffix("s")]
