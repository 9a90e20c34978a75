"""Upload requests, as the shares table holds them."""

from datetime import datetime

from pynamodb.attributes import UnicodeAttribute

from chalicelib.core import clock
from chalicelib.core.attributes import IntegerAttribute, StructAttribute
from chalicelib.core.outbox import Person
from chalicelib.core.settings import settings
from chalicelib.core.tables import Item
from chalicelib.sharing.upload_requests.shapes import Terms


class UploadRequestLink(Item):
    """A link by which guests send files (`pk` = tenant, `sk` = `UPLOAD_REQUEST#` + a UUIDv7).

    `token` is the secret of its address, which a handle leads from. `files` and `total_bytes` count
    what was reserved by it, and never exceed its terms.
    """

    class Meta:  # noqa: D106
        table_name = settings().shares_table

    token = UnicodeAttribute()
    terms = StructAttribute(Terms)
    expires_at = UnicodeAttribute()
    files = IntegerAttribute(default=0)
    total_bytes = IntegerAttribute(default=0)
    created_by = StructAttribute(Person)
    created_at = UnicodeAttribute()

    @property
    def id(self) -> str:
        """The request's id, which carries the time of its creation."""
        return str(self.sk.removeprefix(PREFIX))

    def is_over(self, now: datetime) -> bool:
        """Return whether its time is over."""
        return bool(self.expires_at <= clock.timestamp(now))

    @property
    def is_used_up(self) -> bool:
        """Whether it takes no further file."""
        terms: Terms = self.terms
        return self.files >= terms.max_files or self.total_bytes >= terms.max_bytes


PREFIX = "UPLOAD_REQUEST#"
"""What the sort keys of upload requests begin with."""


def request_key(request_id: str) -> str:
    """Return the sort key of an upload request."""
    return f"{PREFIX}{request_id}"
