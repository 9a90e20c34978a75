"""The owner of a saved search is told of what they see alone, as long as the search is there."""

from datetime import timedelta
from typing import Any

from chalicelib.core import clock
from chalicelib.core.outbox import SYSTEM, Subject
from chalicelib.core.records import Record
from chalicelib.notifications import matches, visibility
from chalicelib.notifications.models import Notification, person_key
from chalicelib.tenants.models import Member, member_key
from tests.assets.stages import asset
from tests.cloud import Cloud, Tenant
from tests.shared import Team


def record_of(tenant: Tenant, search_id: str, asset_ids: list[str], count: int) -> Record:
    return Record(
        id=clock.new_id(clock.now()),
        tenant_id=tenant.id,
        at=clock.timestamp(clock.now()),
        actor=SYSTEM,
        action="saved_search.matched",
        subject=Subject("saved_search", search_id),
        new={"count": count, "asset_ids": asset_ids},
    )


def test_only_what_is_seen_is_told_and_counted(cloud: Cloud, team: Team) -> None:
    tenant = team("admin", "viewer")
    admin, viewer = tenant.email("admin"), tenant.email("viewer")
    seen = asset(cloud, tenant.id, admin, "approved!", title="Seen")
    hidden = asset(cloud, tenant.id, admin, "approved", title="Hidden")
    body: dict[str, Any] = {"name": "S", "query": {"kind": "image"}, "notify": True}
    search = cloud.post("/searches/", viewer, body).json["id"]

    def told(asset_ids: list[str], count: int) -> tuple[str, str] | None:
        found = matches.of(record_of(tenant, search, asset_ids, count), clock.now())
        if found is None:
            return None
        assert found[0] == tenant.members["viewer"]
        return found[1].title, found[1].asset_id

    assert told([seen, hidden], 2) == ("New in “S”: “Seen”", seen)
    assert told([hidden], 1) is None
    assert told([seen, hidden], 1200) == ("New in “S”: 1,199 assets", "")
    one = Notification(
        person_key(tenant.id, tenant.members["viewer"]),
        "NOTIFICATION#1",
        kind="saved_search",
        title="New",
        text="",
        link="",
        asset_id="",
        search_id=search,
        at=clock.timestamp(clock.now()),
        mail="digest",
        ttl=int((clock.now() + timedelta(days=1)).timestamp()),
    )
    member = Member.get(tenant.id, member_key(tenant.members["viewer"]))
    assert visibility.may_know(one, member, clock.now())
    assert cloud.call("PATCH", f"/searches/{search}/", viewer, {"notify": False}).status == 200
    assert told([seen], 1) is None
    assert not visibility.may_know(one, member, clock.now())
    assert cloud.call("DELETE", f"/searches/{search}/", viewer).status == 204
    assert told([seen], 1) is None
    assert not visibility.may_know(one, member, clock.now())
