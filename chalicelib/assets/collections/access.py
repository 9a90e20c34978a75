"""For whom a collection is: for everybody, or for some roles and members, and admins.

It lists assets alone: whoever sees a collection is shown those of its assets that they see anyway.
"""

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec

from chalicelib.assets.collections.models import Collection
from chalicelib.core.api.identity import Actor
from chalicelib.core.errors import Forbidden, invalid
from chalicelib.tenants import members, roles

MOST_ENTRIES = 100

RoleName = Annotated[str, msgspec.Meta(min_length=1, max_length=members.MAX_ROLE_LENGTH)]


class Access(msgspec.Struct, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Who may do what with a collection: those with a role, or one member.

    Attributes:
        role: one of Reef's roles, or of the tenant's own; either this or `member_id`.
        member_id: a member, by id or address.
        may: `view` sees the collection, `edit` changes its name and assets, too.
    """

    role: RoleName | None = None
    member_id: Annotated[str, msgspec.Meta(max_length=254)] | None = None
    may: Literal["view", "edit"]


AccessList = Annotated[list[Access], msgspec.Meta(max_length=MOST_ENTRIES)]


def of(collection: Collection) -> list[Access] | None:
    """Return for whom a collection is; None where it is for everybody."""
    stored = collection.values.get("access")
    return None if stored is None else msgspec.convert(stored, list[Access])


def may_see(collection: Collection, actor: Actor) -> bool:
    """Return whether a collection is there for a member."""
    listed = of(collection)
    return listed is None or actor.has(roles.ADMINS) or bool(_granted(listed, actor))


def may_edit(collection: Collection, actor: Actor) -> bool:
    """Return whether a member may change what a collection holds, and its name."""
    listed = of(collection)
    if listed is None:
        return actor.has(roles.EDITORS)
    return actor.has(roles.ADMINS) or "edit" in _granted(listed, actor)


def require_edit(actor: Actor, collection: Collection) -> None:
    """Let those change a collection who may.

    Raises:
        Forbidden: the actor sees it only.
    """
    if not may_edit(collection, actor):
        raise Forbidden("You may look at this collection, but not change it.")


def require_manage(actor: Actor, collection: Collection) -> None:
    """Let editors who may change a collection say for whom it is, and delete it.

    Raises:
        Forbidden: the actor is none, or may not change it.
    """
    require_edit(actor, collection)
    if not actor.has(roles.EDITORS):
        raise Forbidden("Editors alone delete collections, and say for whom they are.")


def checked(tenant_id: str, wanted: Sequence[Access]) -> list[dict[str, str]]:
    """Return who may do what as a collection keeps it, members by their ids.

    Raises:
        Invalid: an entry names a role and a member, or neither; or two contradict each other.
        NotFound: there is no such member.
    """
    if any((one.role is None) == (one.member_id is None) for one in wanted):
        raise invalid("access", "Each entry names either a role or a member_id")
    kept: dict[tuple[str, str], str] = {}
    for one in wanted:
        if one.role is not None:
            who = ("role", one.role.strip())
        else:
            who = ("member_id", members.get(tenant_id, str(one.member_id)).id)
        if not who[1].isprintable() or not who[1]:
            raise invalid("access", "A role has printable characters")
        if kept.setdefault(who, one.may) != one.may:
            raise invalid("access", f"{who[1]} is named twice")
    return [{kind: name, "may": may} for (kind, name), may in kept.items()]


def _granted(listed: Sequence[Access], actor: Actor) -> set[str]:
    return {one.may for one in listed if one.member_id == actor.id or one.role in actor.roles}
