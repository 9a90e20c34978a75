"""DynamoDB through PynamoDB: the common item, conditional writes and transactions."""

import random
import time
import uuid
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.connection import Connection
from pynamodb.exceptions import PynamoDBException, TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.operand import Path
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

M = TypeVar("M", bound=Model)

_CONFLICT_ATTEMPTS = 12

_KEY_BYTES = 1024
"""DynamoDB fails when it is asked for a longer sort key; no key of ours comes near."""


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
    schema_version = NumberAttribute(default=1)


_ORDER = ("check", "remove", "put", "change")
"""The order in which PynamoDB sends the kinds of writes, and so of DynamoDB's reasons."""


class Write(NamedTuple):
    """One write of a transaction; make it with `put`, `change`, `remove` or `check`."""

    kind: str
    item: Any
    actions: Sequence[Any] = ()
    condition: Condition | None = None


def put(item: Model, condition: Condition | None = None) -> Write:
    """Write the whole item."""
    return Write("put", item, (), condition)


def change(item: Model, *actions: Any, condition: Condition | None = None) -> Write:
    """Update some attributes of an item."""
    return Write("change", item, actions, condition)


def remove(item: Model, condition: Condition | None = None) -> Write:
    """Delete an item."""
    return Write("remove", item, (), condition)


def check(item: Model, condition: Condition) -> Write:
    """Let the transaction pass only while the item fulfils a condition."""
    return Write("check", item, (), condition)


def transact(*writes: Write) -> None:
    """Do all of these writes, or none.

    A conflict with another transaction is not an answer, so it is tried again; while it may be
    under way itself, under the same token, so that it is done once.

    Raises:
        ConditionFailed: a condition did not hold.
    """
    sent = sorted(range(len(writes)), key=lambda index: _ORDER.index(writes[index].kind))
    token = str(uuid.uuid4())
    for attempt in range(_CONFLICT_ATTEMPTS):
        try:
            _commit(writes, token)
            return
        except TransactWriteError as error:
            codes = [reason.code if reason else None for reason in error.cancellation_reasons]
            if "ConditionalCheckFailed" in codes:
                raise ConditionFailed(sent[codes.index("ConditionalCheckFailed")]) from error
            if not _is_conflict(error, codes) or attempt == _CONFLICT_ATTEMPTS - 1:
                raise
            if codes:
                token = str(uuid.uuid4())
        _back_off(attempt)


def update(item: Model, *actions: Any, condition: Condition | None = None) -> None:
    """Update one item in place and refresh it from what is now stored.

    Raises:
        ConditionFailed: the condition did not hold.
    """
    for attempt in range(_CONFLICT_ATTEMPTS):
        try:
            item.update(actions=list(actions), condition=condition)
            return
        except PynamoDBException as error:
            if error.cause_response_code == "ConditionalCheckFailedException":
                raise ConditionFailed from error
            conflict = error.cause_response_code == "TransactionConflictException"
            if not conflict or attempt == _CONFLICT_ATTEMPTS - 1:
                raise
        _back_off(attempt)


def insert(item: Model) -> None:
    """Write an item that must not exist yet.

    Raises:
        ConditionFailed: it exists.
    """
    try:
        item.save(condition=Path("pk").does_not_exist())
    except PynamoDBException as error:
        if error.cause_response_code == "ConditionalCheckFailedException":
            raise ConditionFailed from error
        raise


def find(model: type[M], pk: str, sk: str | None = None) -> M | None:
    """Read one item by its keys, strongly consistent; None where there is none, or can be none."""
    if any(len(key.encode()) >= _KEY_BYTES for key in (pk, sk or "")):
        return None
    try:
        return model.get(pk, sk, consistent_read=True)
    except model.DoesNotExist:
        return None


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


def _is_conflict(error: TransactWriteError, codes: Sequence[str | None]) -> bool:
    return "TransactionConflict" in codes or (
        error.cause_response_code == "TransactionInProgressException"
    )


def _back_off(attempt: int) -> None:
    """Wait a random while, longer each time (full jitter), up to half a second."""
    time.sleep(random.uniform(0, min(0.5, 0.01 * 2**attempt)))
