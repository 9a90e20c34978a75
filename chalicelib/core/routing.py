"""Routes, declared once: path, method, who may, types, failures.

From the declaration come Chalice's routing, validation, the role check and the OpenAPI document.
"""

import inspect
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_type_hints

import msgspec
from chalice.app import Blueprint, Response

from chalicelib.core import idempotency, logs, validation
from chalicelib.core.errors import Forbidden, NotFound, ReefError
from chalicelib.core.http import Incoming, Reply, json_response, problem_response
from chalicelib.core.identity import Actor, bearer

log = logging.getLogger(__name__)

BASE = "/api/v3"

_MAX_ID_LENGTH = 256
"""No id or address is longer, and DynamoDB refuses keys that are much longer."""

Guard = Callable[..., None]
Loader = Callable[[Actor, str], Any]
Authenticate = Callable[[str], Actor]


@dataclass(frozen=True)
class Route:
    """One declared route.

    `may` is the set of roles that may use it, of which a member needs one; None means that
    nobody has to sign in, and an empty set that any active member may. `guard` takes the actor and
    what the path names, and raises `Forbidden` for what the role alone does not decide.
    """

    method: str
    path: str
    view: Callable[..., Any]
    may: frozenset[str] | None
    guard: Guard | None
    status: int
    problems: tuple[type[ReefError], ...]
    body: type[msgspec.Struct] | None
    query: type[msgspec.Struct] | None
    response: Any
    loaders: Mapping[str, tuple[str, Loader]]
    summary: str
    idempotent: bool

    @property
    def parameters(self) -> list[str]:
        """The names of the path's variables."""
        return [part[1:-1] for part in self.path.split("/") if part.startswith("{")]


ROUTES: list[Route] = []
"""Every route of the product, in the order of declaration."""

_authenticate: list[Authenticate] = []


def authenticate_with(function: Authenticate) -> None:
    """Say how a bearer token becomes an actor; a higher slice knows members, this one does not."""
    _authenticate[:] = [function]


class Routes:
    """A slice's routes: a Chalice blueprint that knows types and roles.

    Args:
        import_name: the module's `__name__`.
        loaders: for a path variable, the argument's name and how to load what it names; a loader
            raises `NotFound` for what the actor may not see, and runs before the role check.
    """

    def __init__(
        self, import_name: str, loaders: Mapping[str, tuple[str, Loader]] | None = None
    ) -> None:
        self.blueprint = Blueprint(import_name)
        self._loaders = loaders or {}

    def get(self, path: str, **options: Any) -> Callable[..., Any]:
        """Declare a GET."""
        return self._declare("GET", path, **options)

    def post(self, path: str, **options: Any) -> Callable[..., Any]:
        """Declare a POST; one that answers 201 takes an Idempotency-Key."""
        return self._declare("POST", path, **options)

    def patch(self, path: str, **options: Any) -> Callable[..., Any]:
        """Declare a PATCH."""
        return self._declare("PATCH", path, **options)

    def put(self, path: str, **options: Any) -> Callable[..., Any]:
        """Declare a PUT."""
        return self._declare("PUT", path, **options)

    def delete(self, path: str, **options: Any) -> Callable[..., Any]:
        """Declare a DELETE, which answers 204 unless said otherwise."""
        return self._declare("DELETE", path, **{"status": 204} | options)

    def _declare(
        self,
        method: str,
        path: str,
        *,
        may: frozenset[str] | None,
        guard: Guard | None = None,
        status: int = 200,
        problems: Sequence[type[ReefError]] = (),
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        def declare(view: Callable[..., Any]) -> Callable[..., Any]:
            hints = get_type_hints(view)
            route = Route(
                method=method,
                path=BASE + path,
                view=view,
                may=may,
                guard=guard,
                status=status,
                problems=tuple(problems),
                body=hints.get("body"),
                query=hints.get("query"),
                response=hints.get("return"),
                loaders=self._loaders,
                summary=(inspect.getdoc(view) or "").partition("\n")[0],
                idempotent=method == "POST" and may is not None and status == 201,
            )
            ROUTES.append(route)
            self._register(route)
            return view

        return declare

    def _register(self, route: Route) -> None:
        blueprint = self.blueprint

        def endpoint(**_: str) -> Response:
            return serve(route, Incoming.of(blueprint.current_request))

        endpoint.__name__ = f"{route.method.lower()}_{route.view.__name__}"
        blueprint.route(route.path, methods=[route.method], content_types=[])(endpoint)


def serve(route: Route, incoming: Incoming) -> Response:
    """Answer one request and log it."""
    started = time.perf_counter()
    fields: dict[str, Any] = {"method": route.method, "route": route.path}
    try:
        response = _answer(route, incoming, fields)
    except ReefError as error:
        response = problem_response(error)
        fields["code"] = error.code
    except Exception:
        log.exception("request failed", extra=fields)
        response = problem_response(
            ReefError("The fault is ours; try again, and report the request id if it stays.")
        )
    fields["status"] = response.status_code
    fields["duration_ms"] = round((time.perf_counter() - started) * 1000, 1)
    log.info("request", extra=fields)
    return response


def _answer(route: Route, incoming: Incoming, fields: dict[str, Any]) -> Response:
    """Run the checks in the contract's order: 401, 404 of the path, 403, the body, the rest."""
    arguments: dict[str, Any] = {}
    actor: Actor | None = None
    if route.may is not None:
        actor = _authenticate[0](bearer(incoming.headers.get("authorization")))
        fields.update(tenant_id=actor.tenant_id, member_id=actor.id)
        arguments["actor"] = actor
    for name in route.parameters:
        value = incoming.path_parameters[name]
        if actor is not None and name in route.loaders:
            if len(value) > _MAX_ID_LENGTH:
                raise NotFound
            argument, load = route.loaders[name]
            arguments[argument] = load(actor, value)
        else:
            arguments[name] = value
    if actor is not None and route.may and not actor.has(route.may):
        raise Forbidden
    if route.guard is not None:
        named = [name for name, _ in route.loaders.values() if name in arguments]
        route.guard(actor, *(arguments[name] for name in named))
    if route.body is not None or route.method in {"POST", "PUT", "PATCH"}:
        data = incoming.body_json()
        if route.body is not None:
            arguments["body"] = validation.body(data, route.body)
        elif data != {}:
            validation.body(data, msgspec.Struct)
    query = validation.query(incoming.query, route.query or msgspec.Struct)
    if route.query is not None:
        arguments["query"] = query
    if "incoming" in inspect.signature(route.view).parameters:
        arguments["incoming"] = incoming
    key = incoming.headers.get("idempotency-key")
    if route.idempotent and actor is not None and key:
        ids = "/".join(incoming.path_parameters[name] for name in route.parameters)
        scope = f"{actor.tenant_id}#{actor.id}#{route.method} {route.path} {ids}"
        with idempotency.once(scope, key, incoming.body_bytes()) as attempt:
            if attempt.saved is None:
                attempt.keep(_reply(route, arguments))
            reply = attempt.reply
    else:
        reply = _reply(route, arguments)
    return json_response(reply.body, reply.status or route.status, reply.headers)


def _reply(route: Route, arguments: dict[str, Any]) -> Reply:
    wanted = inspect.signature(route.view).parameters
    result = route.view(**{k: v for k, v in arguments.items() if k in wanted})
    reply = result if isinstance(result, Reply) else Reply(result)
    reply.status = reply.status or route.status
    return reply


def begin_request(identifier: str) -> None:
    """Give the request under way its id, before anything else happens."""
    logs.request_id.set(identifier)
