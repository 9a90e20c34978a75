"""What lists have in common: the limit, the cursor, and how a page is handed out."""

from collections.abc import Callable
from typing import Annotated, TypeVar

import msgspec

from chalicelib.core.api import cursors
from chalicelib.core.api.replies import Page

T = TypeVar("T")
S = TypeVar("S")
P = TypeVar("P")

Limit = Annotated[int, msgspec.Meta(ge=1, le=200)]


class ListQuery(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The parameters that every list takes.

    Attributes:
        limit: at most so many items.
        cursor: `next_cursor` of the page before; good for the same list and filters alone.
    """

    limit: Limit = 50
    cursor: str | None = None


def page(
    name: str,
    tenant_id: str,
    query: ListQuery,
    read: Callable[[int, P | None], tuple[list[T], P | None]],
    show: Callable[[T], S],
) -> Page[S]:
    """Hand out one page of a list.

    Args:
        name: the list's own name; with tenant and filters it binds the cursor.
        tenant_id: whose list.
        query: the request's parameters.
        read: takes the limit, and the position to start from or None; gives the items, perhaps
            fewer than the limit, and the next position or None.
        show: gives an item as the answer shows it.

    Raises:
        InvalidCursor: the cursor is not of this list, tenant and filters.
    """
    filters = msgspec.to_builtins(query)
    filters.pop("cursor")
    filters.pop("limit")
    scope = "|".join([name, tenant_id, msgspec.json.encode(filters, order="sorted").decode()])
    position: P | None = cursors.unseal(query.cursor, scope) if query.cursor else None
    items, following = read(query.limit, position)
    next_cursor = cursors.seal(following, scope) if following else None
    return Page([show(item) for item in items], next_cursor)
