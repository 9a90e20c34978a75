"""Those whom a private link was sent to, and the codes that let them in, beside the link."""

from pynamodb.attributes import UnicodeAttribute

from chalicelib.core import sealing
from chalicelib.core.attributes import IntegerAttribute
from chalicelib.core.settings import settings
from chalicelib.core.tables import Item


class Recipient(Item):
    """Somebody whom a private link was sent to (`sk` = `RECIPIENT#` + the address).

    `reminded_for` is when the reminder was asked for that they got last; `objected_at` is when they
    asked for no more mails.
    """

    class Meta:  # noqa: D106
        table_name = settings().shares_table

    email = UnicodeAttribute()
    sent_at = UnicodeAttribute(null=True)
    opened_at = UnicodeAttribute(null=True)
    downloaded_at = UnicodeAttribute(null=True)
    reminded_for = UnicodeAttribute(null=True)
    objected_at = UnicodeAttribute(null=True)


class Code(Item):
    """A one-time code for one address (`sk` = `CODE#` + a hash of the address)."""

    class Meta:  # noqa: D106
        table_name = settings().shares_table

    code_hash = UnicodeAttribute()
    sent_at = UnicodeAttribute()
    until = UnicodeAttribute()
    tries_left = IntegerAttribute()
    ttl = IntegerAttribute()


def recipient_key(email: str) -> str:
    """Return the sort key of a recipient."""
    return f"RECIPIENT#{email}"


def code_key(email: str) -> str:
    """Return the sort key of an address's code."""
    return f"CODE#{sealing.keyed_hash(email, 'code address')}"
