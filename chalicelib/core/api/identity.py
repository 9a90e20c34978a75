"""Who is asking: the ID token is verified here, and nowhere else."""

import logging
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from chalicelib.core.errors import Unauthenticated
from chalicelib.core.outbox import Person
from chalicelib.core.settings import settings

log = logging.getLogger(__name__)

_LEEWAY_SECONDS = 5


@dataclass(frozen=True)
class Claims:
    """What a valid token proves."""

    tenant_id: str
    subject: str
    email: str


class KeyLimits(NamedTuple):
    """What an API key may at most, whoever it acts for: what its role and its scopes allow.

    Without scopes the role alone decides.
    """

    id: str
    role: str
    scopes: frozenset[str] | None = None


@dataclass(frozen=True)
class Actor:
    """The member on whose behalf a request runs, with the roles of this very moment.

    One who is not active is let in by the routes that say so alone. A program that acts for the
    member has a `key`: it may what both the member and the key may.
    """

    tenant_id: str
    id: str
    email: str
    roles: frozenset[str]
    is_active: bool = True
    key: KeyLimits | None = None

    @property
    def person(self) -> Person:
        """The member as answers and records show one."""
        return Person(self.id, self.email)

    def has(self, roles: frozenset[str]) -> bool:
        """Return whether the member holds one of these roles, and so does the key, if any."""
        return bool(self.roles & roles) and (self.key is None or self.key.role in roles)

    def reaches(self, scope: str | None) -> bool:
        """Return whether what needs a scope is open; people have all of them."""
        scopes = None if self.key is None else self.key.scopes
        return scope is None or scopes is None or scope in scopes


def bearer(authorization: str | None) -> str:
    """Take the token out of an Authorization header.

    Raises:
        Unauthenticated: there is none.
    """
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated(headers={"WWW-Authenticate": "Bearer"})
    return token.strip()


def verify(token: str) -> Claims:
    """Check an ID token of the configured issuer: RS256 alone, in time, for this audience.

    Raises:
        Unauthenticated: it is anything else.
    """
    import jwt  # with cryptography behind it, too heavy for routes that need no identity

    try:
        key = _keys().get_signing_key_from_jwt(token)
        claims = jwt.decode(
            token,
            key,
            algorithms=["RS256"],
            audience=settings().jwt_audience,
            issuer=settings().jwt_issuer,
            leeway=_LEEWAY_SECONDS,
            options={"require": ["exp", "iss", "aud", "sub"]},
        )
    except jwt.PyJWKClientConnectionError:
        raise  # the issuer is out of reach, which is no fault of the token's
    except jwt.PyJWTError as error:
        log.info("token refused", extra={"reason": f"{type(error).__name__}: {error}"})
        raise refused() from error
    tenant_id, email = claims.get("custom:tenant_id"), claims.get("email")
    named = isinstance(tenant_id, str) and isinstance(email, str) and tenant_id and email
    if claims.get("token_use") != "id" or not named:
        raise refused()
    return Claims(str(tenant_id), str(claims["sub"]), str(email))


def refused() -> Unauthenticated:
    """Make the 401 for a token that is not good here."""
    return Unauthenticated(
        "The token is not a valid ID token of this deployment; sign in again.",
        headers={"WWW-Authenticate": 'Bearer error="invalid_token"'},
    )


@lru_cache(maxsize=1)
def _keys() -> Any:
    from jwt import PyJWKClient

    return PyJWKClient(settings().jwks_url, cache_keys=True, lifespan=3600, timeout=5)
