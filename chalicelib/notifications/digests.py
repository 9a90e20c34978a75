"""The daily digest: one mail a day for what a member wants to be told of in one."""

import logging
from datetime import datetime, timedelta

from chalicelib.core import clock, mail
from chalicelib.core.tables import ConditionFailed, find, update
from chalicelib.notifications import deliveries, mails, preferences
from chalicelib.notifications.models import LastDigest, Notification

log = logging.getLogger(__name__)


def send(now: datetime) -> int:
    """Send every digest that is due and has not been sent; gives how many could not be.

    When the mail service is away, the rest waits for the next time.
    """
    failed = in_a_row = 0
    for person in dict.fromkeys(told.pk for told in deliveries.waiting("digest", now)):
        try:
            _send(person, now)
            in_a_row = 0
        except Exception:
            log.exception("digest failed", extra={"person": person})
            failed, in_a_row = failed + 1, in_a_row + 1
            if in_a_row == deliveries.MOST_FAILURES:
                break
    return failed


def _send(person: str, now: datetime) -> None:
    """Send a member's digest of the day, unless one was begun.

    The day is taken before the mail is sent and given back only if it surely was not: after a
    crash in between, nobody knows, and what was in it comes with the next day's.
    """
    day = f"{now - timedelta(hours=deliveries.DIGEST_HOUR):%Y-%m-%d}"
    last = find(LastDigest, person, "DIGEST")
    if last is not None and last.day >= day:
        return
    tenant_id, _, member_id = person.partition("#")
    member = deliveries.recipient(tenant_id, member_id)
    wanted = preferences.of(tenant_id, member_id)
    told: list[Notification] = []
    for one in _waiting(person, now):
        if member is not None and deliveries.is_wanted(one, wanted, member, now):
            told.append(one)
        else:
            deliveries.note_outcome(one, "none")
    if member is None or not told or not _take(person, day):
        return
    outcome = "sent"
    try:
        mail.send(member.email, *mails.digest(told, now))
    except mail.Refused as error:
        log.warning("digest refused", extra={"person": person, "reason": str(error)})
        outcome = "refused"
    except mail.NotSent:
        _give_back(person, day, last)
        raise
    for one in told:
        deliveries.note_outcome(one, outcome)


def _waiting(person: str, now: datetime) -> list[Notification]:
    """List what waits for a member's digest, the oldest first."""
    due = Notification.digest_ref < clock.timestamp(now)
    return list(
        Notification.query(
            person,
            Notification.sk.startswith("NOTIFICATION#"),
            filter_condition=(Notification.mail == "digest") & due,
            consistent_read=True,
        )
    )


def _take(person: str, day: str) -> bool:
    untaken = LastDigest.day.does_not_exist() | (LastDigest.day < day)
    actions = [LastDigest.day.set(day), LastDigest.schema_version.set(1)]
    try:
        update(LastDigest(person, "DIGEST"), *actions, condition=untaken)
    except ConditionFailed:
        return False
    return True


def _give_back(person: str, day: str, last: LastDigest | None) -> None:
    before = "" if last is None else last.day
    taken = LastDigest.day == day
    update(LastDigest(person, "DIGEST"), LastDigest.day.set(before), condition=taken)
