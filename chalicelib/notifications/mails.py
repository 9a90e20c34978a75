"""Mails: what a notification says, as text and as HTML that can be read without its styles."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from chalicelib.core import mail_layout as layout
from chalicelib.core.mail_layout import Html
from chalicelib.core.settings import settings
from chalicelib.notifications import wording
from chalicelib.notifications.models import Notification
from chalicelib.notifications.preferences import KINDS, NotificationKind

_LONGEST_NOTE = 2000
_MOST_OF_A_KIND = 20

_HEADINGS: dict[NotificationKind, str] = {
    "assignment": "To decide",
    "reminder": "Still to decide",
    "escalation": "Escalated",
    "decision": "Decided",
    "mention": "Mentions",
    "quarantine": "Quarantined",
    "rights_ending": "Rights that end soon",
    "screens": "Screens",
    "saved_search": "Found anew",
    "webhooks": "Webhooks",
}

_FOOTER = "What Reef mails you at once, once a day or not at all, you choose here:"


class Mail(NamedTuple):
    """A mail, ready to be sent."""

    subject: str
    text: str
    html: str


def of(told: Notification, now: datetime) -> Mail:
    """Write the mail that tells a member of one thing."""
    text, body = [told.title, told.text], [layout.paragraph(told.text)]
    note = _short(told.note)
    if note:
        by = told.by or "Reef"
        text.append(f"{by} wrote:\n{_quoted(note)}")
        body.append(layout.quote(by, note))
    if told.due_at is not None:
        label, moment = _until(told.kind), wording.moment(told.due_at)
        left = time_left(told.due_at, now)
        text.append(f"{label}: {moment} ({left})")
        body.append(layout.until(label, moment, left))
    label = _label(told)
    text.append(f"{label}: {told.link}")
    body.append(layout.button(label, told.link))
    return _mail(told.title, text, body)


def digest(told: Sequence[Notification], now: datetime) -> Mail:
    """Write the mail that tells a member of a day's things, grouped by kind."""
    things = "one thing" if len(told) == 1 else f"{len(told)} things"
    title = f"Your day in Reef: {things}"
    text, body = [title], []
    for kind in KINDS:
        group = [one for one in told if one.kind == kind]
        if not group:
            continue
        heading = f"{_HEADINGS[kind]} ({len(group)})"
        text.append(f"{heading}\n{'-' * len(heading)}")
        body.append(layout.heading(heading))
        for one in group[:_MOST_OF_A_KIND]:
            said = _in_short(one, now)
            text.append(f"{one.title}\n{said}\n{one.link}")
            body.append(layout.entry(one.title, said, one.link))
        more = len(group) - _MOST_OF_A_KIND
        if more > 0:
            said = f"And {more} more, in your inbox: {settings().public_url}/?inbox=mine"
            text.append(said)
            body.append(layout.paragraph(said))
    return _mail(title, text, body)


def time_left(at: str, now: datetime) -> str:
    """Return in words how long it is until a time."""
    left = datetime.fromisoformat(at) - now
    if left <= timedelta():
        return "over by now"
    minutes = max(1, round(left / timedelta(minutes=1)))
    units = ((1440, "day"), (60, "hour"), (1, "minute"))
    size, unit = next((size, unit) for size, unit in units if minutes >= 2 * size or size == 1)
    count = minutes // size
    return f"in {count} {unit}{'' if count == 1 else 's'}"


def _mail(title: str, text: list[str], body: list[Html]) -> Mail:
    preferences = f"{settings().public_url}/?preferences=notifications"
    html = layout.page(title, body, _FOOTER, preferences)
    return Mail(title, "\n\n".join([*text, f"-- \n{_FOOTER}\n{preferences}\n"]), html)


def _in_short(told: Notification, now: datetime) -> str:
    said = str(told.text)
    if told.note:
        note = " ".join(told.note.split())
        said += f"\n{told.by or 'Reef'} wrote: {note[:200]}{'…' if note[200:] else ''}"
    if told.due_at is not None:
        moment = wording.moment(told.due_at)
        said += f"\n{_until(told.kind)}: {moment} ({time_left(told.due_at, now)})"
    return said


def _until(kind: str) -> str:
    return "Rights end" if kind == "rights_ending" else "Decide by"


def _label(told: Notification) -> str:
    if told.turn is not None:
        return "Decide now"
    if told.kind == "screens":
        return "See how it went" if "?rollout=" in told.link else "Look at the screen"
    if told.search_id is not None and not told.asset_id:
        return "Open the search"
    if told.kind == "webhooks":
        return "Open your inbox"
    return "Open the review" if "?workflow=" in told.link else "Open the asset"


def _short(note: str) -> str:
    return note if len(note) <= _LONGEST_NOTE else f"{note[:_LONGEST_NOTE]}… (the rest is in Reef)"


def _quoted(note: str) -> str:
    """Mark each line, so that nobody takes what a member wrote for what Reef says."""
    return "\n".join(f"> {line}" for line in note.splitlines())
