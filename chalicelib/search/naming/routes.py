"""Tags and categories over HTTP."""

import msgspec

from chalicelib.assets.metadata import categories
from chalicelib.assets.metadata.descriptions import CategoryPath, Word, checked_category
from chalicelib.core import clock, pages, texts
from chalicelib.core.api import lists
from chalicelib.core.api.identity import Actor
from chalicelib.core.api.lists import ListQuery
from chalicelib.core.api.replies import Accepted, Page
from chalicelib.core.api.routing import Routes
from chalicelib.core.errors import Forbidden, invalid
from chalicelib.search import terms
from chalicelib.search.naming import moves, names
from chalicelib.search.naming.models import Move
from chalicelib.search.naming.names import Named
from chalicelib.search.words import same_word
from chalicelib.tenants import scopes
from chalicelib.tenants.roles import ADMINS, EDITORS, MEMBERS

api = Routes[Actor](
    __name__,
    scopes=scopes.ASSETS,
    loaders={"name": ("tag", lambda actor, value: names.tag(actor, value, clock.now()))},
    variables={"name": "The tag, in any case."},
    tags={
        "tags": "Tags of assets: which there are, renaming and removing them everywhere.",
        "categories": "The tree of categories, and moving a part of it.",
    },
)


class TagShown(msgspec.Struct):
    """A tag.

    Attributes:
        name: in the spelling that came first.
        count: how many of the assets that you see have it.
    """

    name: str
    count: int


class TagChange(msgspec.Struct):
    """What becomes of a tag.

    Attributes:
        name: its new name; where there is such a tag already, both become one.
    """

    name: Word


class TagRenamed(msgspec.Struct):
    """A tag that is being renamed.

    Attributes:
        name: its new name.
        count: how many assets had the old one, those in the trash among them.
        changed: how many of them have been changed by now; the others follow by themselves.
        job_id: to ask `GET processing/{id}/status/` how far it is.
    """

    name: str
    count: int
    changed: int
    job_id: str


class RemovalBegun(msgspec.Struct):
    """A tag that is being removed.

    Attributes:
        job_id: to ask `GET processing/{id}/status/` how far it is.
    """

    job_id: str


class CategoryShown(msgspec.Struct):
    """A category.

    Attributes:
        path: such as `menus/summer`.
        count: how many of the assets that you see are in it, or below.
    """

    path: str
    count: int


class CategoryMove(msgspec.Struct):
    """Where a category goes, with everything below it.

    Attributes:
        from: its path.
        to: its new path; not one below itself. Where that is there already, with assets or a
            template, or lies in one that has a template, and the one that is moved has a template,
            too, admins alone may: it would decide in place of what is there.
    """

    old: CategoryPath = msgspec.field(name="from")
    new: CategoryPath = msgspec.field(name="to")


class CategoryMoved(msgspec.Struct):
    """A category that is being moved.

    Attributes:
        from: the path that it had.
        to: the path that it has.
        count: how many assets were in it, or below, those in the trash among them.
        changed: how many of them have been changed by now; the others follow by themselves.
        job_id: to ask `GET processing/{id}/status/` how far it is.
    """

    old: str = msgspec.field(name="from")
    new: str = msgspec.field(name="to")
    count: int
    changed: int
    job_id: str


@api.get("/tags", may=MEMBERS)
def list_tags(actor: Actor, query: ListQuery) -> Page[TagShown]:
    """List the tags of the assets that you see, by name."""

    def read(limit: int, position: int | None) -> tuple[list[Named], int | None]:
        return pages.cut(names.every(actor, terms.TAG, clock.now()), limit, position)

    def show(one: Named) -> TagShown:
        return TagShown(one.name, one.count)

    return lists.page(f"tags of {actor.id}", actor.tenant_id, query, read, show)


@api.patch("/tags/{name}", may=EDITORS)
def rename_tag(actor: Actor, tag: Named, body: TagChange) -> TagRenamed:
    """Rename a tag in every asset, or merge it into another."""
    texts.require_line("name", body.name)
    move = _change(actor, tag, body.name.strip())
    return TagRenamed(body.name.strip(), move.total, move.changed, move.job_id)


@api.delete("/tags/{name}", may=EDITORS)
def remove_tag(actor: Actor, tag: Named) -> Accepted[RemovalBegun] | None:
    """Remove a tag from every asset; where there are many, 202, and the rest follows by itself."""
    move = _change(actor, tag, None)
    return None if move.changed >= move.total else Accepted(RemovalBegun(move.job_id))


def _change(actor: Actor, tag: Named, new: str | None) -> Move:
    now = clock.now()
    total = names.count(actor, terms.TAG, same_word(tag.name), now)
    return moves.begin(actor, "tag", tag.name, new, total, now)


@api.get("/categories", may=MEMBERS)
def list_categories(actor: Actor, query: ListQuery) -> Page[CategoryShown]:
    """List the categories of the assets that you see, by path; each counts all below it."""

    def read(limit: int, position: int | None) -> tuple[list[Named], int | None]:
        return pages.cut(names.every(actor, terms.CATEGORY, clock.now()), limit, position)

    def show(one: Named) -> CategoryShown:
        return CategoryShown(one.name, one.count)

    return lists.page(f"categories of {actor.id}", actor.tenant_id, query, read, show)


@api.post("/categories/move", may=EDITORS)
def move_category(actor: Actor, body: CategoryMove) -> CategoryMoved:
    """Move a category with everything below it, in assets, templates, rules and saved searches."""
    old, new = checked_category(body.old), checked_category(body.new)
    if categories.lies_in(new, old):
        raise invalid("to", "A category cannot be moved to itself, or below itself")
    now = clock.now()
    if not actor.has(ADMINS) and moves.decides_on_others(actor, old, new, now):
        raise Forbidden("A category that has a template joins another one by an admin alone.")
    count = names.count(actor, terms.CATEGORY, old, now)
    move = moves.begin(actor, "category", old, new, count, now)
    return CategoryMoved(old, new, count, move.changed, move.job_id)
