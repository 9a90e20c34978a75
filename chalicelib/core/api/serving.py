"""Answering a request by its route: the checks in the contract's order, then the view."""

import inspect
import logging
import time
from typing import Any

import msgspec
from chalice.app import Response

from chalicelib.core import logs
from chalicelib.core.api import audience, idempotency, validation
from chalicelib.core.api.audience import Audience, Caller
from chalicelib.core.api.declaration import Guard, Route
from chalicelib.core.api.http import Incoming, problem_response
from chalicelib.core.api.identity import Actor
from chalicelib.core.api.replies import Reply, response
from chalicelib.core.errors import Forbidden, NotFound, ReefError

log = logging.getLogger(__name__)

_MAX_ID_LENGTH = 256
"""No id or address is longer, and DynamoDB refuses keys that are much longer."""


def begin_request(identifier: str) -> None:
    """Give the request under way its id, before anything else happens."""
    logs.request_id.set(identifier)
    logs.api_key_id.set("")


def serve(route: Route, incoming: Incoming) -> Response:
    """Answer one request and log it."""
    started = time.perf_counter()
    fields: dict[str, Any] = {"method": route.method, "route": route.path}
    try:
        reply = _answer(route, incoming, fields)
        answered = response(reply, route.status)
    except ReefError as error:
        answered = _failed(route, error)
        fields["code"] = error.code
    except Exception:
        log.exception("request failed", extra=fields)
        answered = _failed(
            route,
            ReefError("The fault is ours; try again, and report the request id if it stays."),
        )
    if route.method == "HEAD":
        answered.body = b""
    fields["status"] = answered.status_code
    fields["duration_ms"] = round((time.perf_counter() - started) * 1000, 1)
    log.info("request", extra=fields)
    return answered


def _answer(route: Route, incoming: Incoming, fields: dict[str, Any]) -> Reply[Any]:
    """Run the checks in the contract's order: 401, 404 of the path, 403, the body, the rest."""
    caller = audience.identify(route.audience, incoming.headers.get("authorization"))
    arguments: dict[str, Any] = {}
    _admit(route, caller, fields, arguments)
    _load(route, caller, incoming, arguments)
    if isinstance(caller, Actor) and route.may and not caller.has(route.may):
        raise Forbidden
    if isinstance(caller, Actor) and not caller.reaches(route.scope):
        raise Forbidden(f"This API key lacks the scope {route.scope}.")
    if route.guard is not None:
        route.guard(caller, *_guarded(route, route.guard, arguments))
    _read(route, incoming, arguments)
    key = incoming.headers.get("idempotency-key")
    if not (route.idempotent and caller is not None and key):
        return _reply(route, arguments)
    ids = "/".join(incoming.path_parameters[name] for name in route.parameters)
    scope = f"{caller.tenant_id}#{caller.id}#{route.method} {route.path} {ids}"
    with idempotency.once(scope, key, incoming.body_bytes()) as attempt:
        if attempt.saved is None:
            attempt.keep(_reply(route, arguments))
        return attempt.reply


def _guarded(route: Route, guard: Guard, arguments: dict[str, Any]) -> list[Any]:
    """Return those of the things that the path names for which a guard has a parameter."""
    loaded = [*route.loaders.values(), *route.inner_loaders.values()]
    named = [name for name, _ in loaded if name in arguments]
    wanted = len(inspect.signature(guard).parameters) - 1
    return [arguments[name] for name in named[:wanted]]


def _admit(
    route: Route, caller: Caller | None, fields: dict[str, Any], arguments: dict[str, Any]
) -> None:
    """Let the caller in, as the view's argument and in the log.

    Raises:
        Forbidden: it is a member who is not active, where only active ones may.
    """
    kind = "device" if Audience.DEVICES in route.audience else "actor"
    arguments[kind] = caller
    if caller is not None:
        of_log = "device_id" if kind == "device" else "member_id"
        fields.update({"tenant_id": caller.tenant_id, of_log: caller.id})
    if isinstance(caller, Actor) and caller.key is not None:
        logs.api_key_id.set(caller.key.id)
        fields["api_key_id"] = caller.key.id
    if isinstance(caller, Actor) and not (caller.is_active or route.inactive_too):
        raise Forbidden("You are not an active member of this tenant; ask one of its admins.")


def _load(
    route: Route, caller: Caller | None, incoming: Incoming, arguments: dict[str, Any]
) -> None:
    """Load what the path names.

    Raises:
        NotFound: there is no such thing, or not for this caller.
    """
    outer = None
    for name in route.parameters:
        value = incoming.path_parameters[name]
        if name in route.inner_loaders:
            argument, load_inner = route.inner_loaders[name]
            arguments[argument] = load_inner(caller, outer, value)
        elif name in route.loaders:
            if len(value) > _MAX_ID_LENGTH:
                raise NotFound
            argument, load = route.loaders[name]
            outer = arguments[argument] = load(caller, value)
        else:
            arguments[name] = value


def _read(route: Route, incoming: Incoming, arguments: dict[str, Any]) -> None:
    """Read the body, the query and the headers that the view asks for.

    Raises:
        ReefError: they are not as the route declares them.
    """
    if route.form is not None:
        arguments["form"] = validation.form(incoming.body_form(), route.form)
    elif route.takes_json:
        data = incoming.body_json()
        if route.body is not None:
            arguments["body"] = validation.body(data, route.body)
        elif data != {}:
            validation.body(data, msgspec.Struct)
    arguments["query"] = validation.query(incoming.query, route.query or msgspec.Struct)
    arguments["if_match"] = incoming.headers.get("if-match")
    arguments["if_none_match"] = incoming.headers.get("if-none-match")
    arguments["incoming"] = incoming


def _reply(route: Route, arguments: dict[str, Any]) -> Reply[Any]:
    result = route.view(**{name: arguments[name] for name in route.wanted})
    reply = result if isinstance(result, Reply) else Reply(result)
    return Reply(reply.body, reply.status or route.status, reply.headers, reply.secrets)


def _failed(route: Route, error: ReefError) -> Response:
    if route.problem_page is None:
        return problem_response(error)
    page = route.problem_page(error)
    return response(Reply(page.body, error.status, {**page.headers, **error.headers}), error.status)
