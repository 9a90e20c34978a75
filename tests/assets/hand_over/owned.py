"""A member who owns something of everything, and what the tests of handing it over share."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.core import clock
from tests.assets.stages import asset
from tests.cloud import Cloud, Tenant
from tests.shared import Team

STEP = {
    "id": "both",
    "name": "Both",
    "requires_all": True,
    "approvers": {"type": "roles", "roles": ["Legal Team"]},
}


@pytest.fixture
def acme(team: Team) -> Tenant:
    return team("admin", "leaver=contributor,Legal Team", "heir=contributor", "other=contributor")


def hand_over(cloud: Cloud, tenant: Tenant, giver: str = "leaver", to: str = "heir") -> Any:
    path = f"/members/{tenant.members[giver]}/hand_over/"
    answer = cloud.post(path, tenant.email("admin"), {"to": tenant.email(to)})
    assert answer.status == 202, answer.content
    return job(cloud, tenant, answer.json["job_id"])


def job(cloud: Cloud, tenant: Tenant, job_id: str) -> Any:
    answer = cloud.get(f"/processing/{job_id}/status/", tenant.email("admin"))
    assert answer.status == 200, answer.content
    return answer.json


def owner(cloud: Cloud, tenant: Tenant, asset_id: str) -> str:
    shown = cloud.get(f"/assets/{asset_id}/", tenant.email("admin")).json
    return str(shown["uploaded_by"]["email"]).partition("@")[0]


@pytest.fixture
def owned(cloud: Cloud, acme: Tenant) -> dict[str, str]:
    """What the leaver owns, with a thing of somebody else's beside it."""
    leaver, admin = acme.email("leaver"), acme.email("admin")
    published, planned, trashed = (
        asset(cloud, acme.id, leaver, stage) for stage in ("approved!", "approved", "approved!")
    )
    theirs = asset(cloud, acme.id, acme.email("other"), "approved!")
    tomorrow = clock.timestamp(clock.now() + timedelta(days=1))
    path = f"/assets/{planned}/versions/1/publish/"
    assert cloud.post(path, leaver, {"at": tomorrow}).status == 200
    assert cloud.call("DELETE", f"/assets/{trashed}/", leaver).status == 204
    link = cloud.post(f"/assets/{published}/share/", leaver, {"share_type": "public"}).json
    template = cloud.post("/workflow_templates/", admin, {"name": "T", "steps": [STEP]}).json["id"]
    reviewed = {"asset_id": theirs, "template_id": template}
    review = cloud.post("/workflows/", admin, reviewed).json["id"]
    return {
        "published": published,
        "planned": planned,
        "trashed": trashed,
        "theirs": theirs,
        "link": link["share_link"]["uuid"],
        "review": review,
        "template": template,
    }
