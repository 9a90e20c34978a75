"""Notice people: into the inbox first, and then by mail, which nothing waits for."""

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import cast

import msgspec

from chalicelib.core import clock, mail
from chalicelib.core.due import SHARDS, due_key
from chalicelib.core.entrypoint import RetryLater
from chalicelib.core.tables import ConditionFailed, find, insert, update
from chalicelib.notifications import mails, preferences, visibility
from chalicelib.notifications.models import Notification, notification_key, person_key
from chalicelib.notifications.preferences import Delivery, NotificationKind
from chalicelib.notifications.recipients import Notice
from chalicelib.tenants import accounts
from chalicelib.tenants.models import Member, member_key

log = logging.getLogger(__name__)

DIGEST_HOUR = 7
"""When, in UTC, a day's digest is made."""

_KEPT = timedelta(days=90)
_LATE = timedelta(minutes=30)
"""How long a mail is left to its message; then the next round of late mails tries."""

_GIVEN_UP = timedelta(days=3)
_CLAIM = timedelta(minutes=2)
_RETRY_SECONDS = 60
_AT_ONCE = 8
MOST_FAILURES = 10
"""After so many in a row the mail service is taken to be away."""

_ORDER: tuple[Delivery, ...] = ("mail", "digest", "off")


def tell(tenant_id: str, notices: list[Notice], now: datetime) -> None:
    """Tell active members, each once and in the way that they prefer. Idempotent.

    Raises:
        RetryLater: the inboxes have it, but some mails could not be sent.
    """
    if not notices:
        return
    keys = {(tenant_id, member_key(one.member_id)) for one in notices}
    found = Member.batch_get(list(keys), consistent_read=True)
    people = {member.id: member for member in found if member.is_active}
    wanted = preferences.of_all(tenant_id, people)
    mailing = accounts.settings_of(tenant_id).email_notifications

    def how(one: Notice) -> Delivery:
        return wanted[one.member_id][one.words.kind] if mailing else "off"

    def is_asked(one: Notice) -> bool:
        return one.role is None or one.role in people[one.member_id].roles

    active = [(one, how(one)) for one in notices if one.member_id in people and is_asked(one)]

    def keep(entry: tuple[Notice, Delivery]) -> Notification:
        return _keep(tenant_id, *entry, now)

    def send(told: Notification) -> bool:
        return deliver(told, people[told.member_id].email, now)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        kept = list(pool.map(keep, _one_each(active)))
        sent = list(pool.map(send, [told for told in kept if told.mail == "waiting"]))
    if not all(sent):
        raise RetryLater(f"{sent.count(False)} mails were not sent", _RETRY_SECONDS)


def deliver(told: Notification, address: str, now: datetime) -> bool:
    """Mail what a member is told, unless that is done; False when it has to be tried again."""
    until = clock.timestamp(now + _CLAIM)
    free = Notification.claimed_until.does_not_exist() | (
        Notification.claimed_until < clock.timestamp(now)
    )
    try:
        update(
            told,
            Notification.claimed_until.set(until),
            condition=(Notification.mail == "waiting") & free,
        )
    except ConditionFailed:
        told.refresh(consistent_read=True)
        return bool(told.mail != "waiting")
    try:
        mail.send(address, *mails.of(told, now))
    except mail.Refused as error:
        log.warning("mail refused", extra={"notification_id": told.id, "reason": str(error)})
        note_outcome(told, "refused")
        return True
    except Exception:
        log.exception("mail failed", extra={"notification_id": told.id})
        update(told, Notification.claimed_until.remove())
        return False
    note_outcome(told, "sent")
    return True


def send_late(now: datetime) -> int:
    """Send mails whose messages gave them up; gives how many could not be sent.

    When the mail service is away, the rest waits for the next time.
    """
    failed = in_a_row = 0
    for told in waiting("mail", now):
        if _sent_late(told, now):
            in_a_row = 0
            continue
        failed, in_a_row = failed + 1, in_a_row + 1
        if in_a_row == MOST_FAILURES:
            break
    return failed


def waiting(what: str, now: datetime) -> Iterator[Notification]:
    """Read what has waited long enough for its mail or digest; the index may be behind."""
    until = Notification.digest_ref < clock.timestamp(now)
    for shard in range(SHARDS):
        yield from Notification.by_digest.query(f"{what}#{shard}", until)


def recipient(tenant_id: str, member_id: str) -> Member | None:
    """Return the member to mail; None where they get no mail any more."""
    if not accounts.settings_of(tenant_id).email_notifications:
        return None
    member = find(Member, tenant_id, member_key(member_id))
    return member if member is not None and member.is_active else None


def is_wanted(
    told: Notification, wanted: dict[NotificationKind, Delivery], member: Member, now: datetime
) -> bool:
    """Return whether a member still wants, and may get, the mail about an earlier notification."""
    return wanted[cast(NotificationKind, told.kind)] != "off" and visibility.may_know(
        told, member, now
    )


def note_outcome(told: Notification, outcome: str) -> None:
    """Write down what became of a mail."""
    update(
        told,
        Notification.mail.set(outcome),
        Notification.claimed_until.remove(),
        Notification.digest_shard.remove(),
        Notification.digest_ref.remove(),
    )


def next_digest(now: datetime) -> datetime:
    """Return when the next digest is made."""
    today = now.replace(hour=DIGEST_HOUR, minute=0, second=0, microsecond=0)
    return today if now < today else today + timedelta(days=1)


def _sent_late(told: Notification, now: datetime) -> bool:
    try:
        member = recipient(told.tenant_id, told.member_id)
        wanted = preferences.of(told.tenant_id, told.member_id)
        too_late = now > datetime.fromisoformat(told.at) + _GIVEN_UP
        if member is None or too_late or not is_wanted(told, wanted, member, now):
            note_outcome(told, "none")
            return True
        return deliver(told, member.email, now)
    except Exception:
        log.exception("late mail failed", extra={"notification_id": told.id})
        return False


def _one_each(notices: list[tuple[Notice, Delivery]]) -> list[tuple[Notice, Delivery]]:
    """Of several things that one record tells a member, choose what they want to hear soonest."""
    chosen: dict[str, tuple[Notice, Delivery]] = {}
    for one, how in sorted(notices, key=lambda pair: _ORDER.index(pair[1])):
        chosen.setdefault(one.member_id, (one, how))
    return list(chosen.values())


def _keep(tenant_id: str, one: Notice, how: Delivery, now: datetime) -> Notification:
    """Put something into an inbox; what is there already stays as it is."""
    told = Notification(
        person_key(tenant_id, one.member_id),
        notification_key(one.id),
        at=clock.timestamp(now),
        mail={"mail": "waiting", "digest": "digest", "off": "none"}[how],
        ttl=int((now + _KEPT).timestamp()),
        **msgspec.structs.asdict(one.words),
    )
    if how != "off":
        moment = now + _LATE if how == "mail" else next_digest(now)
        shard, told.digest_ref = due_key(moment, str(told.pk))
        told.digest_shard = f"{how}#{shard}"
    try:
        insert(told)
    except ConditionFailed:
        return find(Notification, told.pk, told.sk) or told
    return told
