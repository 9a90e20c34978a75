"""Analytics over HTTP: what was visited, shown to those who see everything of it."""

import csv
import io
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.analytics import visits
from chalicelib.analytics.visits import Source
from chalicelib.assets.analytics import tenant_report
from chalicelib.assets.analytics.tenant_report import ShareLinks, TopShare
from tests.analytics.visitors import CHROME, GOOGLEBOT, IPHONE, download, view
from tests.assets.stages import asset
from tests.cloud import Cloud, Tenant
from tests.shared import Team, assert_problem, audit

KEYS = {
    "range_days",
    "totals",
    "by_day",
    "by_hour",
    "by_country",
    "by_device",
    "by_browser",
    "by_referrer",
    "by_source",
    "bots",
    "last_accessed_at",
}


@pytest.fixture
def acme(team: Team) -> Tenant:
    return team("contributor", "viewer", "editor", "moderator", "admin", "other=contributor")


def told(acme: Tenant, asset_id: str) -> None:
    """Have an asset seen three times and downloaded once, and crawled."""
    now = datetime.now(UTC)
    seen: list[dict[str, Any]] = [
        {"user_agent": CHROME, "country": "DE", "referrer": "intranet.test", "visitor": "one"},
        {"user_agent": IPHONE, "country": "DE", "visitor": "two", "source": Source.QR},
        {"user_agent": CHROME, "country": "AT", "visitor": "one"},
        {"user_agent": GOOGLEBOT, "country": "US", "visitor": "crawler"},
    ]
    for said in seen:
        visits.send(view(acme.id, asset_ids=(asset_id,), at=now, **said))
    visits.send(download(acme.id, 40, asset_ids=(asset_id,), at=now, visitor="one"))


def test_an_asset_shows_its_visits_within_one_run(cloud: Cloud, acme: Tenant) -> None:
    asset_id = asset(cloud, acme.id, acme.email("contributor"), "approved!")
    told(acme, asset_id)
    cloud.run("count_visits")
    answer = cloud.get(f"/assets/{asset_id}/analytics/?days=7", acme.email("contributor"))
    assert answer.status == 200, answer.content
    found = answer.json
    assert set(found) == KEYS
    assert found["range_days"] == 7
    assert found["totals"] == {
        "views": 3,
        "downloads": 1,
        "unique_visitors": 2,
        "shares": 0,
        "bytes": 40,
    }
    assert found["by_country"] == {"DE": 2, "AT": 1}
    assert found["by_device"] == {"desktop": 2, "phone": 1}
    assert found["by_browser"] == {"Chrome": 2, "Mobile Safari": 1}
    assert found["by_referrer"] == {"intranet.test": 1}
    assert found["by_source"] == {"page": 3, "qr": 1}
    assert found["bots"] == 1
    assert [set(day) for day in found["by_day"]] == [{"date", "views", "downloads"}] * 7
    assert sum(day["views"] for day in found["by_day"]) == 3
    assert found["last_accessed_at"].endswith("Z")


def test_a_members_download_counts_once(cloud: Cloud, acme: Tenant) -> None:
    asset_id = asset(cloud, acme.id, acme.email("contributor"), "approved!")
    answer = cloud.get(
        f"/assets/{asset_id}/download/", acme.email("viewer"), headers={"user-agent": GOOGLEBOT}
    )
    assert answer.status == 302
    cloud.run()
    found = cloud.get(f"/assets/{asset_id}/analytics/", acme.email("contributor")).json
    assert (found["totals"]["downloads"], found["totals"]["bytes"]) == (1, 40)
    assert found["by_source"] == {"member": 1}
    assert (found["by_browser"], found["totals"]["unique_visitors"], found["bots"]) == ({}, 0, 0)
    whole = cloud.get("/analytics/", acme.email("admin")).json
    assert whole["totals"]["downloads"] == 1


def test_a_download_that_is_refused_counts_nothing(cloud: Cloud, acme: Tenant) -> None:
    asset_id = asset(cloud, acme.id, acme.email("contributor"), "quarantined", "infected")
    answer = cloud.get(f"/assets/{asset_id}/download/", acme.email("contributor"))
    assert_problem(answer, 403, "quarantined")
    cloud.run()
    found = cloud.get(f"/assets/{asset_id}/analytics/", acme.email("contributor")).json
    assert found["totals"]["downloads"] == 0


def test_who_sees_what_is_published_alone_sees_no_figures(cloud: Cloud, acme: Tenant) -> None:
    asset_id = asset(cloud, acme.id, acme.email("contributor"), "approved!")
    for who, status in (("viewer", 403), ("other", 403), ("editor", 200), ("moderator", 200)):
        assert cloud.get(f"/assets/{asset_id}/analytics/", acme.email(who)).status == status
    hidden = asset(cloud, acme.id, acme.email("contributor"), "approved")
    assert_problem(
        cloud.get(f"/assets/{hidden}/analytics/", acme.email("viewer")), 404, "not_found"
    )


@pytest.mark.parametrize("days", ["0", "-1", "366", "1000000000", "x", "1.5", ""])
def test_a_range_that_is_none_is_refused(cloud: Cloud, acme: Tenant, days: str) -> None:
    assert_problem(cloud.get(f"/analytics/?days={days}", acme.email("admin")), 422, "invalid")
    asset_id = asset(cloud, acme.id, acme.email("admin"), "approved!")
    path = f"/assets/{asset_id}/analytics/?days={days}"
    assert_problem(cloud.get(path, acme.email("admin")), 422, "invalid")


@pytest.mark.parametrize("days", [1, 365])
def test_the_range_may_be_a_day_or_a_year(cloud: Cloud, acme: Tenant, days: int) -> None:
    found = cloud.get(f"/analytics/?days={days}", acme.email("admin")).json
    assert len(found["by_day"]) == days


def test_the_tenant_shows_what_leads(
    cloud: Cloud, acme: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    often = asset(cloud, acme.id, acme.email("contributor"), "approved!", title="Often")
    seldom = asset(cloud, acme.id, acme.email("contributor"), "approved!", title="Seldom")
    gone = "01890000-0000-7000-8000-000000000000"
    now = datetime.now(UTC)
    for asset_id, number in ((often, 3), (seldom, 1), (gone, 5)):
        for _ in range(number):
            visits.send(view(acme.id, asset_ids=(asset_id,), at=now, share_id=f"of {asset_id}"))
    cloud.run("count_visits")

    def links() -> Any:
        return lambda tenant_id, leaders: ShareLinks(
            2, [TopShare(one.id, "Link", one.views, one.downloads) for one in leaders]
        )

    monkeypatch.setattr(tenant_report.share_links, "_provider", links)
    found = cloud.get("/analytics/?days=1", acme.email("editor")).json
    assert set(found) == KEYS | {"top_assets", "top_shares", "storage_bytes"}
    assert found["top_assets"] == [
        {"asset_id": often, "title": "Often", "views": 3, "downloads": 0},
        {"asset_id": seldom, "title": "Seldom", "views": 1, "downloads": 0},
    ]
    assert [one["uuid"] for one in found["top_shares"]] == [
        f"of {gone}",
        f"of {often}",
        f"of {seldom}",
    ]
    assert found["totals"]["shares"] == 2
    assert found["storage_bytes"] == 80


def test_another_tenants_visits_are_counted_nowhere_here(
    cloud: Cloud, acme: Tenant, team: Team
) -> None:
    globex = team("admin")
    asset_id = asset(cloud, acme.id, acme.email("admin"), "approved!")
    told(acme, asset_id)
    cloud.run("count_visits")
    found = cloud.get("/analytics/", globex.email("admin")).json
    assert (found["totals"]["views"], found["top_assets"]) == (0, [])
    answer = cloud.get(f"/assets/{asset_id}/analytics/", globex.email("admin"))
    assert_problem(answer, 404, "not_found")


def test_a_report_can_be_had_as_csv_and_is_recorded(cloud: Cloud, acme: Tenant) -> None:
    asset_id = asset(cloud, acme.id, acme.email("admin"), "approved!", title="=1+1")
    told(acme, asset_id)
    cloud.run("count_visits")
    as_csv = {"accept": "text/csv"}
    admin = acme.email("admin")
    for path in (f"/assets/{asset_id}/analytics/?days=1", "/analytics/?days=1"):
        answer = cloud.get(path, admin, headers=as_csv)
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        rows = list(csv.reader(io.StringIO(answer.content.decode())))
        assert rows[0] == ["figure", "of", "value"]
        assert ["totals.views", "", "3"] in rows
        assert ["by_country", "DE", "2"] in rows
        assert ["by_source", "qr", "1"] in rows
        assert [row[2] for row in rows if row[0] == "by_day.views"] == ["3"]
    assert ["top_assets.views", "'=1+1", "3"] in rows
    exported = audit(cloud, admin, "&action=analytics.exported")
    assert [one["subject"]["type"] for one in exported] == ["tenant", "asset"]
