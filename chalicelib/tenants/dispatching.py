"""From the audit table's stream to those who care: each new record is published, then sealed."""

import logging
from datetime import datetime
from typing import NamedTuple

from chalicelib.core import records, topics
from chalicelib.core.entrypoint import Change, Unfinished
from chalicelib.core.settings import settings
from chalicelib.tenants import sealing

log = logging.getLogger(__name__)


class _Inserted(NamedTuple):
    position: int
    image: sealing.Image
    message: topics.Message


def dispatch(changes: list[Change], now: datetime) -> None:
    """Publish and seal the records that were inserted; seals, in the same table, are passed over.

    Raises:
        Unfinished: a record could not be published; those before it are published and sealed.
    """
    inserted = [
        _Inserted(position, change.image, message)
        for position, change in enumerate(changes)
        if (message := _message(change)) is not None
    ]
    published = topics.publish(settings().records_topic, [record.message for record in inserted])
    sealing.seal([record.image for record in inserted[:published]], now)
    if published < len(inserted):
        raise Unfinished("a record could not be published", inserted[published].position)


def _message(change: Change) -> topics.Message | None:
    if change.kind != "INSERT" or sealing.is_seal(change.image):
        return None
    try:
        record = records.read(change.image)
    except ValueError:
        # Whatever it is, trying again helps nobody; it stays unsealed, which the verifier tells.
        log.exception("not an audit record", extra={"item": change.image.get("sk")})
        return None
    return topics.Message(records.write(record, topics.LIMIT_BYTES), record.action)
