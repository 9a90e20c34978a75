"""The audit trail: filters, times over the borders of months, and CSV that runs no formula."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest

from chalicelib.core import clock, outbox
from chalicelib.core.outbox import Person
from tests.cloud import PASSWORD, Cloud, Tenant
from tests.shared import assert_problem

BORDER = datetime(2025, 3, 1, tzinfo=UTC)
OFFSETS_MS = (-86_400_000 * 60, -86_400_000 * 30, -1000, -1, 0, 1, 1000, 86_400_000 * 40)
"""Records over three borders of months, two of them a millisecond beside one."""


@pytest.fixture(scope="module")
def old(cloud: Cloud) -> Tenant:
    """A tenant of 2024 with a record at each offset from the border."""
    from chalicelib.core.outbox import SYSTEM
    from chalicelib.tenants import accounts, members

    tenant = Tenant(accounts.create("old", datetime(2024, 1, 1, tzinfo=UTC)), "old")
    invited = members.invite(
        tenant.id, tenant.email("admin"), ["admin"], SYSTEM, clock.now(), password=PASSWORD
    )
    tenant.members["admin"] = invited.id
    for number, offset in enumerate(OFFSETS_MS):
        moment = BORDER + timedelta(milliseconds=offset)
        actor = Person(f"person-{number % 2}", f"p{number % 2}@old.test")
        subject = ("thing", f"thing-{number % 3}")
        outbox.record(
            tenant.id, actor, f"thing.{number % 2}", subject, moment, new={"offset": offset}
        ).save()
    return tenant


def offsets(cloud: Cloud, tenant: Tenant, query: str, limit: int = 200) -> list[int]:
    """Read the whole list, newest first; gives the offsets of the records made for it."""
    found: list[dict[str, Any]] = []
    cursor = ""
    for _ in range(60):
        path = f"/audit/?limit={limit}{query}{cursor}"
        answer = cloud.get(path, tenant.email("admin"))
        assert answer.status == 200, answer.content
        found += answer.json["items"]
        if answer.json["next_cursor"] is None:
            return [r["new"]["offset"] for r in found if r["action"].startswith("thing.")]
        cursor = f"&cursor={answer.json['next_cursor']}"
    raise AssertionError("the list has no end")


def at(offset: int) -> str:
    return clock.timestamp(BORDER + timedelta(milliseconds=offset))


NEWEST_FIRST = sorted(OFFSETS_MS, reverse=True)


@pytest.mark.parametrize("limit", [1, 2, 3, 200])
def test_the_trail_is_read_over_months_without_loss(cloud: Cloud, old: Tenant, limit: int) -> None:
    assert offsets(cloud, old, "", limit) == NEWEST_FIRST


@pytest.mark.parametrize("since", OFFSETS_MS)
@pytest.mark.parametrize("until", [-1, 0, 1, 86_400_000 * 41])
@pytest.mark.parametrize("more", ["", "&actor=person-0", "&subject=thing-1", "&action=thing.1"])
def test_since_is_inclusive_and_until_exclusive(
    cloud: Cloud, old: Tenant, since: int, until: int, more: str
) -> None:
    query = f"&since={at(since)}&until={at(until)}{more}"
    if until <= since:
        answer = cloud.get(f"/audit/?{query[1:]}", old.email("admin"))
        assert_problem(answer, 422, "invalid")
        return
    numbers = {offset: number for number, offset in enumerate(OFFSETS_MS)}
    wanted = [
        offset
        for offset in NEWEST_FIRST
        if since <= offset < until
        and ("actor" not in more or numbers[offset] % 2 == 0)
        and ("subject" not in more or numbers[offset] % 3 == 1)
        and ("action" not in more or numbers[offset] % 2 == 1)
    ]
    assert offsets(cloud, old, query) == wanted


@pytest.mark.parametrize("limit", [1, 200])
def test_filters_combine(cloud: Cloud, old: Tenant, limit: int) -> None:
    by_both = offsets(cloud, old, "&actor=person-1&subject=thing-0&action=thing.1", limit)
    assert by_both == [OFFSETS_MS[3]]
    assert offsets(cloud, old, "&actor=person-1&action=thing.0", limit) == []


def test_times_are_taken_in_any_zone(cloud: Cloud, old: Tenant) -> None:
    shifted = quote((BORDER + timedelta(hours=5)).strftime("%Y-%m-%dT%H:%M:%S+05:00"))
    assert offsets(cloud, old, f"&since={shifted}") == [86_400_000 * 40, 1000, 1, 0]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("since=0001-01-01T00:00:00%2B14:00", 200),
        ("until=9999-12-31T23:59:59-14:00", 200),
        ("since=1970-01-01T00:00:00Z&until=9999-12-31T23:59:59Z", 200),
        ("since=9998-01-01T00:00:00Z", 200),
        ("until=1980-01-01T00:00:00Z", 200),
        ("since=9998-01-01T00:00:00Z&until=9999-01-01T00:00:00Z", 200),
        ("since=2025-01-01", 422),
        ("since=2025-01-01T00:00:00", 422),
        ("since=yesterday", 422),
        ("since=2025-01-02T00:00:00Z&until=2025-01-01T00:00:00Z", 422),
    ],
)
def test_times_far_away_cost_no_more_and_break_nothing(
    cloud: Cloud, old: Tenant, query: str, status: int
) -> None:
    answer = cloud.get(f"/audit/?{query}", old.email("admin"))
    assert answer.status == status, answer.content


def test_a_person_is_named_by_id_or_address(cloud: Cloud) -> None:
    tenant = cloud.tenant("named", "admin")
    body = {"settings": {"AUTO_PUBLISH": False}}
    cloud.call("PATCH", "/tenant/", tenant.email("admin"), body)
    for name in (tenant.members["admin"], tenant.email("admin"), tenant.email("ADMIN")):
        found = cloud.get(f"/audit/?actor={name}", tenant.email("admin")).json["items"]
        assert [record["action"] for record in found] == ["tenant.settings_changed"]
    answer = cloud.get("/audit/?actor=nobody@named.test", tenant.email("admin"))
    assert_problem(answer, 404, "not_found")


def test_a_record_says_who_what_when_and_in_which_request(cloud: Cloud) -> None:
    tenant = cloud.tenant("telling", "admin")
    answer = cloud.call(
        "PATCH", "/tenant/", tenant.email("admin"), {"settings": {"AUTO_PUBLISH": False}}
    )
    record = cloud.get("/audit/?limit=1", tenant.email("admin")).json["items"][0]
    assert record == {
        "id": record["id"],
        "at": record["at"],
        "actor": {"id": tenant.members["admin"], "email": tenant.email("admin")},
        "action": "tenant.settings_changed",
        "subject": {"type": "tenant", "id": tenant.id},
        "old": {},
        "new": {"auto_publish": False},
        "request_id": answer.headers["X-Request-Id"],
    }
    assert clock.timestamp(clock.id_time(record["id"])) == record["at"]


def test_csv_holds_the_same_and_runs_no_formula(cloud: Cloud) -> None:
    tenant = cloud.tenant("sheets", "admin")
    starts = ("=1+1", "+2", "-3", "@SUM(1)", "\t=4", "\r=5")
    for start in starts:
        actor, subject = Person("someone", start), ("thing", start)
        outbox.record(tenant.id, actor, start, subject, clock.now(), new=start).save()
    admin = tenant.email("admin")
    listed = cloud.get("/audit/", admin).json["items"]
    answer = cloud.get("/audit/", admin, headers={"accept": "text/csv"})
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert [row["at"] for row in rows] == [record["at"] for record in listed]
    for column in ("actor", "action", "subject"):
        assert {row[column] for row in rows} >= {f"'{start}" for start in starts}
    for row in rows:
        assert set(row) == {"at", "actor", "action", "subject", "old", "new", "request_id"}
        assert not any(cell[:1] in set("=+-@\t\r") for cell in row.values() if cell)


def test_an_export_is_in_the_trail_itself(cloud: Cloud) -> None:
    admin = cloud.tenant("exports", "admin").email("admin")
    cloud.get("/audit/", admin, headers={"accept": "text/csv"})
    (exported,) = cloud.get("/audit/?action=audit.exported", admin).json["items"]
    assert (exported["actor"]["email"], exported["new"]) == (admin, {"records": 2})


def test_csv_has_pages_too(cloud: Cloud, old: Tenant) -> None:
    path, seen = "/audit/?limit=2", []
    for _ in range(8):
        listed = cloud.get(path, old.email("admin")).json
        answer = cloud.get(path, old.email("admin"), headers={"accept": "text/csv"})
        assert answer.headers["X-Next-Cursor"] == listed["next_cursor"]
        rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
        assert [row["at"] for row in rows] == [item["at"] for item in listed["items"]]
        seen += rows
        path = f"/audit/?limit=2&cursor={listed['next_cursor']}"
    assert len(seen) >= 6


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@x", "\tx", "\rx"])
def test_a_cell_that_starts_a_formula_gets_an_apostrophe(cell: str) -> None:
    from chalicelib.tenants.routes import _defused

    assert _defused(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "a=1", "'=1", " =1", "{}"])
def test_other_cells_stay_as_they_are(cell: str) -> None:
    from chalicelib.tenants.routes import _defused

    assert _defused(cell) == cell
