"""The OpenAPI 3.1 document, made from the routes' declarations, and the health route."""

from typing import Any, get_args, get_origin

import msgspec

from chalicelib.core import errors
from chalicelib.core.errors import ReefError
from chalicelib.core.routing import ROUTES, Route, Routes

api = Routes(__name__)

_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}


class Health(msgspec.Struct):
    """Whether the API answers."""

    status: str


@api.get("/health", may=None)
def show_health() -> Health:
    """Say that the API is up."""
    return Health("ok")


@api.get("/openapi.json", may=None)
def show_openapi() -> dict[str, Any]:
    """Give this document."""
    return document()


def document() -> dict[str, Any]:
    """Describe every declared route."""
    bodies = [route.body for route in ROUTES if route.body]
    queries = [route.query for route in ROUTES if route.query]
    answers = [route.response for route in ROUTES if _has_schema(route.response)]
    types = list(dict.fromkeys([*bodies, *queries, *answers]))
    schemas, components = msgspec.json.schema_components(
        types, ref_template="#/components/schemas/{name}"
    )
    schema_of = dict(zip(types, schemas, strict=True))
    for body in bodies:  # validation refuses unknown fields of every body
        components[schema_of[body]["$ref"].rpartition("/")[2]]["additionalProperties"] = False
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        operation = _operation(route, schema_of, components)
        slash = "" if "." in route.path.rpartition("/")[2] else "/"
        paths.setdefault(f"{route.path}{slash}", {})[route.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": "Reef", "version": "3"},
        "paths": paths,
        "components": {
            "schemas": components | {"Problem": _PROBLEM},
            "securitySchemes": {
                "id_token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
            },
        },
    }


def _operation(
    route: Route, schema_of: dict[Any, Any], components: dict[str, Any]
) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.view.__name__,
        "summary": route.summary,
        "tags": [route.path.removeprefix("/api/v3/").partition("/")[0]],
        "parameters": _parameters(route, schema_of, components),
        "responses": _responses(route, schema_of),
    }
    if route.may is not None:
        operation["security"] = [{"id_token": []}]
        operation["x-roles"] = sorted(route.may) or ["any member"]
    if route.body is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": schema_of[route.body]}},
        }
    return operation


def _parameters(
    route: Route, schema_of: dict[Any, Any], components: dict[str, Any]
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in route.parameters
    ]
    if route.query is not None:
        name = schema_of[route.query]["$ref"].rpartition("/")[2]
        schema = components[name]
        found += [
            {
                "name": field,
                "in": "query",
                "required": field in schema.get("required", ()),
                "schema": kind,
            }
            for field, kind in schema["properties"].items()
        ]
    if route.idempotent:
        key = {"type": "string", "minLength": 1, "maxLength": 255}
        found.append({"name": "Idempotency-Key", "in": "header", "schema": key})
    return found


def _responses(route: Route, schema_of: dict[Any, Any]) -> dict[str, Any]:
    done: dict[str, Any] = {"description": "Done"}
    if _has_schema(route.response):
        done["content"] = {"application/json": {"schema": schema_of[route.response]}}
    responses = {str(route.status): done}
    if route.status == 302:
        location = {"Location": {"schema": {"type": "string", "format": "uri"}}}
        responses = {"302": {"description": "Redirect", "headers": location}, "200": done}
    by_status: dict[int, set[str]] = {}
    for problem in _problems(route):
        by_status.setdefault(problem.status, set()).add(problem.code)
    for status, codes in sorted(by_status.items()):
        responses[str(status)] = {
            "description": ", ".join(sorted(codes)),
            "content": {
                "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
            },
        }
    return responses


def _problems(route: Route) -> list[type[ReefError]]:
    common: list[type[ReefError]] = [errors.Invalid]
    if route.may is not None:
        common += [errors.Unauthenticated, errors.Forbidden, errors.TooManyRequests]
    if route.parameters:
        common.append(errors.NotFound)
    if route.method in {"POST", "PUT", "PATCH"}:
        common += [errors.InvalidJson, errors.LengthRequired, errors.PayloadTooLarge]
    if route.idempotent:
        common += [errors.IdempotencyKeyReused, errors.RequestInProgress]
    if route.query is not None and "cursor" in route.query.__struct_fields__:
        common.append(errors.InvalidCursor)
    return [*common, *route.problems]


def _has_schema(kind: Any) -> bool:
    if kind is None or kind is type(None):
        return False
    plain = get_origin(kind) or kind
    return bool((isinstance(plain, type) and issubclass(plain, msgspec.Struct)) or get_args(kind))
