"""Who a route is for, and who a request comes from."""

from collections.abc import Callable, Sequence
from enum import Flag, auto
from typing import NamedTuple, Protocol

from chalicelib.core.api.identity import bearer, refused
from chalicelib.core.errors import Forbidden
from chalicelib.core.hooks import Hook


class Audience(Flag):
    """Who may call a route; with `ANYONE` beside others, others are known if signed in."""

    MEMBERS = auto()
    """People with an ID token."""
    API_KEYS = auto()
    """Programs that act for a member."""
    DEVICES = auto()
    """Players; what they may is theirs alone, so they share no route with the others."""
    ANYONE = auto()
    """Whoever asks; nobody has to say who they are."""

    @property
    def known(self) -> "Audience":
        """Those of them who can say who they are."""
        return self & ~Audience.ANYONE

    @property
    def is_open(self) -> bool:
        """Whether nobody has to say who they are."""
        return bool(self & Audience.ANYONE)


class Scopes(NamedTuple):
    """What an API key with scopes needs for the routes of a group; None for nothing in particular.

    `read` is for GET and HEAD, `write` for everything else.
    """

    read: str | None
    write: str | None


class Caller(Protocol):
    """Who a request comes from, as far as any route needs to know."""

    @property
    def tenant_id(self) -> str:
        """Whose data the caller sees."""

    @property
    def id(self) -> str:
        """The caller's own id in the tenant."""


class Authenticator(NamedTuple):
    """How the bearer tokens of one audience are recognised and checked.

    `authenticate` raises `Unauthenticated` for a token that is not valid, and `Forbidden` for one
    whose owner may not come in. The longest `prefix` that a token begins with decides.
    """

    audience: Audience
    prefix: str
    authenticate: Callable[[str], Caller]


authenticators: Hook[Sequence[Authenticator]] = Hook("whom does a bearer token stand for?")


def identify(audience: Audience, authorization: str | None) -> Caller | None:
    """Return who a request comes from; None where nobody has to say so, and nobody did.

    Args:
        audience: who the route is for.
        authorization: the header of that name.

    Raises:
        Unauthenticated: there is no token, or one that is not valid, or not of this audience.
        Forbidden: its owner may not come in; or it is an API key, where people alone may.
    """
    if not audience.known or (audience.is_open and authorization is None):
        return None
    token = bearer(authorization)
    fitting = [one for one in authenticators.get() if token.startswith(one.prefix)]
    chosen = max(fitting, key=lambda one: len(one.prefix), default=None)
    if chosen is None or chosen.audience not in audience.known:
        if chosen is None or (chosen.audience, audience) != (Audience.API_KEYS, Audience.MEMBERS):
            raise refused()
        chosen.authenticate(token)
        raise Forbidden("This is for people alone; an API key cannot do it.")
    return chosen.authenticate(token)
