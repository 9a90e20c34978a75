"""One person's data: all that names them is found, and nothing names them afterwards."""

import json
from pathlib import Path

import pytest

from chalicelib.core import clock
from chalicelib.core.settings import settings
from chalicelib.tenants.administration import people
from chalicelib.tenants.audit import verification
from chalicelib.tenants.members import LastAdmin
from tests.assets.stages import asset
from tests.cloud import Cloud, Tenant
from tests.shared import Team, assert_problem, items


def naming(email: str, *tables: str) -> list[str]:
    return [
        f"{name}: {row}"
        for name, rows in items().items()
        if name not in tables
        for row in rows
        if email in json.dumps(row, default=str).lower().replace(f"jo{email}", "")
    ]


@pytest.fixture
def acme(cloud: Cloud, team: Team) -> Tenant:
    """A tenant where a contributor has left traces, beside one with a longer name."""
    tenant = team("admin", "ann=contributor", "joann=contributor")
    ann, admin = tenant.email("ann"), tenant.email("admin")
    published = asset(cloud, tenant.id, ann, "approved!", description=f"Ask {ann.upper()}.")
    asset(cloud, tenant.id, tenant.email("joann"), "approved!")
    terms = {"share_type": "private", "emails": [ann, "guest@x.test"]}
    cloud.post(f"/assets/{published}/share/", admin, terms)
    preferences = cloud.call("PUT", "/notification_preferences/", ann, {"decision": "off"})
    assert preferences.status == 200
    return tenant


def test_all_that_names_a_person_is_written(cloud: Cloud, acme: Tenant, tmp_path: Path) -> None:
    email = acme.email("ann")
    assert people.export(acme.id, email, tmp_path, clock.now()) > 5
    text = (tmp_path / "items.jsonl").read_text("utf-8")
    assert all(email in line.lower() or acme.members["ann"] in line for line in text.splitlines())
    assert acme.members["joann"] not in text
    records = [json.loads(line) for line in (tmp_path / "audit.jsonl").read_text().splitlines()]
    assert {"share.created", "asset.created"} <= {one["action"] for one in records}
    assert acme.email("joann") not in {one["actor"]["email"] for one in records}


def test_a_persons_address_is_taken_out_of_everything_but_the_sealed_trail(
    cloud: Cloud, acme: Tenant
) -> None:
    email, admin = acme.email("ann"), acme.email("admin")
    cloud.token(email)
    cloud.run("dispatch_records")
    done = people.erase(acme.id, email, clock.now())
    assert done.changed > 2
    assert done.records > 2
    assert done.deleted >= 1
    assert naming(email, settings().audit_table) == []
    assert_problem(cloud.get("/me/", email), 403, "forbidden")
    listed = cloud.get("/assets/", admin).json["items"]
    assert {one["uploaded_by"]["email"] for one in listed} == {people.ERASED, acme.email("joann")}
    cloud.run("dispatch_records")
    assert verification.verify(acme.id, clock.now()).is_intact
    again = people.erase(acme.id, email, clock.now())
    assert (again.changed, again.deleted) == (0, 0)


def test_the_last_admin_is_not_erased(cloud: Cloud, team: Team) -> None:
    tenant = team("admin", "viewer")
    before = items()
    with pytest.raises(LastAdmin):
        people.erase(tenant.id, tenant.email("admin"), clock.now())
    assert items() == before
