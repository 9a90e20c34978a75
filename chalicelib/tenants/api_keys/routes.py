"""API keys over HTTP, for people alone: no key makes another one."""

from datetime import datetime
from functools import partial
from typing import Annotated, Literal

import msgspec

from chalicelib.core import clock, texts
from chalicelib.core.api import lists
from chalicelib.core.api.identity import Actor
from chalicelib.core.api.lists import ListQuery
from chalicelib.core.api.replies import Page, Reply
from chalicelib.core.api.routing import Routes
from chalicelib.core.errors import invalid
from chalicelib.core.outbox import Person
from chalicelib.tenants.api_keys import keys
from chalicelib.tenants.api_keys.keys import TooManyKeys
from chalicelib.tenants.api_keys.models import ApiKey
from chalicelib.tenants.roles import MEMBERS
from chalicelib.tenants.scopes import Scope

api = Routes[Actor](
    __name__,
    loaders={"key_id": ("key", keys.get)},
    variables={"key_id": "The API key's id."},
    tags={"api_keys": "Keys by which programs act for you."},
)

Role = Literal["viewer", "contributor", "editor", "moderator", "admin"]


class KeyWanted(msgspec.Struct):
    """An API key to be made.

    Attributes:
        name: what it is for.
        role: what it may at most; never more than you may at that moment.
        scopes: the parts of the API that it is for; all that its role may, unless given.
        expires_at: when it ends; never, unless given.
    """

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    role: Role
    scopes: Annotated[list[Scope], msgspec.Meta(min_length=1, max_length=20)] | None = None
    expires_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None


class KeyShown(msgspec.Struct):
    """An API key.

    Attributes:
        id: its id, which the audit trail names.
        name: what it is for.
        role: what it may at most.
        scopes: the parts of the API that it is for; null for all that its role may.
        expires_at: when it ends; null for never.
        owner: the member for whom it acts.
        created_at: when it was made.
    """

    id: str
    name: str
    role: str
    scopes: list[str] | None
    expires_at: str | None
    owner: Person
    created_at: str


class KeyMade(KeyShown):
    """An API key that was just made.

    Attributes:
        key: the key itself, sent as `Bearer`; it is shown this once, and null in a retry's answer.
    """

    key: str | None


@api.get("/api_keys", may=MEMBERS)
def list_api_keys(actor: Actor, query: ListQuery) -> Page[KeyShown]:
    """List your API keys, newest first; admins see all of the tenant's."""
    name = f"api keys of {actor.id}"
    return lists.page(name, actor.tenant_id, query, partial(keys.page, actor), _shown)


@api.post("/api_keys", may=MEMBERS, status=201, problems=[TooManyKeys])
def create_api_key(actor: Actor, body: KeyWanted) -> Reply[KeyMade]:
    """Make an API key, by which a program acts for you."""
    now = clock.now()
    texts.require_line("name", body.name)
    if body.expires_at is not None and body.expires_at <= now:
        raise invalid("expires_at", "Must be in the future")
    scopes = None if body.scopes is None else list(dict.fromkeys(map(str, body.scopes)))
    key, token = keys.create(actor, body.name, body.role, scopes, body.expires_at, now)
    made = KeyMade(**msgspec.structs.asdict(_shown(key)), key=token)
    return Reply(made, secrets=("key",))


@api.delete("/api_keys/{key_id}", may=MEMBERS)
def delete_api_key(actor: Actor, key: ApiKey) -> None:
    """Delete an API key; it opens nothing any more."""
    keys.delete(key, actor, clock.now())


def _shown(key: ApiKey) -> KeyShown:
    return KeyShown(
        id=key.id,
        name=key.name,
        role=key.role,
        scopes=key.scopes,
        expires_at=key.expires_at,
        owner=key.owner,
        created_at=key.created_at,
    )
