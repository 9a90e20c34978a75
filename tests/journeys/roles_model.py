"""What the roles table says, as a model: who sees and may do what with things of two tenants."""

from dataclasses import dataclass
from typing import Literal

ROLES = ("viewer", "contributor", "editor", "moderator", "admin")
UPLOADING, EDITING = {"contributor", "editor", "admin"}, {"editor", "admin"}
OVERSEEING, MODERATING = {"editor", "moderator", "admin"}, {"moderator", "admin"}
ADMINISTERING = {"admin"}

ASKED = {
    "/tenant/": {*ROLES},
    "/uploads/": UPLOADING,
    "/workflow_templates/": EDITING,
    "/moderation/rules/": MODERATING,
    "/audit/?limit=1": ADMINISTERING,
}
"""Routes, and who may use them."""

NEEDED = {
    "viewer": {*ROLES},
    "contributor": UPLOADING,
    "editor": EDITING,
    "moderator": MODERATING,
    "admin": ADMINISTERING,
}
"""By the role of an API key, of which roles its owner needs one to make it."""


@dataclass(eq=False)
class Place:
    """A membership; whoever comes back has another one."""

    roles: set[str]
    active: bool = True


@dataclass(eq=False)
class Person:
    """A person: their account, memberships by tenant, and the tenant that their token is for."""

    email: str
    id: str
    places: dict[int, Place]
    token: int = 0

    @property
    def active(self) -> set[int]:
        return {number for number, place in self.places.items() if place.active}

    @property
    def inside(self) -> bool:
        """Whether their token lets them in."""
        return self.token in self.active

    def may(self, roles: set[str]) -> bool:
        return self.token in self.active and bool(self.places[self.token].roles & roles)


@dataclass(eq=False)
class Key:
    """An API key: the membership that it is of, and its role."""

    text: str
    place: Place
    owner: Person
    number: int
    role: str

    @property
    def alive(self) -> bool:
        return self.owner.places.get(self.number) is self.place

    def may(self, roles: set[str]) -> bool:
        return self.place.active and self.role in roles and bool(self.place.roles & roles)


@dataclass(eq=False)
class Thing:
    """An asset of a tenant; its owner by the id of their account."""

    tenant: int
    id: str
    owner: str
    published: bool
    trashed: bool = False

    @property
    def shown(self) -> bool:
        return self.published and not self.trashed


@dataclass(eq=False)
class Said:
    """A comment."""

    id: str
    author: str
    about: Thing
    public: bool


@dataclass(eq=False)
class Listed:
    """A collection; `access` maps roles and ids of members to what they may."""

    tenant: int
    id: str
    things: list[Thing]
    access: dict[str, str] | None = None


@dataclass(eq=False)
class Link:
    """A share link of an asset or a collection, with its owner's id."""

    uuid: str
    owner: str
    what: Thing | Listed
    kind: Literal["public", "private"] = "public"
    revoked: bool = False


def owns(who: Person | Key, thing: Thing) -> bool:
    """Return whether somebody may treat a thing as their own."""
    owner = who.owner if isinstance(who, Key) else who
    return owner.id == thing.owner and who.may(UPLOADING)


def sees_all(who: Person | Key, thing: Thing) -> bool:
    """Return whether somebody sees a thing whatever its state."""
    return _at(who) == thing.tenant and (owns(who, thing) or who.may(OVERSEEING))


def sees(who: Person | Key, thing: Thing) -> bool:
    """Return whether somebody sees a thing."""
    return sees_all(who, thing) or (_at(who) == thing.tenant and who.may({*ROLES}) and thing.shown)


def edits(who: Person, thing: Thing) -> bool:
    """Return whether somebody may change a thing that they see."""
    return owns(who, thing) or who.may(EDITING)


def hears(who: Person, said: Said) -> bool:
    """Return whether somebody who sees a thing sees a comment on it."""
    return sees_all(who, said.about) or said.public or said.author == who.id


def granted(who: Person, listed: Listed, place: Place | None = None) -> set[str]:
    """Return what somebody may do with a collection: view, edit, both or nothing.

    Args:
        who: they.
        listed: the collection.
        place: the membership that counts, whether or not it is active; that of their token unless
            said otherwise.
    """
    if place is None:
        if not who.inside or who.token != listed.tenant:
            return set()
        place = who.places[listed.tenant]
    if "admin" in place.roles:
        return {"view", "edit"}
    if listed.access is None:
        return {"view", "edit"} if place.roles & EDITING else {"view"}
    return {may for name, may in listed.access.items() if name in {who.id, *place.roles}}


def expected(who: Person, tenant: int, seen: bool, allowed: bool, otherwise: int) -> int:
    """Return the status of an answer: first who one is, then what one sees, then the role."""
    if not who.inside:
        return 403
    seen = seen and who.token == tenant
    return otherwise if seen and allowed else 403 if seen else 404


def _at(who: Person | Key) -> int:
    return who.number if isinstance(who, Key) else who.token
