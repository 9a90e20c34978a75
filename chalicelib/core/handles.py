"""Handles: what a secret in an address stands for, such as a share link's id or a short code.

The table is keyed by a hash of the secret alone, so that whoever reads it opens nothing.
"""

import hashlib

from pynamodb.attributes import UnicodeAttribute

from chalicelib.core import tables
from chalicelib.core.attributes import StructAttribute
from chalicelib.core.settings import settings
from chalicelib.core.tables import Item

HANDLE = "HANDLE"


class Handle(Item):
    """What a secret stands for: `id` of one of a tenant's things (`sk` = `HANDLE`).

    `hints` holds what else has to be read with that thing, so that one more request reads it all.
    """

    class Meta:  # noqa: D106
        table_name = settings().handles_table

    tenant_id = UnicodeAttribute()
    id = UnicodeAttribute()
    hints = StructAttribute(dict[str, str | int], default=dict)


def key(kind: str, secret: str) -> str:
    """Return the key under which a secret of a kind, such as `share`, is found."""
    return hashlib.sha256(f"{kind}:{secret}".encode()).hexdigest()


def find(kind: str, secret: str) -> Handle | None:
    """Return what a secret stands for; None for nothing."""
    return tables.find(Handle, key(kind, secret), HANDLE)
