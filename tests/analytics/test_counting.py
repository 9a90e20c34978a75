"""Visits are counted once each, for all that they are of, and no name is taken without a bound."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.analytics import counting, reports, tallies, visits
from chalicelib.analytics.counting import NAMES, bounded
from chalicelib.analytics.reports import Report
from chalicelib.analytics.tallies import Scope, ScopeKind
from chalicelib.analytics.visits import Kind, Source, Visit
from chalicelib.core import clock
from chalicelib.core.settings import settings
from tests.analytics.visitors import CHROME, GOOGLEBOT, IPHONE, NOON, download, read_program, view
from tests.cloud import Cloud
from tests.shared import items


def count(*told: Visit) -> None:
    counting.count(told, read_program)


def report(tenant_id: str, kind: ScopeKind = "tenant", of: str = "", days: int = 1) -> Report:
    scope = Scope(kind, of or tenant_id)
    return reports.report(reports.figures(tenant_id, scope, days, NOON), 0)


def table() -> list[dict[str, Any]]:
    return items()[settings().analytics_table]


@pytest.fixture
def tenant_id() -> str:
    return clock.new_id()


def test_a_view_counts_for_tenant_asset_and_link(cloud: Cloud, tenant_id: str) -> None:
    count(view(tenant_id, user_agent="Firefox/phone", country="DE", visitor="v"))
    for found in (
        report(tenant_id),
        report(tenant_id, "asset", "a"),
        report(tenant_id, "share", "s"),
    ):
        assert (found.totals.views, found.totals.downloads) == (1, 0)
        assert found.totals.unique_visitors == 1
        assert found.by_hour == {"12": 1}
        assert found.by_country == {"DE": 1}
        assert found.by_device == {"phone": 1}
        assert found.by_browser == {"Firefox": 1}
        assert found.by_source == {"page": 1}
        assert found.last_accessed_at == clock.timestamp(NOON)
    assert report(tenant_id, "asset", "b").totals.views == 0


def test_a_download_counts_its_bytes(cloud: Cloud, tenant_id: str) -> None:
    count(download(tenant_id, 5), download(tenant_id, 10**12, source=Source.MEMBER, share_id=None))
    found = report(tenant_id)
    assert (found.totals.views, found.totals.downloads) == (0, 2)
    assert found.totals.bytes == 10**12 + 5
    assert found.by_source == {"page": 1, "member": 1}
    assert report(tenant_id, "share", "s").totals.bytes == 5


def test_a_visit_that_comes_again_counts_once(cloud: Cloud, tenant_id: str) -> None:
    one, other = view(tenant_id), view(tenant_id)
    count(one, one)
    count(one, other)
    count(other)
    assert report(tenant_id).totals.views == 2


def test_an_id_of_one_tenant_says_nothing_of_another(cloud: Cloud, tenant_id: str) -> None:
    other = clock.new_id()
    one = view(tenant_id)
    count(
        one,
        Visit(
            **{name: getattr(one, name) for name in one.__struct_fields__} | {"tenant_id": other}
        ),
    )
    assert report(tenant_id).totals.views == report(other).totals.views == 1


def test_a_visitor_is_unique_by_day_and_by_what_they_visit(cloud: Cloud, tenant_id: str) -> None:
    tomorrow = NOON + timedelta(days=1)
    count(view(tenant_id, visitor="v"), view(tenant_id, visitor="v", asset_ids=("b",)))
    count(view(tenant_id, visitor="v"), view(tenant_id, visitor="w"))
    count(view(tenant_id, visitor="v", at=tomorrow))
    assert report(tenant_id).totals.unique_visitors == 2
    assert report(tenant_id, "asset", "a").totals.unique_visitors == 2
    assert report(tenant_id, "asset", "b").totals.unique_visitors == 1
    scope = Scope("tenant", tenant_id)
    both = reports.report(reports.figures(tenant_id, scope, 2, tomorrow), 0)
    assert both.totals.unique_visitors == 3
    assert [day.views for day in both.by_day] == [4, 1]


def test_visits_of_several_days_are_counted_in_one_batch(cloud: Cloud, tenant_id: str) -> None:
    count(*(view(tenant_id, at=NOON - timedelta(days=ago)) for ago in range(3)))
    assert reports.view_counts(tenant_id, ["s"]) == {"s": 3}
    assert report(tenant_id).totals.views == 1


def test_bots_are_counted_apart(cloud: Cloud, tenant_id: str) -> None:
    count(
        view(tenant_id, user_agent="bot/desktop", country="US", visitor="v"),
        view(tenant_id, is_bot=True),
        view(tenant_id),
    )
    found = report(tenant_id)
    assert (found.bots, found.totals.views, found.totals.unique_visitors) == (2, 1, 0)
    assert (found.by_country, found.by_browser, found.by_hour) == ({}, {}, {"12": 1})


def test_a_url_that_was_issued_to_a_bot_is_a_download(cloud: Cloud, tenant_id: str) -> None:
    count(download(tenant_id, 7, user_agent="bot/desktop"))
    found = report(tenant_id)
    assert (found.totals.downloads, found.totals.bytes, found.bots) == (1, 7, 1)
    assert found.by_source == {}


def test_without_facts_of_visitors_views_and_downloads_are_counted(
    cloud: Cloud, tenant_id: str
) -> None:
    count(view(tenant_id), view(tenant_id), download(tenant_id, 3))
    found = report(tenant_id)
    assert (found.totals.views, found.totals.downloads, found.totals.bytes) == (2, 1, 3)
    assert found.totals.unique_visitors == 0
    assert (found.by_country, found.by_device, found.by_browser, found.by_referrer) == ({},) * 4
    mine = [item for item in table() if item["pk"]["S"].startswith(tenant_id)]
    assert not [item for item in mine if item["sk"]["S"].startswith("SEEN#")]


@pytest.mark.parametrize("country", ["de", "DEU", "D", "", "D€", "<b>", "ZZ\n"])
def test_what_is_no_country_counts_for_none(cloud: Cloud, tenant_id: str, country: str) -> None:
    count(view(tenant_id, country=country))
    found = report(tenant_id)
    assert (found.totals.views, found.by_country) == (1, {})


def test_a_visit_of_a_thousand_assets_counts_for_each_and_once(
    cloud: Cloud, tenant_id: str
) -> None:
    ids = tuple(f"a{number}" for number in range(1000))
    whole = view(tenant_id, kind=Kind.DOWNLOAD, asset_ids=ids, visitor="v", size_bytes=9)
    count(whole)
    count(whole)
    found = report(tenant_id)
    assert (found.totals.downloads, found.totals.unique_visitors, found.totals.bytes) == (1, 1, 9)
    for asset_id in (ids[0], ids[19], ids[20], ids[-1]):
        assert report(tenant_id, "asset", asset_id).totals.downloads == 1
    assert report(tenant_id, "share", "s").totals.downloads == 1


def test_the_function_counts_what_waits_in_its_queue(cloud: Cloud, tenant_id: str) -> None:
    for user_agent in (CHROME, IPHONE, GOOGLEBOT):
        visits.send(view(tenant_id, user_agent=user_agent))
    cloud.run("count_visits")
    found = report(tenant_id)
    assert (found.totals.views, found.bots) == (2, 1)
    assert found.by_device == {"desktop": 1, "phone": 1}
    assert found.by_browser == {"Chrome": 1, "Mobile Safari": 1}


def test_everything_is_forgotten_in_time(cloud: Cloud, tenant_id: str) -> None:
    count(view(tenant_id, visitor="v"))
    mine = [item for item in table() if item["pk"]["S"].startswith(tenant_id)]
    kept = {item["sk"]["S"] for item in mine if "ttl" not in item}
    assert kept == {"TOTAL"}
    ends = {
        item["sk"]["S"].partition("#")[0]: int(item["ttl"]["N"]) for item in mine if "ttl" in item
    }
    start = int(NOON.timestamp())
    assert ends.keys() == {"VISIT", "SEEN", "DAY"}
    assert start + 19 * 86400 < ends["SEEN"] <= ends["VISIT"] == start + 20 * 86400
    assert ends["DAY"] > start + 365 * 86400


def test_names_that_strangers_invent_have_a_bound(cloud: Cloud, tenant_id: str) -> None:
    told = [
        view(tenant_id, referrer=f"{number}.{'x' * 240}.test", user_agent=f"b{number}/desktop")
        for number in range(2000)
    ]
    count(*told)
    found = report(tenant_id)
    assert found.totals.views == 2000
    assert sum(found.by_referrer.values()) == sum(found.by_browser.values()) == 2000
    assert found.by_referrer["other"] >= 2000 - counting.SHARDS * NAMES["referrer"]
    days = [item for item in table() if item["sk"]["S"].startswith("DAY#")]
    for item in days:
        referrers = [name for name in item if name.startswith("referrer:")]
        assert len(referrers) <= NAMES["referrer"] + 1
        assert sum(len(name) + 8 for name in item) < 50_000


def test_what_a_counter_has_no_place_for_is_other_and_the_rarest_goes_first() -> None:
    there = [f"referrer:{number}" for number in range(NAMES["referrer"] - 1)]
    new = Counter({"referrer:rare": 1, "referrer:often": 5, "referrer:7": 2, "views": 8})
    assert bounded(new, there) == {
        "referrer:often": 5,
        "referrer:other": 1,
        "referrer:7": 2,
        "views": 8,
    }


def test_a_transaction_holds_no_more_than_dynamodb_takes() -> None:
    told = [
        view("t", asset_ids=tuple(f"{n}-{m}" for m in range(45)), visitor=f"v{n}", share_id=f"s{n}")
        for n in range(40)
    ] + [view("u", visitor=f"v{n}") for n in range(100)]
    parts = tallies.parts(told, read_program)
    found = list(tallies.chunks(parts))
    assert [part for chunk in found for part in chunk] == parts
    for chunk in found:
        assert len({part.visit.tenant_id for part in chunk}) == 1
        seen = {one for part in chunk for one in tallies.first_seen(part)}
        counters = {(scope, part.day) for part in chunk for scope in part.scopes}
        shares = {scope for scope, _ in counters if scope.kind == "share"}
        assert len(chunk) + len(seen) + len(counters) + len(shares) <= 100
        sums = tallies.tallies(chunk, seen)
        assert max(len(tally.numbers) for tally in sums.values()) < 298
