"""Saved searches, and what their owners have been told of, as the assets table holds them."""

from pynamodb.attributes import BinaryAttribute, BooleanAttribute, UnicodeAttribute

from chalicelib.core.attributes import IntegerAttribute
from chalicelib.core.due import Due
from chalicelib.core.resources import Resource
from chalicelib.core.settings import settings
from chalicelib.core.tables import Item


class SavedSearch(Resource):
    """Filters that a member keeps under a name (`sk` = `SEARCH#` + id).

    Its values are `{"name", "query": {filter: value}, "shared", "notify"}`; older ones have no
    `notify`, which is as False.
    """

    class Meta:  # noqa: D106
        table_name = settings().assets_table

    @property
    def notifies(self) -> bool:
        """Whether its owner is told of what it finds anew."""
        return bool(self.values.get("notify"))


class Watch(Due):
    """Says when to look for news in a tenant's searches (`pk` tenant, `sk` = `WATCH`).

    It is there from the first search that notifies on. While it is due, something has changed in
    the tenant's index: `since` that time, and not since the last look where it `is_quiet`.
    """

    class Meta:  # noqa: D106
        table_name = settings().assets_table

    since = UnicodeAttribute(null=True)
    is_quiet = BooleanAttribute(default=False)


class Watched(Item):
    """What a search has found by now (`pk` tenant, `sk` = `WATCHED#` + the search's id).

    `found` is the set of ordinals that are no news any more.
    """

    class Meta:  # noqa: D106
        table_name = settings().assets_table

    found = BinaryAttribute(legacy_encoding=False)
    revision = IntegerAttribute(default=1)


PREFIX = "SEARCH#"
"""What the sort keys of saved searches begin with."""

WATCH = "WATCH"
"""The sort key of a tenant's watch."""

WATCHED = "WATCHED#"
"""What the sort keys of what searches have found begin with."""
