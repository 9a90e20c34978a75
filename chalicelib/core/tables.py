"""DynamoDB through PynamoDB: the common item, conditional writes and transactions."""

import random
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar, overload

from pynamodb.attributes import UnicodeAttribute
from pynamodb.connection import Connection
from pynamodb.exceptions import PynamoDBException, TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.operand import Path
from pynamodb.expressions.update import Action
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib.core.attributes import IntegerAttribute
from chalicelib.core.aws import client

M = TypeVar("M", bound=Model)
A = TypeVar("A", bound=Model)
B = TypeVar("B", bound=Model)
C = TypeVar("C", bound=Model)

Key = tuple[type[M], str, str]
"""The model of an item, its `pk` and its `sk`."""

_CONFLICT_ATTEMPTS = 12

_THROTTLED = frozenset({"ThrottlingError", "ProvisionedThroughputExceeded"})
"""Reasons for which a transaction is cancelled that the SDK does not try again by itself."""

_CONFLICT_SECONDS, _BUSY_SECONDS = 0.5, 1.0
"""The longest wait before another attempt, after a conflict and after throttling."""

_KEY_BYTES = 1024
"""DynamoDB fails when it is asked for a longer sort key; no key of ours comes near."""

_KEYS_A_READ = 100
"""So many items DynamoDB reads in one request."""


class ConditionFailed(Exception):
    """A conditional write found another state; nothing was written.

    `index` is the position of the write whose condition failed.
    """

    def __init__(self, index: int = 0) -> None:
        super().__init__(f"condition of write {index} failed")
        self.index = index


class Item(Model):
    """An item of a table with the keys `pk` and `sk`, the tenant first in `pk`."""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    schema_version = IntegerAttribute(default=1)


_ORDER = ("check", "remove", "put", "change")
"""The order in which PynamoDB sends the kinds of writes, and so of DynamoDB's reasons."""


class Write(NamedTuple):
    """One write of a transaction; make it with `put`, `change`, `remove` or `check`."""

    kind: str
    item: Item
    actions: Sequence[Action] = ()
    condition: Condition | None = None


def put(item: Item, condition: Condition | None = None) -> Write:
    """Write the whole item."""
    return Write("put", item, (), condition)


def change(item: Item, *actions: Action, condition: Condition | None = None) -> Write:
    """Update some attributes of an item."""
    return Write("change", item, actions, condition)


def remove(item: Item, condition: Condition | None = None) -> Write:
    """Delete an item."""
    return Write("remove", item, (), condition)


def check(item: Item, condition: Condition) -> Write:
    """Let the transaction pass only while the item fulfils a condition."""
    return Write("check", item, (), condition)


def transact(*writes: Write) -> None:
    """Do all of these writes, or none.

    A conflict with another transaction, or a partition that is too busy, is not an answer, so it
    is tried again; while it may be under way itself, under the same token, so that it is done once.
    Where the SDK lost an answer, what is said to be cancelled may be done, so its token is asked.

    Raises:
        ConditionFailed: a condition did not hold.
    """
    sent = sorted(range(len(writes)), key=lambda index: _ORDER.index(writes[index].kind))
    tokens = [str(uuid.uuid4())]
    for attempt in range(_CONFLICT_ATTEMPTS):
        try:
            _commit(writes, tokens[-1])
            return
        except TransactWriteError as error:
            codes = [reason.code if reason else None for reason in error.cancellation_reasons]
            if "ConditionalCheckFailed" in codes:
                if any(_is_done(writes, token) for token in tokens[:-1]):
                    return
                raise ConditionFailed(sent[codes.index("ConditionalCheckFailed")]) from error
            throttled = not _THROTTLED.isdisjoint(codes)
            passing = throttled or _is_conflict(error, codes)
            if not passing or attempt == _CONFLICT_ATTEMPTS - 1:
                raise
            tokens += [str(uuid.uuid4())] if codes else []
        back_off(attempt, _BUSY_SECONDS if throttled else _CONFLICT_SECONDS)


def update(item: Model, *actions: Action, condition: Condition | None = None) -> None:
    """Update one item in place and refresh it from what is now stored.

    Raises:
        ConditionFailed: the condition did not hold.
    """
    _write(lambda: item.update(actions=list(actions), condition=condition))


def insert(item: Model) -> None:
    """Write an item that must not exist yet.

    Raises:
        ConditionFailed: it exists.
    """
    _write(lambda: item.save(condition=Path("pk").does_not_exist()))


def replace(item: Model, condition: Condition) -> None:
    """Write the whole item.

    Raises:
        ConditionFailed: the condition did not hold.
    """
    _write(lambda: item.save(condition=condition))


def delete(item: Model, condition: Condition | None = None) -> None:
    """Delete an item; one that is not there is no failure, unless the condition asks for it.

    Raises:
        ConditionFailed: the condition did not hold.
    """
    _write(lambda: item.delete(condition=condition))


def find(model: type[M], pk: str, sk: str | None = None) -> M | None:
    """Read one item by its keys, strongly consistent; None where there is none, or can be none."""
    if not all(_can_be_key(key) for key in (pk, sk or "")):
        return None
    try:
        return model.get(pk, sk, consistent_read=True)
    except model.DoesNotExist:
        return None


@overload
def find_together(first: Key[A] | None, second: Key[B] | None, /) -> tuple[A | None, B | None]: ...


@overload
def find_together(
    first: Key[A] | None, second: Key[B] | None, third: Key[C] | None, /
) -> tuple[A | None, B | None, C | None]: ...


@overload
def find_together(*wanted: Key[Any] | None) -> tuple[Any, ...]: ...


def find_together(*wanted: Key[Any] | None) -> tuple[Any, ...]:
    """Read up to 100 items of any tables in one request, strongly consistent; None for none.

    Each is as it was at some moment of the request, and not all at the same one.
    """
    asked: dict[str, Any] = {}
    for model, pk, sk in dict.fromkeys(key for key in wanted if key is not None):
        if _can_be_key(pk) and _can_be_key(sk):
            ours = asked.setdefault(model.Meta.table_name, {"Keys": [], "ConsistentRead": True})
            ours["Keys"].append({"pk": {"S": pk}, "sk": {"S": sk}})
    found = _read_together(asked) if asked else {}
    places = [key and (str(key[0].Meta.table_name), *key[1:]) for key in wanted]
    return tuple(
        key[0].from_raw_data(found[place]) if key and place in found else None
        for key, place in zip(wanted, places, strict=True)
    )


def find_many(model: type[M], keys: Iterable[tuple[str, str]]) -> list[M]:
    """Read items by their keys, 100 a request, strongly consistent, in the order of the keys.

    Keys without an item, or that can have none, are left out.
    """
    known = [key for key in dict.fromkeys(keys) if all(_can_be_key(part) for part in key)]
    found = images(str(model.Meta.table_name), known)
    return [model.from_raw_data(found[key]) for key in known if key in found]


def images(
    table: str, keys: Sequence[tuple[str, str]], *, consistent: bool = True
) -> dict[tuple[str, str], dict[str, Any]]:
    """Read items of a table by `pk` and `sk`, a hundred a request, in DynamoDB's own form.

    No key may be named twice. A read that is `consistent` costs twice, and sees every write.
    """
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for start in range(0, len(keys), _KEYS_A_READ):
        some = [{"pk": {"S": pk}, "sk": {"S": sk}} for pk, sk in keys[start:][:_KEYS_A_READ]]
        read = _read_together({table: {"Keys": some, "ConsistentRead": consistent}})
        found |= {(pk, sk): image for (_, pk, sk), image in read.items()}
    return found


def _read_together(asked: dict[str, Any]) -> dict[tuple[str, str, str], dict[str, Any]]:
    """Read the items of a BatchGetItem, by table and keys; what is put off is asked for again."""
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for attempt in range(_CONFLICT_ATTEMPTS):
        answer = client("dynamodb").batch_get_item(RequestItems=asked)
        for table, read in answer["Responses"].items():
            found |= {(table, image["pk"]["S"], image["sk"]["S"]): image for image in read}
        asked = answer.get("UnprocessedKeys", {})
        if not asked:
            return found
        back_off(attempt, _BUSY_SECONDS)
    raise TimeoutError("DynamoDB did not read all items")


def _can_be_key(key: str) -> bool:
    return len(key.encode()) < _KEY_BYTES


@lru_cache(maxsize=1)
def _connection() -> Connection:
    return Connection()


def _commit(writes: Sequence[Write], token: str) -> None:
    with TransactWrite(token, connection=_connection()) as transaction:
        for write in writes:
            if write.kind == "put":
                transaction.save(write.item, condition=write.condition)
            elif write.kind == "change":
                transaction.update(
                    write.item, actions=list(write.actions), condition=write.condition
                )
            elif write.kind == "remove":
                transaction.delete(write.item, condition=write.condition)
            else:
                keys = (write.item.pk, write.item.sk)
                transaction.condition_check(type(write.item), *keys, condition=write.condition)


def _is_done(writes: Sequence[Write], token: str) -> bool:
    """Return whether a transaction came through under a token: then DynamoDB answers as it did."""
    try:
        _commit(writes, token)
        return True
    except TransactWriteError:
        return False


def _write(write: Callable[[], object]) -> None:
    """Do one write by itself, again when a transaction on its item was under way."""
    for attempt in range(_CONFLICT_ATTEMPTS):
        try:
            write()
            return
        except PynamoDBException as error:
            if error.cause_response_code == "ConditionalCheckFailedException":
                raise ConditionFailed from error
            conflict = error.cause_response_code == "TransactionConflictException"
            if not conflict or attempt == _CONFLICT_ATTEMPTS - 1:
                raise
        back_off(attempt)


def _is_conflict(error: TransactWriteError, codes: Sequence[str | None]) -> bool:
    is_under_way = error.cause_response_code == "TransactionInProgressException"
    return is_under_way or "TransactionConflict" in codes


def back_off(attempt: int, longest_seconds: float = _CONFLICT_SECONDS) -> None:
    """Wait a random while (full jitter), up to twice as long each time."""
    time.sleep(random.uniform(0, min(1.0, 2.0**attempt / 64) * longest_seconds))
