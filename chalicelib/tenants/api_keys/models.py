"""API keys, as the tenants table holds them."""

from datetime import datetime

from pynamodb.attributes import UnicodeAttribute

from chalicelib.core import clock
from chalicelib.core.attributes import StructAttribute
from chalicelib.core.outbox import Person
from chalicelib.core.settings import settings
from chalicelib.core.tables import Item

PREFIX = "APIKEY#"


class ApiKey(Item):
    """A key that acts for a member (`pk` tenant, `sk` = `APIKEY#` + its id, a UUIDv7).

    `member_since` is when its owner became a member: who leaves and comes back has no keys.
    Without `scopes` the role alone decides what it may, without `expires_at` it never ends.
    """

    class Meta:  # noqa: D106
        table_name = settings().tenants_table

    name = UnicodeAttribute()
    role = UnicodeAttribute()
    scopes = StructAttribute(list[str], null=True)
    expires_at = UnicodeAttribute(null=True)
    token_hash = UnicodeAttribute()
    owner = StructAttribute(Person)
    member_since = UnicodeAttribute()
    created_at = UnicodeAttribute()

    @property
    def id(self) -> str:
        """The key's id."""
        return str(self.sk.removeprefix(PREFIX))

    def is_over(self, now: datetime) -> bool:
        """Return whether the key has expired."""
        return self.expires_at is not None and self.expires_at <= clock.timestamp(now)
