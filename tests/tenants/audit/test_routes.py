"""The trail over HTTP: people by name, and tables that run no formula."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.core import clock, outbox
from chalicelib.core.outbox import Person
from tests.cloud import PASSWORD, Cloud, Tenant
from tests.shared import assert_problem

BORDER = datetime(2025, 3, 1, tzinfo=UTC)


OFFSETS_MS = (-86_400_000 * 60, -86_400_000 * 30, -1000, -1, 0, 1, 1000, 86_400_000 * 40)


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
        "api_key_id": None,
    }
    assert clock.timestamp(clock.id_time(record["id"])) == record["at"]


def test_csv_holds_the_same_and_runs_no_formula(cloud: Cloud) -> None:
    tenant = cloud.tenant("sheets", "admin")
    starts = ("=1+1", "+2", "-3", "@SUM(1)", "\t=4", "\r=5")
    for start in starts:
        actor, subject = Person("someone", start), ("thing", start)
        outbox.record(tenant.id, actor, start, subject, clock.now(), new={"said": start}).save()
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
    assert (exported["actor"]["email"], exported["new"]) == (admin, {"records": 1})


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
