"""Moves of tags and categories to other names, as the assets table holds them."""

from pynamodb.attributes import UnicodeAttribute

from chalicelib.core.attributes import IntegerAttribute, StructAttribute
from chalicelib.core.due import Due
from chalicelib.core.outbox import Person
from chalicelib.core.settings import settings
from chalicelib.core.tables import Item

MOVE = "MOVE"
REFUSED = "REFUSED#"


class Move(Due):
    """A tag or category on its way to another name (`sk` = `MOVE`; `pk` = tenant + `#` + its id).

    `new` is None where a tag is removed. `total` is how many assets had the old name, `changed`
    and `refused_count` how many of them have lost it or a rule did not let change. `in_work` are
    the ids of those that are being changed, and `revision` grows with every note of progress. It
    is due until no asset has the old name any more.
    """

    class Meta:  # noqa: D106
        table_name = settings().assets_table

    tenant_id = UnicodeAttribute()
    job_id = UnicodeAttribute()
    kind = UnicodeAttribute()
    old = UnicodeAttribute()
    new = UnicodeAttribute(null=True)
    actor = StructAttribute(Person)
    created_at = UnicodeAttribute()
    finished_at = UnicodeAttribute(null=True)
    total = IntegerAttribute(default=0)
    changed = IntegerAttribute(default=0)
    refused_count = IntegerAttribute(default=0)
    in_work = StructAttribute(list[str], default=list)
    revision = IntegerAttribute(default=1)


class Refusal(Item):
    """An asset that kept the old name (`pk` the move's, `sk` = `REFUSED#` + the asset's id).

    `code` is the error that editing it ended with.
    """

    class Meta:  # noqa: D106
        table_name = settings().assets_table

    code = UnicodeAttribute()

    @property
    def asset_id(self) -> str:
        """The asset's id."""
        return str(self.sk).removeprefix(REFUSED)


def job_key(tenant_id: str, job_id: str) -> str:
    """Return the partition key of a move."""
    return f"{tenant_id}#{job_id}"
