"""The audit trail: filters, times over the borders of months, and CSV that runs no formula."""

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
    from chalicelib.tenants import accounts, invitations

    tenant = Tenant(accounts.create("old", datetime(2024, 1, 1, tzinfo=UTC)), "old")
    invited = invitations.invite(
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
