"""Reports add up what was counted over days and shards."""

from datetime import timedelta

import pytest

from chalicelib.analytics import counting, reports
from chalicelib.analytics.reports import Leader
from chalicelib.analytics.tallies import Scope
from chalicelib.analytics.visits import Visit
from chalicelib.core import clock
from chalicelib.core.aws import client
from tests.analytics.visitors import NOON, download, read_program, view
from tests.cloud import Cloud


@pytest.fixture
def tenant_id() -> str:
    return clock.new_id()


def count(*told: Visit) -> None:
    counting.count(told, read_program)


def test_every_day_of_the_range_is_shown_and_none_besides(cloud: Cloud, tenant_id: str) -> None:
    for ago in (0, 2, 29, 30):
        count(view(tenant_id, at=NOON - timedelta(days=ago)))
    figures = reports.figures(tenant_id, Scope("share", "s"), 30, NOON)
    found = reports.report(figures, shares=4)
    assert found.range_days == 30
    assert len(found.by_day) == 30
    assert (found.by_day[0].date, found.by_day[-1].date) == ("2026-10-28", "2026-11-26")
    assert [day.date for day in found.by_day if day.views] == [
        "2026-10-28",
        "2026-11-24",
        "2026-11-26",
    ]
    assert (found.totals.views, found.totals.shares) == (3, 4)
    assert found.last_accessed_at == clock.timestamp(NOON)


def test_days_and_hours_are_those_of_utc(cloud: Cloud, tenant_id: str) -> None:
    count(view(tenant_id, at=NOON.replace(hour=23, minute=59)))
    count(view(tenant_id, at=NOON.replace(hour=0, minute=0)))
    found = reports.report(reports.figures(tenant_id, Scope("asset", "a"), 1, NOON), 0)
    assert found.by_hour == {"00": 1, "23": 1}
    assert list(found.by_hour) == ["00", "23"]


def test_what_was_never_visited_has_a_report(cloud: Cloud, tenant_id: str) -> None:
    found = reports.report(reports.figures(tenant_id, Scope("asset", "a"), 365, NOON), 0)
    assert len(found.by_day) == 365
    assert found.totals == reports.Totals(
        views=0, downloads=0, unique_visitors=0, shares=0, bytes=0
    )
    assert found.last_accessed_at is None


def test_names_come_with_the_highest_number_first(cloud: Cloud, tenant_id: str) -> None:
    for country in ("AT", "DE", "DE", "CH", "DE", "CH"):
        count(view(tenant_id, country=country))
    found = reports.report(reports.figures(tenant_id, Scope("tenant", tenant_id), 1, NOON), 0)
    assert list(found.by_country.items()) == [("DE", 3), ("CH", 2), ("AT", 1)]


def test_the_tenants_figures_tell_what_leads(cloud: Cloud, tenant_id: str) -> None:
    count(*(view(tenant_id, asset_ids=("often",), share_id="one") for _ in range(5)))
    count(*(view(tenant_id, asset_ids=("seldom",), share_id="two") for _ in range(2)))
    count(download(tenant_id, 1, asset_ids=("seldom",), share_id=None))
    count(view(tenant_id, asset_ids=("by a bot",), is_bot=True))
    figures = reports.figures(tenant_id, Scope("tenant", tenant_id), 7, NOON)
    assert reports.top(figures, "asset") == [Leader("often", 5, 0), Leader("seldom", 2, 1)]
    assert reports.top(figures, "share", limit=1) == [Leader("one", 5, 0)]


def test_views_of_links_are_counted_from_their_beginning(cloud: Cloud, tenant_id: str) -> None:
    for ago in (0, 500, 3000):
        count(view(tenant_id, at=NOON - timedelta(days=ago)))
    count(view(tenant_id, share_id="other"), download(tenant_id, 1), view(tenant_id, is_bot=True))
    assert reports.view_counts(tenant_id, ["s", "other", "none"]) == {
        "s": 3,
        "other": 1,
        "none": 0,
    }


def test_a_report_asks_once_a_shard(cloud: Cloud, tenant_id: str) -> None:
    count(*(view(tenant_id, at=NOON - timedelta(days=ago)) for ago in range(30)))
    asked: list[str] = []

    def note(model: object, **_: object) -> None:
        asked.append(str(getattr(model, "name", "")))

    events = client("dynamodb").meta.events
    events.register("before-call.dynamodb", note)
    try:
        reports.figures(tenant_id, Scope("share", "s"), 365, NOON)
    finally:
        events.unregister("before-call.dynamodb", note)
    assert asked == ["Query"] * counting.SHARDS
