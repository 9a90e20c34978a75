"""Attributes of items that give what they hold, with its type."""

import json
import operator
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Literal, TypeVar, overload

import msgspec
from pynamodb.attributes import Attribute
from pynamodb.constants import NUMBER, STRING

T = TypeVar("T")
S = TypeVar("S")


class IntegerAttribute(Attribute[T]):
    """A number without a fraction; with `null=True` it may be missing, which gives None."""

    attr_type = NUMBER

    @overload
    def __init__(
        self: "IntegerAttribute[int]", *, default: int | None = None, attr_name: str | None = None
    ) -> None: ...

    @overload
    def __init__(
        self: "IntegerAttribute[int | None]",
        *,
        null: Literal[True],
        attr_name: str | None = None,
    ) -> None: ...

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)

    def serialize(self, value: Any) -> str:
        """Write a number as DynamoDB takes it.

        Raises:
            TypeError: it is no integer.
        """
        return str(int(operator.index(value)))

    def deserialize(self, value: str) -> Any:
        """Read a number in any of the ways in which DynamoDB writes one, such as `1E+2`.

        Raises:
            ValueError: it has a fraction.
        """
        number = int(Decimal(value))
        if number != Decimal(value):
            raise ValueError(f"{value} is no integer")
        return number


class StructAttribute(Attribute[T]):
    """A value of a declared type, a struct above all, stored as JSON text.

    The text is that of `json.dumps`, key by key in the order of the fields, so that a condition
    can compare a stored value with one in hand.

    Args:
        kind: the type, as msgspec takes one; what does not fit it fails as it is read.
        null: whether it may be missing, which gives None.
        default: makes the value of an item that has none.
    """

    attr_type = STRING

    @overload
    def __init__(
        self: "StructAttribute[S]",
        kind: type[S],
        *,
        default: Callable[[], S] | None = None,
        attr_name: str | None = None,
    ) -> None: ...

    @overload
    def __init__(
        self: "StructAttribute[S | None]",
        kind: type[S],
        *,
        null: Literal[True],
        attr_name: str | None = None,
    ) -> None: ...

    def __init__(self, kind: Any, **options: Any) -> None:
        super().__init__(**options)
        self._kind = kind

    def serialize(self, value: Any) -> str:
        """Write a value as JSON text."""
        return json.dumps(msgspec.to_builtins(value))

    def deserialize(self, value: str) -> Any:
        """Read a value from JSON text.

        Raises:
            msgspec.ValidationError: it is not of the attribute's type.
        """
        return msgspec.convert(json.loads(value, strict=False), self._kind)
