"""Rows of an Anthias player, whichever generation wrote them, and what becomes of them in Reef."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

Value = object
"""What a column or a JSON field holds: text, number, list, object or None."""

_LONGEST_SECONDS = 31_536_000
_ALL_DAYS = [1, 2, 3, 4, 5, 6, 7]
_YOUTUBE = re.compile(r"(.+\.)?(youtube\.com|youtu\.be)")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&apos;", "'"), ("&quot;", '"'), ("&amp;", "&"))
_TRUE = {"1", "true"}


class BadSource(Exception):
    """A player, file or archive that cannot be read, in words for whoever gave it."""


@dataclass(frozen=True)
class Row:
    """One asset of a player; times are RFC 3339 in UTC, None where the player has none."""

    asset_id: str
    name: str
    uri: str
    mimetype: str
    duration_seconds: int | None
    is_enabled: bool
    is_processing: bool
    play_order: int
    start_at: str | None
    end_at: str | None
    play_days: list[int] = field(default_factory=lambda: list(_ALL_DAYS))
    play_time_from: str | None = None
    play_time_to: str | None = None
    error_message: str = ""

    @property
    def is_local(self) -> bool:
        """Whether its bytes lie on the player."""
        return self.uri.startswith("/")

    @property
    def link_type(self) -> str:
        """What kind of address it is."""
        if _YOUTUBE.fullmatch(urlsplit(self.uri).hostname or ""):
            return "youtube"
        moving = "video" in self.mimetype or "streaming" in self.mimetype
        return "stream" if moving or self.uri.startswith("rtsp:") else "webpage"

    @property
    def address(self) -> str:
        """Its address as somebody typed it; the player keeps some characters of it as entities."""
        shown = self.uri
        for entity, plain in _ENTITIES:
            shown = shown.replace(entity, plain)
        return shown

    @property
    def title(self) -> str:
        """Its name as a title: one line, not empty."""
        plain = " ".join("".join(c if c.isprintable() else " " for c in self.name).split())
        return plain[:500] or Path(self.uri).name[:500] or self.asset_id

    def item(self, reef_id: str) -> dict[str, Value]:
        """Return its schedule as an item of a playlist."""
        item: dict[str, Value] = {"asset_id": reef_id}
        seconds = self.duration_seconds
        if "video" not in self.mimetype and seconds and seconds > 0:
            item["duration_seconds"] = min(seconds, _LONGEST_SECONDS)
        if self.start_at is not None:
            item["start_at"] = self.start_at
        if self.end_at is not None:
            item["end_at"] = self.end_at
        if self.play_days != _ALL_DAYS:
            item["play_days"] = self.play_days
        begins, ends = self.play_time_from, self.play_time_to
        if begins is not None and ends is not None and begins != ends:
            item |= {"play_time_from": begins, "play_time_to": ends}
        return item

    @property
    def why_not_played(self) -> str:
        """Why a playlist shall not have it; empty if it shall."""
        if not self.is_enabled:
            return "disabled on the player"
        if self.start_at is None or self.end_at is None:
            return "without dates, so that the player did not show it"
        return "ends before it begins" if self.end_at <= self.start_at else ""


def read(found: Mapping[str, Value]) -> Row | None:
    """Read a row of the table or of the API; None where it has no id, so that nothing can be it.

    Values that cannot be read count as missing: people edited these tables by hand.
    """
    asset_id = _text(found.get("asset_id"))
    if not asset_id:
        return None
    metadata = _object(found.get("metadata"))
    return Row(
        asset_id=asset_id,
        name=_text(found.get("name")),
        uri=_text(found.get("uri")).strip(),
        mimetype=_text(found.get("mimetype")).lower(),
        duration_seconds=_number(found.get("duration")),
        is_enabled=_flag(found.get("is_enabled")),
        is_processing=_flag(found.get("is_processing")),
        play_order=_number(found.get("play_order")) or 0,
        start_at=_moment(found.get("start_date")),
        end_at=_moment(found.get("end_date")),
        play_days=_days(found.get("play_days")),
        play_time_from=_clock(found.get("play_time_from")),
        play_time_to=_clock(found.get("play_time_to")),
        error_message=_text(metadata.get("error_message")),
    )


def _text(value: Value) -> str:
    return "" if value is None else str(value)


def _flag(value: Value) -> bool:
    return value is True or _text(value).strip().lower() in _TRUE


def _number(value: Value) -> int | None:
    try:
        return int(float(_text(value)))  # the first generation kept durations as text
    except (ValueError, OverflowError):
        return None


def _object(value: Value) -> dict[str, Value]:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return {}
    return value if isinstance(value, dict) else {}


def _moment(value: Value) -> str | None:
    try:
        read_as = datetime.fromisoformat(_text(value).strip())
    except ValueError:
        return None
    at = read_as if read_as.tzinfo else read_as.replace(tzinfo=UTC)
    try:
        return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")
    except OverflowError:
        return None


def _days(value: Value) -> list[int]:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return list(_ALL_DAYS)
    if not isinstance(value, list) or not all(type(d) is int and 1 <= d <= 7 for d in value):
        return list(_ALL_DAYS)
    return sorted(set(value)) or list(_ALL_DAYS)


def _clock(value: Value) -> str | None:
    shown = re.match(r"([01]\d|2[0-3]):[0-5]\d", _text(value))
    return shown[0] if shown else None
