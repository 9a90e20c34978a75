"""Saved searches, as the assets table holds them."""

from chalicelib.core.resources import Resource
from chalicelib.core.settings import settings


class SavedSearch(Resource):
    """Filters that a member keeps under a name (`sk` = `SEARCH#` + id).

    Its values are `{"name", "query": {filter: value}, "shared"}`.
    """

    class Meta:  # noqa: D106
        table_name = settings().assets_table


PREFIX = "SEARCH#"
"""What the sort keys of saved searches begin with."""
