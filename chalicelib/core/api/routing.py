"""Groups of routes: each is declared once, and served, checked and described from that.

From the declaration come Chalice's routing, validation, the role check and the OpenAPI document.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar, get_type_hints

from chalice.app import Blueprint, Response

from chalicelib.core import edges
from chalicelib.core.api import serving
from chalicelib.core.api.audience import Audience, Scopes
from chalicelib.core.api.declaration import Example, Guard, ProblemPage, Route
from chalicelib.core.api.http import Incoming
from chalicelib.core.api.replies import Answers
from chalicelib.core.errors import ReefError

API = "/api/v3"
"""The base of the JSON API; pages, short links and the like have none."""

_NO_EXAMPLE = Example()

C = TypeVar("C")
Loaders = Mapping[str, tuple[str, Callable[[C, str], Any]]]
InnerLoaders = Mapping[str, tuple[str, Callable[[C, Any, str], Any]]]


class Routes(Generic[C]):
    """A group of routes with one base, audience and way to load what paths name.

    It is generic by the caller that its loaders get: `Routes[Actor]`, `Routes[Actor | None]` where
    nobody has to say who they are, or `Routes[None]`.

    Args:
        import_name: the module's `__name__`.
        base: what the paths begin with: `API`, or nothing.
        audience: who they are for.
        scopes: what API keys with scopes need for them; without it no key is let in.
        loaders: for a path variable, the argument's name and how to load what it names; a loader
            raises `NotFound` for what the caller may not see, and runs before the role check.
        inner_loaders: the same for a variable of something that lies in what the one before it
            names, such as a version in its asset: they get that, too.
        variables: what each variable of the paths stands for, in words.
        tags: what the parts of the API are for that these paths begin with, such as `assets`.
        problem_page: writes failures as pages; without it they are problem+json.
    """

    def __init__(
        self,
        import_name: str,
        *,
        base: str = API,
        audience: Audience = Audience.MEMBERS,
        scopes: Scopes | None = None,
        loaders: Loaders[C] | None = None,
        inner_loaders: InnerLoaders[C] | None = None,
        variables: Mapping[str, str] | None = None,
        tags: Mapping[str, str] | None = None,
        problem_page: ProblemPage | None = None,
    ) -> None:
        self.blueprint = Blueprint(import_name)
        self.routes: list[Route] = []
        self.tags = tags or {}
        self._base = base
        self._audience = audience if scopes is None else audience | Audience.API_KEYS
        self._scopes = scopes
        self._loaders = loaders or {}
        self._inner_loaders = inner_loaders or {}
        self._variables = variables or {}
        self._problem_page = problem_page

    def get(self, path: str, **options: Any) -> Callable[..., Any]:
        """Declare a GET."""
        return self._declare("GET", path, **options)

    def head(self, path: str, **options: Any) -> Callable[..., Any]:
        """Declare a HEAD, which answers without a body."""
        return self._declare("HEAD", path, **options)

    def post(self, path: str, **options: Any) -> Callable[..., Any]:
        """Declare a POST; one of members that answers 201 takes an Idempotency-Key."""
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
        may: frozenset[str] | None = None,
        people_alone: bool = False,
        inactive_too: bool = False,
        guard: Guard | None = None,
        status: int = 200,
        problems: Sequence[type[ReefError]] = (),
        example: Example = _NO_EXAMPLE,
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        def declare(view: Callable[..., Any]) -> Callable[..., Any]:
            hints = get_type_hints(view)
            audience = self._audience & ~Audience.API_KEYS if people_alone else self._audience
            route = Route(
                method=method,
                path=self._base + path,
                view=view,
                audience=audience,
                may=may,
                scopes=self._scopes if Audience.API_KEYS in audience else None,
                inactive_too=inactive_too,
                guard=guard,
                status=status,
                problems=tuple(problems),
                body=hints.get("body"),
                form=hints.get("form"),
                query=hints.get("query"),
                answers=Answers.of(hints.get("return")),
                loaders=self._loaders,
                inner_loaders=self._inner_loaders,
                variables=self._variables,
                problem_page=self._problem_page,
                summary=(inspect.getdoc(view) or "").partition("\n")[0],
                example=example,
            )
            route.check()
            self.routes.append(route)
            self._register(route)
            return view

        return declare

    def _register(self, route: Route) -> None:
        blueprint = self.blueprint

        def endpoint(**_: str) -> Response:
            return serving.serve(route, Incoming.of(blueprint.current_request))

        endpoint.__name__ = f"{route.method.lower()}_{route.view.__name__}"
        blueprint.route(route.path, methods=[route.method], content_types=[])(endpoint)


def groups() -> list[Routes[Any]]:
    """Return every group of routes of the product."""
    return edges.found("routes", Routes)


def every() -> list[Route]:
    """Return every route of the product."""
    return [route for group in groups() for route in group.routes]
