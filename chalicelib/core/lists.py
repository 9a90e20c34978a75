"""What lists have in common: the limit, the cursor, and how a page is handed out."""

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import msgspec

from chalicelib.core import cursors
from chalicelib.core.http import Page

T = TypeVar("T")

Limit = Annotated[int, msgspec.Meta(ge=1, le=200)]


class ListQuery(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The parameters that every list takes."""

    limit: Limit = 50
    cursor: str | None = None


def page(
    name: str, tenant_id: str, query: ListQuery, read: Callable[[Any], tuple[list[T], Any]]
) -> Page[T]:
    """Hand out one page of a list.

    Args:
        name: the list's own name; with tenant and filters it binds the cursor.
        tenant_id: whose list.
        query: the request's parameters.
        read: takes the position to start from (or None); gives the items and the next position.

    Raises:
        InvalidCursor: the cursor is not of this list, tenant and filters.
    """
    filters = msgspec.to_builtins(query)
    filters.pop("cursor")
    filters.pop("limit")
    scope = "|".join([name, tenant_id, msgspec.json.encode(filters, order="sorted").decode()])
    position = cursors.unseal(query.cursor, scope) if query.cursor else None
    items, following = read(position)
    return Page(items, cursors.seal(following, scope) if following else None)
