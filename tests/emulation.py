"""moto, made exact where threads meet and keys are long, and quicker where it finds the same."""

import copy
import threading
from functools import cache
from typing import Any

from botocore.loaders import JSONFileLoader
from botocore.useragent import UserAgentString
from moto.core import responses
from moto.core.serialize import ResponseSerializer
from moto.dynamodb import models
from moto.dynamodb.exceptions import HashKeyTooLong, RangeKeyTooLong
from moto.dynamodb.limits import HASH_KEY_MAX_LENGTH, RANGE_KEY_MAX_LENGTH
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler

_KINDS = {"S", "N", "B", "SS", "NS", "BS", "M", "L", "NULL", "BOOL"}
"""What DynamoDB names the kinds of values."""

_PLAIN_KINDS = {"S", "N", "SS", "NS", "NULL", "BOOL"}
"""Those which go as they are, where bytes are written by base64."""

_INDEX_NAME = 6
"""The place of an index's name among what a query is given after its key."""

_lock = threading.RLock()


def improve() -> None:
    """Let transactions be atomic for threads, and copy only what they touch.

    moto copies whole tables before a transaction, which is most of a test's time, and puts them
    back when one fails, which undoes what other threads wrote meanwhile.
    """
    _isolate_requests()
    _refuse_long_keys()
    _shorten_transactions()
    _remember_names()
    _read_models_once()
    _query_by_key()


def _isolate_requests() -> None:
    real = DynamoHandler.call_action

    def call_action(handler: Any) -> Any:
        with _lock:
            return real(handler)

    DynamoHandler.call_action = call_action


def _refuse_long_keys() -> None:
    """Refuse to look for keys that no item can have, as DynamoDB does."""
    real = DynamoDBBackend.get_item

    def get_item(backend: Any, table_name: str, keys: dict[str, Any], *rest: Any) -> Any:
        table = backend.get_table(table_name)
        for name, longest, error in (
            (table.hash_key_attr, HASH_KEY_MAX_LENGTH, HashKeyTooLong),
            (table.range_key_attr, RANGE_KEY_MAX_LENGTH, RangeKeyTooLong),
        ):
            if name is not None and len(keys[name].get("S", "").encode()) >= longest:
                raise error
        return real(backend, table_name, keys, *rest)

    DynamoDBBackend.get_item = get_item


def _shorten_transactions() -> None:
    real = DynamoDBBackend.transact_write_items

    class WithoutTables:
        """What the backend gets for `copy`: tables stay themselves."""

        @staticmethod
        def deepcopy(value: Any) -> Any:
            return value if isinstance(value, models.Table) else copy.deepcopy(value)

    def transact_write_items(backend: Any, transact_items: list[dict[str, Any]]) -> None:
        touched = [_Touched(backend, *item.values()) for item in transact_items]
        try:
            real(backend, transact_items)
        except Exception:
            for item in touched:
                item.put_back()
            raise

    models.copy = WithoutTables
    DynamoDBBackend.transact_write_items = transact_write_items


class _Touched:
    """An item of a table as it was before a transaction, and how long the table's stream was."""

    def __init__(self, backend: Any, operation: dict[str, Any]) -> None:
        self._table = backend.tables.get(operation["TableName"])
        if self._table is None:
            return
        key = operation.get("Key") or operation["Item"]
        names = (self._table.hash_key_attr, self._table.range_key_attr)
        self._key = [DynamoType(key[name]) for name in names if name is not None]
        self._item = copy.deepcopy(self._table.get_item(*self._key))
        stream = self._table.stream_shard
        self._records = 0 if stream is None else len(stream.items)

    def put_back(self) -> None:
        if self._table is None:
            return
        items, key = self._table.items, self._key[-1]
        if len(self._key) > 1:
            items = items[self._key[0]]
        if self._item is None:
            items.pop(key, None)
        else:
            items[key] = self._item
        if self._table.stream_shard is not None:
            del self._table.stream_shard.items[self._records :]


def _query_by_key() -> None:
    """Show a query the items of its key alone: moto sorts the whole table for each."""
    real = Table.query

    def query(table: Any, hash_key: Any, *rest: Any, **named: Any) -> Any:
        is_of_index = len(rest) > _INDEX_NAME and rest[_INDEX_NAME] is not None
        if is_of_index:
            found = _having(table, named["hash_key_conditions"])
        else:
            found = list(table.items.get(hash_key, {}).values())
        table.all_items = lambda: found
        try:
            return real(table, hash_key, *rest, **named)
        finally:
            del table.all_items

    Table.query = query


def _having(table: Any, keys: list[tuple[str, Any]]) -> list[Any]:
    ((name, wanted),) = keys
    everything = (item for partition in table.items.values() for item in partition.values())
    return [item for item in everything if name in item.attrs and item.attrs[name] == wanted]


def _remember_names() -> None:
    real, cast = ResponseSerializer.get_value, DynamoType.cast_value.fget

    def get_value(serializer: Any, value: Any, key: str, shape: Any) -> Any:
        if type(value) is dict and len(value) == 1 and value.keys() <= _KINDS:
            return value.get(key)  # a value of DynamoDB's, whose kind has one spelling
        return real(serializer, value, key, shape)

    ResponseSerializer.get_value = get_value
    written = ResponseSerializer._serialize

    def serialize(serializer: Any, serialized: Any, value: Any, shape: Any, key: str) -> None:
        if shape.name == "AttributeValue" and _is_plain(value):
            serializer._default_serialize(serialized, value, shape, key)
        else:
            written(serializer, serialized, value, shape, key)

    ResponseSerializer._serialize = serialize
    DynamoType.cast_value = property(lambda v: v.value if v.type == "S" else cast(v))
    UserAgentString.to_string = lambda _: "tests"
    responses.method_names_from_class = cache(responses.method_names_from_class)


def _is_plain(value: Any) -> bool:
    """Return whether a value of DynamoDB's is written as it is, as all are that hold no bytes."""
    if type(value) is not dict or len(value) != 1:
        return False
    ((kind, held),) = value.items()
    if kind in _PLAIN_KINDS:
        return True
    return kind in {"M", "L"} and all(map(_is_plain, held.values() if kind == "M" else held))


def _read_models_once() -> None:
    """Keep what botocore has read of its services, which each new AWS would parse again."""
    real, loader = JSONFileLoader.load_file, JSONFileLoader()
    read = cache(lambda path: real(loader, path))
    JSONFileLoader.load_file = lambda _, path: read(path)
