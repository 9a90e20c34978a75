"""API keys: made, listed, deleted, and recognised in a request."""

import hmac
from datetime import datetime

from chalicelib.core import bearer_tokens, clock, pages
from chalicelib.core.api.identity import Actor, KeyLimits
from chalicelib.core.errors import Conflict, Forbidden, NotFound, Unauthenticated
from chalicelib.core.outbox import record
from chalicelib.core.pages import Position
from chalicelib.core.repeatable_ids import under_way
from chalicelib.core.tables import (
    ConditionFailed,
    find,
    find_together,
    put,
    remove,
    transact,
    update,
)
from chalicelib.tenants import members, roles
from chalicelib.tenants.api_keys.models import PREFIX, ApiKey
from chalicelib.tenants.models import Member, member_key

TOKEN_PREFIX = "rk_"

_MOST = 50
"""How many keys a member may have."""

_NEEDED = {
    roles.VIEWER: roles.BUILT_IN,
    roles.CONTRIBUTOR: roles.CONTRIBUTORS,
    roles.EDITOR: roles.EDITORS,
    roles.MODERATOR: roles.MODERATORS,
    roles.ADMIN: roles.ADMINS,
}
"""By the role of a key: the roles of which its owner needs one, so that it adds nothing to them."""


class TooManyKeys(Conflict):
    """You have as many API keys as a member may have; delete one first."""

    code, title = "too_many_api_keys", "Too many API keys"


def create(
    actor: Actor,
    name: str,
    role: str,
    scopes: list[str] | None,
    expires_at: datetime | None,
    now: datetime,
) -> tuple[ApiKey, str]:
    """Make a key of the actor's; return it and its token, of which a hash alone is kept.

    Raises:
        Forbidden: the role allows something that the actor may not.
        TooManyKeys: they have as many as a member may have.
    """
    if not actor.has(_NEEDED[role]):
        raise Forbidden("An API key cannot have more rights than you have.")
    making = under_way(now)
    sort_key = f"{PREFIX}{making.id('api_key')}"
    token = bearer_tokens.new(TOKEN_PREFIX, [actor.tenant_id, _id(sort_key), actor.id])
    kept = bearer_tokens.hashed("api_key", token)
    if making.is_repeat and (made := find(ApiKey, actor.tenant_id, sort_key)):
        update(made, ApiKey.token_hash.set(kept))  # nobody has got the token that it had
        return made, token
    if sum(key.owner.id == actor.id for key in _every(actor.tenant_id)) >= _MOST:
        raise TooManyKeys
    key = ApiKey(
        actor.tenant_id,
        sort_key,
        name=name,
        role=role,
        scopes=scopes,
        expires_at=clock.timestamp(expires_at) if expires_at else None,
        token_hash=kept,
        owner=actor.person,
        member_since=members.get(actor.tenant_id, actor.id).created_at,
        created_at=clock.timestamp(now),
    )
    subject = ("api_key", key.id)
    written = record(actor.tenant_id, actor.person, "api_key.created", subject, now, new=_told(key))
    transact(put(key, condition=ApiKey.pk.does_not_exist()), put(written))
    return key, token


def get(actor: Actor, key_id: str) -> ApiKey:
    """Read a key of the actor's; admins get all of the tenant's.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    key = find(ApiKey, actor.tenant_id, f"{PREFIX}{key_id}")
    if key is None or not (key.owner.id == actor.id or actor.has(roles.ADMINS)):
        raise NotFound("There is no such API key.")
    return key


def page(actor: Actor, limit: int, position: Position) -> tuple[list[ApiKey], Position]:
    """Read one page of the actor's keys, the newest first; admins get all of the tenant's."""

    def read(at_most: int, start: Position) -> tuple[list[ApiKey], Position]:
        ours = ApiKey.sk.startswith(PREFIX)
        return pages.read(
            ApiKey, actor.tenant_id, ours, limit=at_most, position=start, newest_first=True
        )

    def own(key: ApiKey) -> ApiKey | None:
        return key if key.owner.id == actor.id or actor.has(roles.ADMINS) else None

    def position_of(key: ApiKey) -> Position:
        return {"pk": {"S": key.pk}, "sk": {"S": key.sk}}

    return pages.kept(read, own, position_of, limit=limit, position=position)


def delete(key: ApiKey, actor: Actor, now: datetime) -> None:
    """Delete a key: it opens nothing any more. Idempotent."""
    written = record(
        key.pk, actor.person, "api_key.deleted", ("api_key", key.id), now, old=_told(key)
    )
    try:
        transact(remove(key, condition=ApiKey.pk.exists()), put(written))
    except ConditionFailed:
        return  # another request was faster


def authenticate(token: str) -> Actor:
    """Turn a key's token into its owner of this very moment, limited by the key.

    Raises:
        Unauthenticated: it is no token of a key, or the key was deleted, has expired, or its owner
            is no member any more.
    """
    named = bearer_tokens.named(TOKEN_PREFIX, token, 3)
    if named is None:
        raise _refused()
    tenant_id, key_id, owner_id = named
    key, owner = find_together(
        (ApiKey, tenant_id, f"{PREFIX}{key_id}"), (Member, tenant_id, member_key(owner_id))
    )
    if key is None or owner is None or key.is_over(clock.now()):
        raise _refused()
    same = hmac.compare_digest(key.token_hash, bearer_tokens.hashed("api_key", token))
    if not same or (key.owner.id, key.member_since) != (owner.id, owner.created_at):
        raise _refused()
    return Actor(
        tenant_id,
        owner.id,
        owner.email,
        frozenset(owner.roles),
        owner.may_come_in,
        KeyLimits(key.id, key.role, None if key.scopes is None else frozenset(key.scopes)),
    )


def _every(tenant_id: str) -> list[ApiKey]:
    return list(ApiKey.query(tenant_id, ApiKey.sk.startswith(PREFIX), consistent_read=True))


def _id(sort_key: str) -> str:
    return sort_key.removeprefix(PREFIX)


def _told(key: ApiKey) -> dict[str, object]:
    """Return what the audit trail says of a key."""
    return {
        "name": key.name,
        "role": key.role,
        "scopes": key.scopes,
        "expires_at": key.expires_at,
        "owner": key.owner.email,
    }


def _refused() -> Unauthenticated:
    return Unauthenticated(
        "The API key is not valid: it was deleted, has expired, or its owner has left.",
        headers={"WWW-Authenticate": 'Bearer error="invalid_token"'},
    )
