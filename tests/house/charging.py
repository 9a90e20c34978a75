"""What DynamoDB charges by its published rules, for what DynamoDB Local does not count.

DynamoDB Local says 2 units of a transaction, whether it puts one new item or a hundred, and nothing
of reads that find nothing.
"""

import math
from collections.abc import Iterable
from typing import Any

from chalicelib.core.aws import client
from tests.house.calls import Call
from tests.house.metering import Consumption


def charged(heard: Iterable[Call]) -> Consumption:
    """Give the units of a function's batched reads and transactions, whose items are still there.

    Raises:
        LookupError: a rule for another operation is wanted.
    """
    found = Consumption()
    for call in heard:
        if call.function is None:
            continue
        if call.operation == "BatchGetItem":
            found.read_units += _read_units(call)
        elif call.operation == "TransactWriteItems":
            found.write_units += sum(_transacted_units(call))
        else:
            raise LookupError(f"no rule for {call.operation}")
    return found


def _read_units(call: Call) -> float:
    """Count each key, found or not, in steps of 4 KB; half where it may be a little old."""
    units = 0.0
    for table, asked in call.params["RequestItems"].items():
        found = call.answer["Responses"][table]
        steps = [max(1, math.ceil(_size(item) / 4096)) for item in found]
        missing = len(asked["Keys"]) - len(found)
        units += (sum(steps) + missing) * (1 if asked["ConsistentRead"] else 0.5)
    return units


def _transacted_units(call: Call) -> Iterable[int]:
    """Count each item twice, in steps of 1 KB, and once more for each index that copies it."""
    for entry in call.params["TransactItems"]:
        (what,) = entry.values()
        keys = what.get("Key") or {name: what["Item"][name] for name in ("pk", "sk")}
        item = client("dynamodb").get_item(TableName=what["TableName"], Key=keys)["Item"]
        described = client("dynamodb").describe_table(TableName=what["TableName"])["Table"]
        copies = 2 + len(described.get("GlobalSecondaryIndexes", ()))
        yield copies * max(1, math.ceil(_size(item) / 1024))


def _size(item: dict[str, Any]) -> int:
    """Give the bytes of an item: those of its names, texts and numbers."""
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def _value_size(value: dict[str, Any]) -> int:
    ((kind, content),) = value.items()
    return math.ceil(len(content) / 2) + 1 if kind == "N" else len(content.encode())
