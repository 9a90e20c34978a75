"""From the audit table's stream to those who care: each new record is published, then sealed."""

import logging
from datetime import datetime, timedelta
from typing import NamedTuple

from chalicelib.core import clock, queues, records, topics
from chalicelib.core.entrypoint import Change, Unfinished
from chalicelib.core.settings import settings
from chalicelib.tenants.audit import seals

log = logging.getLogger(__name__)


_FAILS_ALONE = timedelta(minutes=15)
"""For so long a record that fails holds up those behind it, while others are published."""


class _Inserted(NamedTuple):
    position: int
    image: seals.Image
    message: topics.Message

    @property
    def identifier(self) -> str:
        """The record's id."""
        return str(self.image["sk"]["S"])


def dispatch(changes: list[Change], now: datetime) -> None:
    """Publish and seal the records that were inserted; seals, in the same table, are passed over.

    A record that SNS can never publish, or that fails alone for a quarter of an hour, is set aside
    with a dead letter that names it, so that it holds up nobody.

    Raises:
        Unfinished: a record could not be published; those before it are published and sealed.
    """
    inserted = [
        _Inserted(position, change.image, message)
        for position, change in enumerate(changes)
        if (message := _message(change)) is not None
    ]
    told = topics.publish(settings().records_topic, [record.message for record in inserted])
    waiting: list[int] = []
    for index, reason in sorted((told.refused | told.failed).items()):
        if index in told.refused or (_took_others(told) and _is_old(inserted[index], now)):
            if not waiting:  # else it comes again, behind what waits
                _set_aside(inserted[index], reason)
        else:
            waiting.append(index)
    done = min(waiting, default=told.tried)
    seals.seal([record.image for record in inserted[:done]], now)
    if done < len(inserted):
        raise Unfinished("a record could not be published", inserted[done].position)


def _took_others(told: topics.Published) -> bool:
    return len(told.refused) + len(told.failed) < told.tried


def _is_old(record: _Inserted, now: datetime) -> bool:
    try:
        return clock.id_time(record.identifier) < now - _FAILS_ALONE
    except ValueError:  # no id of ours, so that nothing says how old it is
        return True


def _set_aside(record: _Inserted, reason: str) -> None:
    """Name a record that is not published in a dead letter; the record stays in its table."""
    pk = str(record.image["pk"]["S"])
    letter = {"pk": pk, "sk": record.identifier, "action": record.message.action, "reason": reason}
    queues.send(settings().records_dead_queue, pk.partition("#")[0], letter)
    log.error("record set aside", extra=letter)


def _message(change: Change) -> topics.Message | None:
    if change.kind != "INSERT" or seals.is_seal(change.image):
        return None
    try:
        record = records.read(change.image)
    except ValueError:
        # Whatever it is, trying again helps nobody; it stays unsealed, which the verifier tells.
        log.exception("not an audit record", extra={"item": change.image.get("sk")})
        return None
    body = records.write(record, topics.LIMIT_BYTES)
    return topics.Message(body, record.action, record.tenant_id)
