"""What the creators of resources share: their shape, and properties turned into arguments."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

Properties = dict[str, Any]
Aws = Callable[[str], Any]


class Made(NamedTuple):
    """A created resource: what `Ref` and `Fn::GetAtt` give for it."""

    ref: str
    attributes: dict[str, str]


Creator = Callable[[Aws, str, Properties], Made]
"""Takes the client factory, a name for what has none of its own, and the resolved properties."""


def arguments(
    client: Any, operation: str, properties: Mapping[str, Any], **renamed: str
) -> dict[str, Any]:
    """Turn properties into an API operation's arguments, converting texts and numbers.

    Args:
        client: the boto3 client that will make the call.
        operation: the operation's name in the API, such as `CreateUserPool`.
        properties: resolved properties, mostly named as in the API.
        renamed: where not: property name = argument name.

    Raises:
        ValueError: the operation takes no such argument.
    """
    shape = client.meta.service_model.operation_model(operation).input_shape
    named = {renamed.get(name, name): value for name, value in properties.items()}
    return {name: _fit(value, _member(shape, name)) for name, value in named.items()}


def rename(properties: Mapping[str, Any], **renamed: str) -> dict[str, Any]:
    """Return properties under the API's names: property name = API name."""
    return {renamed.get(name, name): value for name, value in properties.items()}


def tags(properties: Properties) -> list[dict[str, str]]:
    """Take the tags out of the properties."""
    taken: list[dict[str, str]] = properties.pop("Tags", [])
    return taken


def _member(shape: Any, name: str) -> Any:
    if name not in shape.members:
        raise ValueError(f"{shape.name} takes no {name}")
    return shape.members[name]


def _fit(value: Any, shape: Any) -> Any:
    match shape.type_name:
        case "structure":
            return {name: _fit(item, _member(shape, name)) for name, item in value.items()}
        case "list":
            return [_fit(item, shape.member) for item in value]
        case "map":
            return {name: _fit(item, shape.value) for name, item in value.items()}
        case "boolean":
            return value if isinstance(value, bool) else value == "true"
        case "integer" | "long":
            return int(value)
        case "string":
            return str(value)
    return value
