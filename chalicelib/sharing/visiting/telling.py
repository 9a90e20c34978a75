"""Telling visits to whoever counts them: one queued message, and nothing that names a visitor."""

from collections.abc import Sequence
from datetime import datetime

from chalicelib.analytics import salts, visits
from chalicelib.analytics.visits import Kind, Source, Visit
from chalicelib.core import clock
from chalicelib.sharing.invitations import requests
from chalicelib.sharing.visiting.opening import Item, Opened
from chalicelib.sharing.visiting.visitors import Visitor


def viewed(opened: Opened, visitor: Visitor, source: Source, now: datetime) -> None:
    """Tell that a visitor was shown a share."""
    _tell(opened, opened.items, visitor, Kind.VIEW, source, 0, now)
    _note(opened, "opened", now)


def downloaded(
    opened: Opened, items: Sequence[Item], visitor: Visitor, source: Source, now: datetime
) -> None:
    """Tell that a visitor was given the bytes of one thing shared, or of several as one zip."""
    size_bytes = sum(item.face.size_bytes for item in items)
    _tell(opened, items, visitor, Kind.DOWNLOAD, source, size_bytes, now)
    _note(opened, "downloaded", now)


def _note(opened: Opened, deed: str, now: datetime) -> None:
    """Have it noted which recipient has come, where the tenant records visitors."""
    if opened.email is not None and opened.settings.record_visitors:
        requests.send(opened.link, deed, clock.timestamp(now), opened.email)


def _tell(
    opened: Opened,
    items: Sequence[Item],
    visitor: Visitor,
    kind: Kind,
    source: Source,
    size_bytes: int,
    now: datetime,
) -> None:
    link, recorded = opened.link, opened.settings.record_visitors
    name = None
    if recorded:
        salt = opened.salt or salts.make(link.tenant_id, now)
        name = visits.visitor_hash(salt, visitor.address, visitor.user_agent)
    visits.send(
        Visit(
            id=clock.new_id(now),
            tenant_id=link.tenant_id,
            at=now,
            kind=kind,
            source=source,
            share_id=link.share_id,
            asset_ids=tuple(item.asset.asset_id for item in items),
            size_bytes=size_bytes,
            user_agent=visitor.user_agent,
            country=visitor.country,
            referrer=visitor.referrer,
            visitor=name,
            is_recorded=recorded,
        )
    )
