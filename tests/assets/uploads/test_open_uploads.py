"""Open uploads: listed for their member, and bounded."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.assets.models import asset_key
from chalicelib.assets.upload_models import Upload
from chalicelib.assets.uploads import open_uploads
from chalicelib.core import clock
from chalicelib.core import settings as settings_module
from chalicelib.core.api.identity import Actor
from chalicelib.processing import sweeper
from tests.assets.stages import DESCRIBED, SHA256, asset, reserve
from tests.cloud import Cloud, Tenant
from tests.shared import Team, assert_problem


@pytest.fixture
def acme(team: Team) -> Tenant:
    return team("admin", "contributor")


@pytest.fixture
def at_most_three(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("REEF_MAX_OPEN_UPLOADS", "3")
    settings_module.settings.cache_clear()
    yield
    monkeypatch.undo()
    settings_module.settings.cache_clear()


def listed(cloud: Cloud, email: str, query: str = "") -> list[str]:
    answer = cloud.get(f"/uploads/?{query}", email)
    assert answer.status == 200, answer.content
    return [one["upload_id"] for one in answer.json["items"]]


def upload_id(reserved: dict[str, Any]) -> str:
    return str(reserved["upload"]["upload_id"])


def test_members_list_their_own_open_uploads_the_next_to_expire_first(
    cloud: Cloud, acme: Tenant
) -> None:
    mine, other = acme.email("contributor"), acme.email("admin")
    parts = reserve(cloud, mine, multipart=True, size_bytes=20_000_000)
    post = reserve(cloud, mine, title="Summer")
    theirs = reserve(cloud, other)
    items = cloud.get("/uploads/", mine).json["items"]
    stored = Upload.get(asset_key(acme.id, upload_id(post)), "UPLOAD")
    assert items[0] == {
        "upload_id": upload_id(post),
        "asset_id": post["asset"]["id"],
        "version": 1,
        "filename": "photo.jpg",
        "content_type": "image/jpeg",
        "size_bytes": 40,
        "method": "POST",
        "part_size_bytes": None,
        "part_count": None,
        "created_at": stored.created_at,
        "expires_at": post["upload"]["expires_at"],
    }
    assert (items[1]["upload_id"], items[1]["method"]) == (upload_id(parts), "MULTIPART")
    assert (items[1]["part_size_bytes"], items[1]["part_count"]) == (8 * 1024 * 1024, 3)
    assert len(items) == 2
    assert listed(cloud, other) == [upload_id(theirs)]


def test_pages_hold_each_upload_once(cloud: Cloud, acme: Tenant) -> None:
    mine = acme.email("contributor")
    made = [upload_id(reserve(cloud, mine)) for _ in range(5)]
    found: list[str] = []
    cursor = ""
    while True:
        page = cloud.get(f"/uploads/?limit=2{cursor}", mine).json
        found += [one["upload_id"] for one in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert found == made
    first = cloud.get("/uploads/?limit=2", mine).json["next_cursor"]
    answer = cloud.get(f"/uploads/?cursor={first}", acme.email("admin"))
    assert_problem(answer, 400, "invalid_cursor")


def test_an_upload_is_open_until_its_bytes_come_it_is_aborted_or_expires(
    cloud: Cloud, acme: Tenant
) -> None:
    mine = acme.email("contributor")
    sent, aborted, left = (reserve(cloud, mine) for _ in range(3))
    cloud.put(sent["upload"], b"x" * 40)
    cloud.run("route_upload")
    assert cloud.call("DELETE", f"/uploads/{upload_id(aborted)}/", mine).status == 204
    assert listed(cloud, mine) == [upload_id(left)]
    actor = Actor(acme.id, acme.members["contributor"], mine, frozenset({"contributor"}))
    later = clock.now() + timedelta(hours=1, seconds=1)
    assert open_uploads.page(actor, 50, None, later) == ([], None)
    sweeper.sweep(clock.now() + timedelta(days=1))
    assert listed(cloud, mine) == []


def test_a_version_counts_and_what_sends_no_bytes_does_not(
    cloud: Cloud, acme: Tenant, at_most_three: None
) -> None:
    admin = acme.email("admin")
    there = asset(cloud, acme.id, admin, "approved!", sha256=SHA256)
    asset(cloud, acme.id, admin, "approved!", sha256=SHA256)
    for stored in Upload.by_owner.query(f"{acme.id}#{acme.members['admin']}"):
        Upload.get(stored.pk, stored.sk).update(actions=open_uploads.closing())
    for _ in range(3):
        answer = cloud.post(f"/assets/{there}/upload_version/", admin, DESCRIBED)
        assert answer.status == 201
    refused = cloud.post(f"/assets/{there}/upload_version/", admin, DESCRIBED)
    assert_problem(refused, 429, "too_many_requests")
    linked = DESCRIBED | {"sha256": SHA256, "link_existing": True}
    assert cloud.post("/assets/upload/", admin, linked).json["upload"] is None


def test_one_more_than_the_most_is_too_many_until_one_is_over(
    cloud: Cloud, acme: Tenant, at_most_three: None
) -> None:
    mine = acme.email("contributor")
    made = [reserve(cloud, mine) for _ in range(3)]
    before = cloud.get("/tenant/", mine).json["usage"]
    answer = cloud.post("/assets/upload/", mine, DESCRIBED)
    assert_problem(answer, 429, "too_many_requests")
    assert int(answer.headers["Retry-After"]) > 0
    assert cloud.get("/tenant/", mine).json["usage"] == before
    reserve(cloud, acme.email("admin"))  # somebody else's are theirs
    cloud.put(made[0]["upload"], b"x" * 40)
    cloud.run("route_upload")
    reserve(cloud, mine)
    assert_problem(cloud.post("/assets/upload/", mine, DESCRIBED), 429, "too_many_requests")
    cloud.call("DELETE", f"/uploads/{upload_id(made[1])}/", mine)
    reserve(cloud, mine)


def test_by_default_a_member_has_a_thousand() -> None:
    assert settings_module.parse({}).max_open_uploads == 1000
