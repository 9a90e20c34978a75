"""The OpenAPI 3.1 document, made from the routes' declarations."""

from collections.abc import Sequence
from typing import Any, get_args, get_origin

import msgspec

from chalicelib.core import errors
from chalicelib.core.api import docstrings, introduction
from chalicelib.core.api.audience import Audience
from chalicelib.core.api.declaration import Route
from chalicelib.core.api.routing import API, Routes
from chalicelib.core.errors import ReefError
from chalicelib.core.settings import settings

_SCHEMES = {
    Audience.MEMBERS: "id_token",
    Audience.API_KEYS: "api_key",
    Audience.DEVICES: "device_token",
}
"""How each audience says who it is; all by a bearer token."""

_CONDITIONS = {"if_match": "If-Match", "if_none_match": "If-None-Match"}
"""The headers that a view takes as arguments."""

_TEXT_HEADER = {"schema": {"type": "string"}}


def document(groups: Sequence[Routes[Any]]) -> dict[str, Any]:
    """Describe groups of routes, and every type that they take and answer."""
    routes = [route for group in groups for route in group.routes]
    bodies = [body for route in routes for body in (route.body, route.form) if body]
    queries = [route.query for route in routes if route.query]
    answered = [kind for route in routes for kind in (route.answers.json, route.answers.accepted)]
    answers = [kind for kind in answered if _has_schema(kind)]
    types = list(dict.fromkeys([*bodies, *queries, *answers]))
    structs = docstrings.structs_in(types)
    schemas, components = msgspec.json.schema_components(
        [*types, *structs], ref_template="#/components/schemas/{name}"
    )
    schema_of = dict(zip([*types, *structs], schemas, strict=True))
    for struct in structs:
        docstrings.describe(components[_name(schema_of[struct])], struct)
    _name_types_of_choices(components)
    for body in bodies:  # validation refuses unknown fields of every body
        components[_name(schema_of[body])]["additionalProperties"] = False
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        operation = _operation(route, schema_of, components)
        slash = "" if "." in route.path.rpartition("/")[2] else "/"
        paths.setdefault(f"{route.path}{slash}", {})[route.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": "Reef", "version": "3", "description": introduction.TEXT},
        "servers": [{"url": settings().public_url}],
        "tags": _tags(groups),
        "paths": paths,
        "components": {
            "schemas": components | {"Problem": introduction.PROBLEM},
            "examples": _problem_examples(routes),
            "securitySchemes": _security_schemes(routes),
        },
    }


def _name_types_of_choices(schema: Any) -> None:
    """Write `type: string` beside choices among texts, which client generators need."""
    if isinstance(schema, dict):
        choices = schema.get("enum")
        if isinstance(choices, list) and all(isinstance(one, str) for one in choices):
            schema.setdefault("type", "string")
        for part in schema.values():
            _name_types_of_choices(part)
    elif isinstance(schema, list):
        for part in schema:
            _name_types_of_choices(part)


def _name(schema: dict[str, Any]) -> str:
    """Return the name of the component that a schema refers to."""
    name: str = schema["$ref"].rpartition("/")[2]
    return name


def _tags(groups: Sequence[Routes[Any]]) -> list[dict[str, str]]:
    described = {name: words for group in groups for name, words in group.tags.items()}
    return [{"name": name, "description": described[name]} for name in sorted(described)]


def _tag(route: Route) -> str:
    """Name the part of the API that a route belongs to: the first part of its path."""
    return route.path.removeprefix(API).strip("/").partition("/")[0]


def _operation(
    route: Route, schema_of: dict[Any, Any], components: dict[str, Any]
) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.view.__name__,
        "summary": route.summary,
        "tags": [_tag(route)],
        "parameters": _parameters(route, schema_of, components),
        "responses": _responses(route, schema_of),
    }
    if route.audience.known:
        nobody: list[dict[str, list[str]]] = [{}] if route.audience.is_open else []
        operation["security"] = nobody + [{name: []} for name in _schemes(route)]
    if route.may is not None:
        operation["x-roles"] = sorted(route.may) or ["any member"]
    if route.scope is not None:
        operation["x-scope"] = route.scope
    for taken, media_type in (
        (route.body, "application/json"),
        (route.form, "application/x-www-form-urlencoded"),
    ):
        if taken is not None:
            content = {media_type: _with_example(schema_of[taken], route.example.body)}
            operation["requestBody"] = {"required": True, "content": content}
    return operation


def _schemes(route: Route) -> list[str]:
    """Name the ways in which a route's callers say who they are."""
    return [name for audience, name in _SCHEMES.items() if audience in route.audience]


def _security_schemes(routes: Sequence[Route]) -> dict[str, Any]:
    used = {name for route in routes for name in _schemes(route)}
    return {
        name: {"type": "http", "scheme": "bearer"} | more
        for name, more in introduction.SCHEMES.items()
        if name in used
    }


def _parameters(
    route: Route, schema_of: dict[Any, Any], components: dict[str, Any]
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": route.variables.get(name, ""),
            "schema": {"type": "string"},
        }
        for name in route.parameters
    ]
    if route.query is not None:
        schema = components[_name(schema_of[route.query])]
        said = docstrings.fields_of(route.query)
        found += [
            {
                "name": field,
                "in": "query",
                "required": field in schema.get("required", ()),
                "description": said.get(field, ""),
            }
            | _described(field, kind)
            for field, kind in schema["properties"].items()
        ]
    headers = {"Idempotency-Key"} if route.idempotent else set()
    headers |= {header for argument, header in _CONDITIONS.items() if argument in route.wanted}
    found += [
        {"name": header, "in": "header"} | introduction.HEADERS[header]
        for header in sorted(headers)
    ]
    return found


def _described(field: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Return how a parameter is given: a map as one parameter for each of its names."""
    given = _given(schema)
    if given.get("type") != "object":
        return {"schema": given}
    given.pop("default", None)
    names = {"pattern": rf"^{field}\\..+$"}
    return {"style": "form", "explode": True, "schema": {**given, "propertyNames": names}}


def _given(schema: dict[str, Any]) -> dict[str, Any]:
    """Write the schema of a parameter: nobody gives null, which stands for leaving it out."""
    plain = {name: part for name, part in schema.items() if name != "description"}
    options: list[dict[str, Any]] = [
        one for one in plain.get("anyOf", ()) if one != {"type": "null"}
    ]
    if len(options) != 1:
        return plain
    rest = {name: part for name, part in plain.items() if name not in ("anyOf", "default")}
    return {**rest, **options[0]}


_PROBLEM_PAGE = {"text/html": {"schema": {"type": "string"}}}


def _problem(codes: set[str]) -> dict[str, Any]:
    """Return what a failure with one of these codes is described by, with an example of each."""
    examples = {code: {"$ref": f"#/components/examples/{code}"} for code in sorted(codes)}
    body = {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": examples}
    return {"application/problem+json": body}


def _responses(route: Route, schema_of: dict[Any, Any]) -> dict[str, Any]:
    responses = _successes(route, schema_of)
    by_status: dict[int, set[str]] = {}
    for problem in _problems(route):
        by_status.setdefault(problem.status, set()).add(problem.code)
    for status, codes in sorted(by_status.items()):
        failed = responses.setdefault(str(status), {"description": "", "content": {}})
        failed["description"] = ", ".join(sorted(codes))
        failed["content"] |= _PROBLEM_PAGE if route.problem_page else _problem(codes)
    return responses


def _successes(route: Route, schema_of: dict[Any, Any]) -> dict[str, Any]:
    answers = route.answers
    content = {media: {"schema": {"type": "string"}} for media in answers.media_types}
    if _has_schema(answers.json):
        shown = _with_example(schema_of[answers.json], route.example.answer)
        content["application/json"] = shown
    headers = {"ETag": _TEXT_HEADER} if answers.tagged else {}
    if "text/csv" in content:
        headers["X-Next-Cursor"] = _TEXT_HEADER
    done = {"description": "Done", "content": content, "headers": headers}
    found: dict[str, Any] = {}
    if content or not answers.redirects:
        found[str(route.status)] = {name: value for name, value in done.items() if value}
    if answers.accepted is not None:
        shown = {"application/json": {"schema": schema_of[answers.accepted]}}
        found["202"] = {"description": "Goes on", "content": shown}
    for status in answers.redirects:
        location = {"Location": {"schema": {"type": "string", "format": "uri"}}}
        found[str(status)] = {"description": "Redirect", "headers": location}
    if answers.not_modified:
        found["304"] = {"description": "Not modified", "headers": {"ETag": _TEXT_HEADER}}
    return found


def _with_example(schema: dict[str, Any], example: Any) -> dict[str, Any]:
    """Return what a body is described by."""
    return {"schema": schema} | ({} if example is None else {"example": example})


def _problem_examples(routes: Sequence[Route]) -> dict[str, Any]:
    """Return an example of each problem by its code, in the words of its class."""
    found = {problem.code: problem for route in routes for problem in _problems(route)}
    return {
        code: {"summary": found[code].title, "value": introduction.problem(found[code]())}
        for code in sorted(found)
    }


def _problems(route: Route) -> list[type[ReefError]]:
    common: list[type[ReefError]] = [errors.Invalid]
    if route.audience.known:
        common += [errors.Unauthenticated, errors.Forbidden, errors.TooManyRequests]
    if route.parameters:
        common.append(errors.NotFound)
    if route.takes_json:
        common += [errors.InvalidJson, errors.LengthRequired, errors.PayloadTooLarge]
    if route.form is not None:
        common += [errors.BadRequest, errors.UnsupportedMediaType]
        common += [errors.LengthRequired, errors.PayloadTooLarge]
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
