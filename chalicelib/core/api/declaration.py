"""One declared route: what it takes, who may, what it answers."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec

from chalicelib.core.api.audience import Audience, Scopes
from chalicelib.core.api.replies import Answers, Html
from chalicelib.core.errors import ReefError

Guard = Callable[..., None]
ProblemPage = Callable[[ReefError], Html]

_READING = {"GET", "HEAD"}
_WITH_BODY = {"POST", "PUT", "PATCH"}
_ARGUMENTS = {"actor", "device", "body", "form", "query", "incoming", "if_match", "if_none_match"}
"""What a view may ask for besides what its path names."""


class Example(NamedTuple):
    """What a request of a route may look like, and the answer to it; both are JSON-like."""

    body: Any = None
    answer: Any = None


@dataclass(frozen=True)
class Route:
    """One declared route.

    Attributes:
        method: the HTTP method.
        path: the path with its base and without a trailing slash.
        view: the function that answers. Its parameters say what it takes: `actor` or `device`,
            `body` (a JSON object), `form` (fields of an HTML form), `query`, `if_match`,
            `if_none_match`, `incoming`, and what the path names. Its return type says what it
            answers.
        audience: who it is for.
        may: the roles that may use it, of which a member needs one; an empty set means every
            active member, and None that the audience has no roles.
        scopes: what an API key with scopes needs.
        inactive_too: a member who was deactivated may use it, too.
        guard: takes the caller and what the path names, from the outermost inwards, as far as it
            has parameters, and raises `Forbidden` for what the role alone does not decide.
        status: the status of an answer that has none of its own.
        problems: the failures that are this route's own.
        body: the type of the JSON body.
        form: the type of the form.
        query: the type of the query parameters.
        answers: what it answers.
        loaders: by variable of the path, the argument's name and what loads it.
        inner_loaders: the same for what lies in the thing loaded just before, which they get, too.
        variables: what each variable of the path stands for, in words.
        problem_page: writes a failure as a page, for routes that browsers open.
        summary: what it does, in a sentence.
        example: what a request and its answer may look like.
    """

    method: str
    path: str
    view: Callable[..., Any]
    audience: Audience
    may: frozenset[str] | None
    scopes: Scopes | None
    inactive_too: bool
    guard: Guard | None
    status: int
    problems: tuple[type[ReefError], ...]
    body: type[msgspec.Struct] | None
    form: type[msgspec.Struct] | None
    query: type[msgspec.Struct] | None
    answers: Answers
    loaders: Mapping[str, tuple[str, Callable[[Any, str], Any]]]
    inner_loaders: Mapping[str, tuple[str, Callable[[Any, Any, str], Any]]]
    variables: Mapping[str, str]
    problem_page: ProblemPage | None
    summary: str
    example: Example

    @property
    def parameters(self) -> list[str]:
        """The names of the path's variables."""
        return [part[1:-1] for part in self.path.split("/") if part.startswith("{")]

    @property
    def wanted(self) -> frozenset[str]:
        """The names of the view's parameters."""
        return frozenset(inspect.signature(self.view).parameters)

    @property
    def scope(self) -> str | None:
        """The scope that an API key with scopes needs; None where it needs none."""
        if self.scopes is None:
            return None
        return self.scopes.read if self.method in _READING else self.scopes.write

    @property
    def takes_json(self) -> bool:
        """Whether it reads a JSON body; where the view asks for none, it has to be empty."""
        return self.body is not None or (self.method in _WITH_BODY and self.form is None)

    @property
    def idempotent(self) -> bool:
        """Whether it takes an Idempotency-Key: it creates something for a member."""
        return self.method == "POST" and self.status == 201 and self.may is not None

    def check(self) -> None:
        """See that the declaration is whole.

        Raises:
            TypeError: it is not.
        """
        with_roles = Audience.MEMBERS | Audience.API_KEYS
        has_roles = bool(self.audience & with_roles) and not self.audience.is_open
        if has_roles == (self.may is None):
            raise TypeError(f"{self.method} {self.path}: roles for members and API keys alone")
        if Audience.DEVICES in self.audience and self.audience != Audience.DEVICES:
            raise TypeError(f"{self.method} {self.path}: devices share no route with others")
        loading = {**self.loaders, **self.inner_loaders}
        loaded = {loading[name][0] for name in self.parameters if name in loading}
        unknown = self.wanted - _ARGUMENTS - loaded - set(self.parameters)
        if unknown:
            raise TypeError(f"{self.method} {self.path}: nothing gives {sorted(unknown)}")
