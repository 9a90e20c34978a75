"""Collections, as the assets table holds them."""

from chalicelib.core.resources import Resource
from chalicelib.core.settings import settings


class Collection(Resource):
    """An ordered list of a tenant's assets (`sk` = `COLLECTION#` + id).

    Its values are `{"name", "description", "asset_ids"}`. Assets that were purged since may still
    be named.
    """

    class Meta:  # noqa: D106
        table_name = settings().assets_table


PREFIX = "COLLECTION#"
"""What the sort keys of collections begin with."""
