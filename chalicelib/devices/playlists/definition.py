"""What a playlist says: items by asset or rule, their times, and a priority."""

from datetime import datetime
from typing import Annotated

import msgspec

from chalicelib.assets.metadata.descriptions import CategoryPath, Moment, Word, checked_category
from chalicelib.core import texts
from chalicelib.core.errors import invalid

MOST_ITEMS = 500
MOST_FOUND = 500
"""How many assets a rule gives at most, the newest first."""

_LONGEST_SECONDS = 31_536_000
"""Anthias shows nothing for longer than a year."""

Seconds = Annotated[int, msgspec.Meta(ge=1, le=_LONGEST_SECONDS)]
Weekday = Annotated[int, msgspec.Meta(ge=1, le=7)]
ClockTime = Annotated[
    str,
    msgspec.Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$(?!\n)", examples=["22:00"]),
]


class Rule(msgspec.Struct, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Which published assets an item stands for, the newest first; all that is given must hold.

    Attributes:
        tag: those with this tag, whatever its case.
        category: those in this category or below it.
        collection_id: those of this collection, in its order.
        newest: at most so many; 500 unless said otherwise.
    """

    tag: Word | None = None
    category: CategoryPath | None = None
    collection_id: str | None = None
    newest: Annotated[int, msgspec.Meta(ge=1, le=MOST_FOUND)] | None = None


class PlaylistItem(msgspec.Struct, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One entry of a playlist: an asset, or a rule that finds some; times are the device's own.

    Attributes:
        asset_id: the asset to show.
        rule: finds the assets to show, anew whenever one is published, changed or taken back.
        duration_seconds: how long each is shown; 10 unless said otherwise, and videos last as long
            as they do.
        start_at: not before this time.
        end_at: not from this time on.
        play_days: on these days alone, 1 for Monday to 7 for Sunday; a window that passes midnight
            belongs to the day on which it begins.
        play_time_from: from this time of the day on, such as `22:00`; only together with its end.
        play_time_to: until this time of the day; one that comes before the beginning is meant of
            the next day.
    """

    asset_id: str | None = None
    rule: Rule | None = None
    duration_seconds: Seconds | None = None
    start_at: Moment | None = None
    end_at: Moment | None = None
    play_days: Annotated[list[Weekday], msgspec.Meta(min_length=1, max_length=7)] | None = None
    play_time_from: ClockTime | None = None
    play_time_to: ClockTime | None = None


class PlaylistWanted(msgspec.Struct, kw_only=True):
    """What the API takes as a playlist.

    Attributes:
        name: its name.
        items: what is shown, in this order.
        priority: of several playlists of a device those with the highest priority that have
            something to show hide the others meanwhile; 0 unless said otherwise.
    """

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    items: Annotated[list[PlaylistItem], msgspec.Meta(max_length=MOST_ITEMS)] = []
    priority: Annotated[int, msgspec.Meta(ge=-1000, le=1000)] = 0


def check(wanted: PlaylistWanted) -> None:
    """Check what types do not say, and write categories and days in one way.

    Raises:
        Invalid: an item names nothing or two things, or a time is given by half.
    """
    texts.require_line("name", wanted.name)
    for number, item in enumerate(wanted.items):
        _check_item(item, f"items[{number}]")


def _check_item(item: PlaylistItem, field: str) -> None:
    if (item.asset_id is None) == (item.rule is None):
        raise invalid(f"{field}.asset_id", "Name either an asset or a rule")
    if item.rule is not None:
        _check_rule(item.rule, f"{field}.rule")
    if item.play_days is not None:
        item.play_days = sorted(set(item.play_days))
    begins, ends = item.play_time_from, item.play_time_to
    if (begins is None) != (ends is None):
        missing = "play_time_to" if ends is None else "play_time_from"
        raise invalid(f"{field}.{missing}", "Give both times of the day, or none")
    if begins is not None and begins == ends:
        raise invalid(f"{field}.play_time_to", "The window is empty; leave both out for all day")
    if item.start_at is not None and item.end_at is not None and item.end_at <= item.start_at:
        raise invalid(f"{field}.end_at", "Must come after start_at")


def _check_rule(rule: Rule, field: str) -> None:
    if rule == Rule():
        raise invalid(field, "Give a tag, a category, a collection or a number")
    if rule.tag is not None:
        texts.require_line(f"{field}.tag", rule.tag)
    if rule.category is not None:
        rule.category = checked_category(rule.category)


def is_over(item: PlaylistItem, at: datetime) -> bool:
    """Return whether an item is shown no more from a time on."""
    return item.end_at is not None and item.end_at <= at


def is_before(item: PlaylistItem, at: datetime) -> bool:
    """Return whether an item is not yet shown at a time."""
    return item.start_at is not None and at < item.start_at
