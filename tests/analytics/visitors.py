"""Visits as tests make them."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import msgspec

from chalicelib.analytics.visits import Kind, Source, Visit
from chalicelib.core import clock
from tests.cloud import invoke, sqs_event

NOON = datetime(2026, 11, 26, 12, 30, tzinfo=UTC)

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Safari/537.36"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
)
GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


def view(tenant_id: str, **said: Any) -> Visit:
    """Make a view of an asset by a page."""
    at = said.pop("at", NOON)
    values = {"kind": Kind.VIEW, "source": Source.PAGE, "asset_ids": ("a",), "share_id": "s"}
    return Visit(id=clock.new_id(at), tenant_id=tenant_id, at=at, **(values | said))


def download(tenant_id: str, size_bytes: int, **said: Any) -> Visit:
    """Make a download of an asset."""
    return view(tenant_id, kind=Kind.DOWNLOAD, size_bytes=size_bytes, **said)


def read_program(user_agent: str) -> tuple[str, str, bool]:
    """Tell a program that says `browser/device`, and bots by that name."""
    browser, _, device = user_agent.partition("/")
    return browser, device, browser == "bot"


def deliver(told: Iterable[Visit]) -> set[str]:
    """Hand visits to the function as one batch; gives the ids of the messages that failed."""
    messages = [
        {"MessageId": f"m{number}", "Body": msgspec.json.encode(visit).decode()}
        for number, visit in enumerate(told)
    ]
    return invoke("chalicelib.analytics.events.count_visits", sqs_event("visits", messages))
