"""The tenant, its members, and who is asking, over HTTP."""

from functools import partial
from typing import Any

import msgspec

from chalicelib.core import clock
from chalicelib.core.api import lists
from chalicelib.core.api.identity import Actor
from chalicelib.core.api.lists import ListQuery
from chalicelib.core.api.replies import Page
from chalicelib.core.api.routing import Routes
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.tenants import accounts, invitations, members, memberships, scopes
from chalicelib.tenants.members import LastAdmin
from chalicelib.tenants.models import Member, Tenant
from chalicelib.tenants.roles import ADMINS, MEMBERS

api = Routes[Actor](
    __name__,
    scopes=scopes.TENANT,
    loaders={"member_id": ("member", lambda actor, value: members.get(actor.tenant_id, value))},
    variables={"member_id": "The member's id or address."},
    tags={
        "tenant": "The tenant, its settings and what it uses.",
        "members": "The tenant's people and their roles.",
    },
)


own = Routes[Actor](__name__, scopes=scopes.ANY, tags={"me": "Who you are, and what you may."})


class TenantNamed(msgspec.Struct):
    """A tenant by name.

    Attributes:
        id: its id.
        name: its name.
    """

    id: str
    name: str


class MeShown(msgspec.Struct):
    """Who is asking: `tenant` is the token's, `tenants` are those where they are active.

    Attributes:
        id: the `sub` of your token, which is your id as a member.
        email: your address, as the token says it.
        roles: what you may do in this tenant, read at this moment; to an API key, its own role.
        tenant: the one that your token is for; without a name where you are no member any more.
        tenants: those where you are an active member, this one among them.
    """

    id: str
    email: str
    roles: list[str]
    tenant: TenantNamed
    tenants: list[TenantNamed]


class TenantChoice(msgspec.Struct):
    """The tenant to work in.

    Attributes:
        tenant_id: one of `tenants`; the next token that you get is for it.
    """

    tenant_id: str


class UsageShown(msgspec.Struct):
    """What a tenant uses of its storage.

    Attributes:
        storage_bytes: the bytes of all versions, the trash among them; each counts, even where
            bytes are kept once.
        storage_quota_bytes: how many there may be.
        assets: how many assets there are, those in the trash among them.
    """

    storage_bytes: int
    storage_quota_bytes: int
    assets: int


class TenantShown(msgspec.Struct):
    """A tenant with the settings in force.

    Attributes:
        id: its id.
        name: its name.
        settings: what is in force, by name: the tenant's own values where it has them, else the
            deployment's.
        usage: what it uses.
    """

    id: str
    name: str
    settings: dict[str, Any]
    usage: UsageShown


class TenantChange(msgspec.Struct):
    """Settings to override; null takes an override back.

    Attributes:
        settings: values by name, such as `MAX_FILE_SIZE`; null goes back to the deployment's value.
    """

    settings: dict[str, Any]


class MemberShown(msgspec.Struct):
    """A member.

    Attributes:
        id: the `sub` of their tokens.
        email: their address.
        roles: what they may do, and roles of the tenant's own.
        is_active: whether they may do anything at all.
        created_at: when they were invited.
    """

    id: str
    email: str
    roles: list[str]
    is_active: bool
    created_at: str


class Invitation(msgspec.Struct):
    """A person to invite.

    Attributes:
        email: where the invitation goes; a person who is known already gets no new password.
        roles: any of `viewer`, `contributor`, `editor`, `moderator`, `admin`, and names of your
            own, for approval steps.
        is_active: false keeps them out until it is changed.
    """

    email: str
    roles: list[str]
    is_active: bool = True


class MemberChange(msgspec.Struct):
    """What changes of a member.

    Attributes:
        roles: all of their roles, in place of those they have.
        is_active: false ends at once all that they may do.
    """

    roles: list[str] | msgspec.UnsetType = msgspec.UNSET
    is_active: bool | msgspec.UnsetType = msgspec.UNSET


@own.get("/me", may=MEMBERS, inactive_too=True)
def show_me(actor: Actor) -> MeShown:
    """Show who you are and what you may; without being active you may nothing else."""
    return _me(actor)


@own.patch("/me", may=MEMBERS, people_alone=True, inactive_too=True, problems=[NotFound])
def change_me(actor: Actor, body: TenantChoice) -> MeShown:
    """Choose the tenant to work in, of those where you are an active member.

    The next token that you get is for it.
    """
    me = _me(actor)
    memberships.switch(actor.id, body.tenant_id, {tenant.id for tenant in me.tenants})
    return me


@api.get("/tenant", may=MEMBERS)
def show_tenant(actor: Actor) -> TenantShown:
    """Show the tenant, its settings and what it uses."""
    return _tenant(accounts.get(actor.tenant_id))


@api.patch("/tenant", may=ADMINS, problems=[Conflict])
def change_tenant(actor: Actor, body: TenantChange) -> TenantShown:
    """Override settings of the tenant."""
    tenant = accounts.get(actor.tenant_id)
    return _tenant(accounts.change_settings(tenant, body.settings, actor.person, clock.now()))


@api.get("/members", may=ADMINS)
def list_members(actor: Actor, query: ListQuery) -> Page[MemberShown]:
    """List the members."""
    read = partial(members.page, actor.tenant_id)
    return lists.page("members", actor.tenant_id, query, read, _member)


@api.post("/members", may=ADMINS, status=201, problems=[Conflict])
def invite_member(actor: Actor, body: Invitation) -> MemberShown:
    """Invite a person by e-mail."""
    return _member(
        invitations.invite(
            actor.tenant_id,
            body.email,
            body.roles,
            actor.person,
            clock.now(),
            is_active=body.is_active,
        )
    )


@api.patch("/members/{member_id}", may=ADMINS, problems=[LastAdmin])
def change_member(actor: Actor, member: Member, body: MemberChange) -> MemberShown:
    """Change a member's roles, or deactivate them."""
    names = None if body.roles is msgspec.UNSET else body.roles
    is_active = None if body.is_active is msgspec.UNSET else body.is_active
    return _member(
        members.alter(member, actor.person, clock.now(), names=names, is_active=is_active)
    )


@api.delete("/members/{member_id}", may=ADMINS, problems=[LastAdmin])
def remove_member(actor: Actor, member: Member) -> None:
    """Remove a member."""
    members.expel(member, actor.person, clock.now())


def _me(actor: Actor) -> MeShown:
    mine = {tenant.pk: tenant.name for tenant in memberships.active_in(actor.id)}
    name = mine.get(actor.tenant_id)
    if name is None and (actor.is_active or actor.roles):  # else they are no member of it
        name = accounts.get(actor.tenant_id).name
    if actor.is_active and name is not None:
        mine.setdefault(actor.tenant_id, name)
    if actor.key is not None:  # it is one tenant's, and tells of no other
        mine = {actor.tenant_id: mine.get(actor.tenant_id, "")} if actor.is_active else {}
    return MeShown(
        id=actor.id,
        email=actor.email,
        roles=sorted(actor.roles) if actor.key is None else [actor.key.role],
        tenant=TenantNamed(actor.tenant_id, name or ""),
        tenants=[TenantNamed(*one) for one in mine.items()],
    )


def _tenant(tenant: Tenant) -> TenantShown:
    usage = accounts.usage(tenant.pk)
    return TenantShown(
        id=tenant.pk,
        name=tenant.name,
        settings=accounts.shown_settings(tenant),
        usage=UsageShown(
            storage_bytes=usage.storage_bytes,
            storage_quota_bytes=accounts.settings_in_force(tenant).storage_quota_bytes,
            assets=usage.assets,
        ),
    )


def _member(member: Member) -> MemberShown:
    return MemberShown(
        id=member.id,
        email=member.email,
        roles=list(member.roles),
        is_active=bool(member.is_active),
        created_at=member.created_at,
    )
