"""What a tenant keeps by id, such as templates and rules: made, changed and removed in one way.

Every change is recorded in its own transaction, and written on condition that it is still as read.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Generic, TypeVar

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.condition import Condition

from chalicelib.core import clock
from chalicelib.core.attributes import IntegerAttribute, StructAttribute
from chalicelib.core.errors import NotFound
from chalicelib.core.optimistic_locking import despite_others, require_match
from chalicelib.core.outbox import AuditRecord, Person, record
from chalicelib.core.repeatable_ids import under_way
from chalicelib.core.tables import Item, Write, change, find, put, remove, transact

Values = dict[str, Any]
"""What the API takes and shows of a resource, checked; JSON-like."""


class Resource(Item):
    """Something that a tenant keeps (`pk` tenant, `sk` = a prefix + its id, a UUIDv7).

    `revision` grows with every change.
    """

    values = StructAttribute(Values)
    revision = IntegerAttribute(default=1)
    created_by = StructAttribute(Person)
    created_at = UnicodeAttribute()
    updated_at = UnicodeAttribute()

    @property
    def id(self) -> str:
        """The resource's id, which carries the time of its creation."""
        return str(self.sk.partition("#")[2])

    @property
    def etag(self) -> str:
        """The tag of its revision, which `If-Match` may name."""
        return f'"{self.revision}"'


R = TypeVar("R", bound=Resource)


class Resources(Generic[R]):
    """All resources of one kind.

    Args:
        model: their items.
        prefix: what their sort keys begin with, `#` included.
        subject: their kind as records name it, such as `workflow_template`.
        noun: their kind in messages to people.
        retired: gives what is written when one is changed or deleted, from how it was and when that
            ends.
    """

    def __init__(
        self,
        model: type[R],
        prefix: str,
        subject: str,
        noun: str,
        retired: Callable[[R, str], Write] | None = None,
    ) -> None:
        self._model, self._prefix, self._subject, self._noun = model, prefix, subject, noun
        self._retired = retired
        self._changed = f"The {noun} has changed since you read it."

    def get(self, tenant_id: str, identifier: str) -> R:
        """Read one.

        Raises:
            NotFound: there is none.
        """
        found = find(self._model, tenant_id, f"{self._prefix}{identifier}")
        if found is None:
            raise NotFound(f"There is no such {self._noun}.")
        return found

    def every(self, tenant_id: str) -> list[R]:
        """List a tenant's, the newest first."""
        ours = self._model.sk.startswith(self._prefix)
        return list(self._model.query(tenant_id, ours, scan_index_forward=False))

    def made_before(self, tenant_id: str, now: datetime) -> R | None:
        """Find what this request made when it was sent before and got no answer."""
        making = under_way(now)
        if not making.is_repeat:
            return None
        return find(self._model, tenant_id, f"{self._prefix}{making.id(self._subject)}")

    def create(self, tenant_id: str, values: Values, actor: Person, now: datetime) -> R:
        """Keep a new one."""
        at = clock.timestamp(now)
        made = self._model(
            tenant_id,
            f"{self._prefix}{under_way(now).id(self._subject)}",
            values=values,
            created_by=actor,
            created_at=at,
            updated_at=at,
        )
        transact(put(made), put(self._record(made, actor, "created", now, new=values)))
        return made

    def replace(
        self,
        item: R,
        new_values: Callable[[R], Values],
        actor: Person,
        now: datetime,
        if_match: str | None = None,
    ) -> R:
        """Give one other values; those that it has already change nothing.

        Args:
            item: as it was read.
            new_values: gives all of its values from the item; called again when another request was
                faster.
            actor: who does it.
            now: when.
            if_match: the caller's `If-Match` header; without it the last writer wins.

        Raises:
            NotFound: it has been deleted.
            PreconditionFailed: `if_match` names another revision.
            Conflict: too many change it at the same time.
        """

        def write(read: R) -> R:
            require_match(if_match, read.etag, self._changed)
            old, new = read.values, new_values(read)
            if new == old:
                return read
            unchanged = self._as_read(read)
            retired = self._retirement(read, now)
            read.values, read.updated_at = new, clock.timestamp(now)
            read.revision += 1
            actions = [
                self._model.values.set(new),
                self._model.updated_at.set(read.updated_at),
                self._model.revision.set(read.revision),
            ]
            written = self._record(read, actor, "changed", now, old=old, new=new)
            transact(change(read, *actions, condition=unchanged), put(written), *retired)
            return read

        return despite_others(
            write,
            item,
            lambda read: self.get(read.pk, read.id),
            f"Too many people change this {self._noun} at the same time; try again.",
        )

    def delete(self, item: R, actor: Person, now: datetime, if_match: str | None = None) -> None:
        """Remove one. Idempotent.

        Raises:
            PreconditionFailed: `if_match` names another revision.
            Conflict: too many change it at the same time.
        """

        def write(read: R | None) -> None:
            if read is None:
                return  # another request deleted it at the same time
            require_match(if_match, read.etag, self._changed)
            written = self._record(read, actor, "deleted", now, old=read.values)
            gone = remove(read, condition=self._as_read(read))
            transact(gone, put(written), *self._retirement(read, now))

        def read_again(_: R | None) -> R | None:
            return find(self._model, item.pk, item.sk)

        refusal = f"Too many people change this {self._noun} at the same time; try again."
        there: R | None = item
        despite_others(write, there, read_again, refusal)

    def _retirement(self, item: R, now: datetime) -> list[Write]:
        return [] if self._retired is None else [self._retired(item, clock.timestamp(now))]

    def _as_read(self, item: R) -> Condition:
        same: Condition = self._model.revision == item.revision
        if item.revision == 1:  # written before revisions were kept
            same |= self._model.revision.does_not_exist() & self._model.pk.exists()
        return same

    def _record(
        self, item: R, actor: Person, deed: str, now: datetime, **values: Values
    ) -> AuditRecord:
        subject = (self._subject, item.id)
        return record(item.pk, actor, f"{self._subject}.{deed}", subject, now, **values)
