"""Lists what the code names, from the objects themselves, as JSON.

It runs in a process of its own, whose environment holds the template's logical ids as settings: so
a model says which of the template's tables it is kept in, however the test session is configured.
"""

import importlib
import json
import pkgutil
import sys
from typing import Any

from chalice.app import DynamoDBEventConfig, ScheduledEventConfig, SQSEventConfig
from chalice.deploy.validate import validate_routes
from pynamodb.indexes import Index
from pynamodb.models import Model

from chalicelib.core import records


def functions(app: Any) -> dict[str, dict[str, Any]]:
    """Map each Lambda besides the API to what invokes it."""
    found: dict[str, dict[str, Any]] = {
        function.name: {} for function in [*app.event_sources, *app.pure_lambda_functions]
    }
    for source in app.event_sources:
        if isinstance(source, SQSEventConfig):
            found[source.name] |= {
                "queue": source.queue,
                "batch_size": source.batch_size,
                "hears_records": _parser(source) is records.parse,
            }
        elif isinstance(source, DynamoDBEventConfig):
            found[source.name] |= {"stream": source.stream_arn}
        elif isinstance(source, ScheduledEventConfig):
            expression = source.schedule_expression
            found[source.name]["schedule"] = (
                expression if isinstance(expression, str) else expression.to_string()
            )
    return found


def _parser(source: Any) -> Any:
    """Give what reads the messages of a queue's function."""
    module, _, name = source.handler_string.rpartition(".")
    return getattr(importlib.import_module(module), name).func.parse


def routes(app: Any) -> list[list[str]]:
    """List path and method of every route.

    Raises:
        ValueError: API Gateway would refuse one of them.
    """
    validate_routes(app.routes)
    return sorted([path, method] for path, methods in app.routes.items() for method in methods)


def models() -> list[dict[str, Any]]:
    """Describe the table, the keys and the indexes of every PynamoDB model."""
    import chalicelib

    for module in pkgutil.walk_packages(chalicelib.__path__, "chalicelib."):
        if module.name.endswith(".models"):
            importlib.import_module(module.name)
    return [_described(model) for model in _below(Model) if hasattr(model, "Meta")]


def _below(kind: type) -> list[type]:
    children: list[type] = kind.__subclasses__()
    found = [*children, *(deeper for child in children for deeper in _below(child))]
    return [model for model in found if model.__module__.startswith("chalicelib.")]


def _described(model: Any) -> dict[str, Any]:
    attributes = model.get_attributes().values()
    indexes = {
        index.Meta.index_name: _index(index)
        for index in vars(model).values()
        if isinstance(index, Index)
    }
    return {
        "model": model.__qualname__,
        "table": getattr(model.Meta, "table_name", None),
        "keys": _keys(attributes),
        "indexes": indexes,
    }


def _index(index: Any) -> dict[str, Any]:
    projection = index.Meta.projection
    return {
        "keys": _keys(index.Meta.attributes.values()),
        "projection": projection.projection_type,
        "included": sorted(projection.non_key_attributes or []),
    }


def _keys(attributes: Any) -> list[str | None]:
    hashes = [a.attr_name for a in attributes if a.is_hash_key]
    ranges = [a.attr_name for a in attributes if a.is_range_key]
    return [*hashes, *ranges]


def settings() -> dict[str, Any]:
    """Map every setting to its default; null where it is made by a factory."""
    from msgspec import NODEFAULT
    from msgspec.structs import fields

    from chalicelib.core.settings import Settings

    return {
        field.name: None if field.default is NODEFAULT else field.default
        for field in fields(Settings)
    }


def main() -> None:
    """Write the inventory to the standard output."""
    from app import app

    inventory = {
        "app_name": app.app_name,
        "functions": functions(app),
        "routes": routes(app),
        "models": models(),
        "settings": settings(),
    }
    json.dump(inventory, sys.stdout)


if __name__ == "__main__":
    main()
