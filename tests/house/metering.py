"""Counts what goes over the wire to AWS: requests at botocore's HTTP session, and capacity."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from botocore.httpsession import URLLib3Session

from tests.house import calls
from tests.house.calls import Call

_READING = {"GetItem", "BatchGetItem", "Query", "Scan", "TransactGetItems"}
_WRITING = {"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"}


@dataclass
class Consumption:
    """What one piece of work asked of AWS."""

    requests: Counter[str] = field(default_factory=Counter)
    """HTTP requests by `service:Operation`, those tried again included."""
    read_units: float = 0
    write_units: float = 0

    def add(self, other: "Consumption") -> None:
        """Add what another piece of work asked for."""
        self.requests += other.requests
        self.read_units += other.read_units
        self.write_units += other.write_units


class Meter:
    """Counts by function, since it was last read."""

    def __init__(self) -> None:
        self._by_function: defaultdict[str, Consumption] = defaultdict(Consumption)

    def read(self) -> dict[str, Consumption]:
        """Give what was counted, and begin again."""
        counted = dict(self._by_function)
        self._by_function.clear()
        return counted

    def sent(self, call: Call | None) -> None:
        """Count one HTTP request."""
        if call is not None and call.function is not None:
            self._by_function[call.function].requests[f"{call.service}:{call.operation}"] += 1

    def answered(self, call: Call) -> None:
        """Count the capacity that DynamoDB says it took; refused writes do not say."""
        if call.function is None or call.service != "dynamodb":
            return
        told = call.answer.get("ConsumedCapacity", [])
        units = sum(one["CapacityUnits"] for one in (told if isinstance(told, list) else [told]))
        consumption = self._by_function[call.function]
        if call.operation in _READING:
            consumption.read_units += units
        else:
            consumption.write_units += units


@contextmanager
def metered() -> Iterator[Meter]:
    """Count what this process's functions ask of an AWS that is reached by HTTP."""
    meter = Meter()
    send = URLLib3Session.send

    def counted(session: Any, request: Any) -> Any:
        meter.sent(calls.under_way.get())
        return send(session, request)

    URLLib3Session.send = counted
    calls.listeners.append(meter.answered)
    calls.preparers.append(_ask_for_capacity)
    try:
        yield meter
    finally:
        URLLib3Session.send = send
        calls.listeners.remove(meter.answered)
        calls.preparers.remove(_ask_for_capacity)


def _ask_for_capacity(service: str, operation: str, params: dict[str, Any]) -> None:
    if service == "dynamodb" and operation in _READING | _WRITING:
        params["ReturnConsumedCapacity"] = "INDEXES"  # DynamoDB Local forgets some by "TOTAL"
