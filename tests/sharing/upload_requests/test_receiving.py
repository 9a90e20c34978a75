"""Guests send files by a page: within limits, scanned and reviewed like everything else."""

from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest

from chalicelib.assets.models import GUEST, AssetMetadata, AssetVersion, asset_key, version_key
from chalicelib.core import clock
from chalicelib.core.outbox import SYSTEM
from chalicelib.core.settings import settings
from chalicelib.core.tables import find
from chalicelib.processing import sweeper
from chalicelib.sharing.upload_requests import receiving, requests
from chalicelib.sharing.upload_requests.shapes import GuestFile
from chalicelib.tenants import members
from tests.assets.stages import DESCRIBED
from tests.cloud import Answer, Cloud, Tenant
from tests.shared import assert_problem, audit, cloud, items

__all__ = ["cloud"]

STAFF = ("admin", "editor", "contributor", "other=contributor", "viewer", "moderator")


class Counter:
    """A tenant that asks people without an account for files."""

    def __init__(self, cloud: Cloud, tenant: Tenant) -> None:
        self.cloud, self.tenant = cloud, tenant

    def email(self, who: str) -> str:
        return self.tenant.email(who)

    def ask(self, who: str = "contributor", **more: Any) -> Any:
        answer = self.cloud.post("/upload_requests/", self.email(who), {"title": "Photos"} | more)
        assert answer.status == 201, answer.content
        return answer.json

    def path(self, made: dict[str, Any]) -> str:
        path: str = made["url"].removeprefix("http://127.0.0.1:8000")
        assert path.startswith("/request/")
        return path

    def page(self, made: dict[str, Any]) -> Answer:
        return self.cloud.fetch("GET", self.path(made))

    def announce(self, made: dict[str, Any], **more: Any) -> Answer:
        return self.cloud.fetch("POST", self.path(made), None, DESCRIBED | more)

    def listed(self, who: str) -> list[Any]:
        answer = self.cloud.get("/upload_requests/?limit=200", self.email(who))
        found: list[Any] = answer.json["items"]
        return found

    def newest(self) -> AssetMetadata:
        (asset_id,) = [
            one["id"]
            for one in self.cloud.get("/assets/?limit=1", self.email("admin")).json["items"]
        ]
        found = find(AssetMetadata, asset_key(self.tenant.id, asset_id), "ASSET")
        assert found is not None
        return found


@pytest.fixture(scope="module")
def counter(cloud: Cloud) -> Counter:
    return Counter(cloud, cloud.tenant("acme", *STAFF))


def test_a_request_is_made_listed_and_ended_by_its_owner(counter: Counter) -> None:
    wanted = {
        "note": "Two photos, please.",
        "expires_in_hours": 0.5,
        "max_files": 2,
        "max_bytes": 1000,
        "category": "/guests/",
        "tags": ["guest", "Guest"],
    }
    made = counter.ask(**wanted)
    assert made["tags"] == ["guest"]
    assert made["category"] == "guests"
    assert (made["files"], made["total_bytes"], made["is_active"]) == (0, 0, True)
    assert made["created_by"]["email"] == counter.email("contributor")
    lasts = datetime.fromisoformat(made["expires_at"]) - datetime.fromisoformat(made["created_at"])
    assert lasts == timedelta(minutes=30)
    assert made in counter.listed("contributor")
    assert made in counter.listed("admin")
    assert made not in counter.listed("editor")
    path = f"/upload_requests/{made['id']}/"
    for who in ("editor", "other"):
        assert_problem(counter.cloud.call("DELETE", path, counter.email(who)), 404, "not_found")
    for who in ("viewer", "moderator"):
        refused = counter.cloud.post("/upload_requests/", counter.email(who), {"title": "A"})
        assert_problem(refused, 403, "forbidden")
    assert counter.cloud.call("DELETE", path, counter.email("contributor")).status == 204
    again = counter.cloud.call("DELETE", path, counter.email("contributor"))
    assert_problem(again, 404, "not_found")
    assert_problem(counter.announce(made), 410, "upload_request_ended")
    assert counter.page(made).status == 410
    trail = audit(counter.cloud, counter.email("admin"), f"&subject={made['id']}")
    deeds = [entry["action"] for entry in trail]
    assert deeds == ["upload_request.ended", "upload_request.created"]
    assert made["url"].split("/")[-2] not in str(trail)


def test_what_a_guest_sends_belongs_to_who_asked_and_is_trusted_by_nobody(
    counter: Counter,
) -> None:
    made = counter.ask(category="guests", tags=["guest"])
    answer = counter.announce(made, comment=" From Ann ", sha256="5E" * 32)
    assert answer.status == 201, answer.content
    upload = answer.json["upload"]
    assert (upload["method"], answer.json["files_left"]) == ("POST", 19)
    assert answer.json["bytes_left"] == made["max_bytes"] - DESCRIBED["size_bytes"]
    assert upload["fields"]["key"].startswith(counter.tenant.id)
    asset = counter.newest()
    assert (asset.uploaded_by.email, asset.category) == (counter.email("contributor"), "guests")
    assert asset.tags == ["guest"]
    version = find(AssetVersion, asset.pk, version_key(1))
    assert version is not None
    assert (version.uploader, version.change_description) == (GUEST, "From Ann")
    assert version.wants_workflow
    shown = counter.cloud.get(f"/assets/{asset.asset_id}/", counter.email("contributor"))
    assert (shown.status, shown.json["status"]) == (200, "uploading")
    hidden = counter.cloud.get(f"/assets/{asset.asset_id}/", counter.email("other"))
    assert_problem(hidden, 404, "not_found")
    (created,) = audit(counter.cloud, counter.email("admin"), f"&subject={asset.asset_id}")
    assert created["actor"]["id"] == "guest"
    assert created["new"]["upload_request_id"] == made["id"]


def test_large_files_are_one_form_too(counter: Counter) -> None:
    settings = {"settings": {"MAX_FILE_SIZE": 2_000_000_000}}
    admin = counter.email("admin")
    assert counter.cloud.call("PATCH", "/tenant/", admin, settings).status == 200
    made = counter.ask(max_bytes=1_500_000_000)
    assert counter.announce(made, size_bytes=1_400_000_000).json["upload"]["method"] == "POST"
    refused = counter.announce(made, size_bytes=100_000_001)
    assert "100000000 can still be sent" in assert_problem(refused, 413, "file_too_large")["detail"]


def test_it_takes_as_many_files_and_bytes_as_it_says(counter: Counter) -> None:
    made = counter.ask(max_files=2, max_bytes=100)
    for size, status in ((101, 413), (60, 201), (41, 413), (40, 201)):
        assert counter.announce(made, size_bytes=size).status == status
    assert_problem(counter.announce(made, size_bytes=0), 410, "upload_request_used_up")
    page = counter.page(made)
    assert (page.status, b"As many files have come" in page.content) == (410, True)
    (listed,) = [one for one in counter.listed("contributor") if one["id"] == made["id"]]
    assert (listed["files"], listed["total_bytes"], listed["is_active"]) == (2, 100, False)


def test_refused_files_count_nowhere(counter: Counter) -> None:
    made = counter.ask(max_files=1)
    usage = counter.cloud.get("/tenant/", counter.email("admin")).json["usage"]
    for more, status in (
        ({"content_type": "application/x-msdownload"}, 415),
        ({"filename": "\u200b"}, 422),
        ({"filename": ""}, 422),
        ({"size_bytes": -1}, 422),
        ({"size_bytes": 2**40}, 413),
        ({"sha256": "x"}, 422),
        ({"comment": "\0"}, 422),
        ({"create_workflow": False}, 422),
        ({"category": "mine"}, 422),
    ):
        assert counter.announce(made, **more).status == status
    assert counter.cloud.get("/tenant/", counter.email("admin")).json["usage"] == usage
    assert counter.announce(made).status == 201


def test_another_who_is_faster_takes_the_last_place(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = counter.ask(max_files=1)
    plain, usage = receiving.creation.reserve, "/tenant/"
    before = counter.cloud.get(usage, counter.email("admin")).json["usage"]["assets"]

    def overtaken(*asked: Any, **more: Any) -> Any:
        with monkeypatch.context() as patch:
            patch.setattr(receiving.creation, "reserve", plain)
            assert counter.announce(made).status == 201
        return plain(*asked, **more)

    with monkeypatch.context() as patch:
        patch.setattr(receiving.creation, "reserve", overtaken)
        assert_problem(counter.announce(made), 410, "upload_request_used_up")
    after = counter.cloud.get(usage, counter.email("admin")).json["usage"]["assets"]
    assert after == before + 1
    assert not any("reservations" in item for item in items()["reef-tenants"])


def test_it_ends_by_time_and_with_its_owners_right_to_upload(counter: Counter) -> None:
    made = counter.ask()
    token, file = made["url"].split("/")[-2], GuestFile(**DESCRIBED)
    later = datetime.fromisoformat(made["expires_at"])
    with pytest.raises(receiving.UploadRequestExpired):
        receiving.receive(token, file, later)
    assert receiving.look_up(token, later - timedelta(seconds=1))
    (link,) = [
        one
        for one in requests.page(
            receiving.Actor(counter.tenant.id, "x", "", frozenset({"admin"})), 50, None
        )[0]
        if one.id == made["id"]
    ]
    assert not requests.shown(link, later).is_active
    owner = members.get(counter.tenant.id, counter.tenant.members["contributor"])
    members.alter(owner, SYSTEM, clock.now(), is_active=False)
    assert_problem(counter.announce(made), 410, "upload_request_ended")
    assert counter.page(made).status == 410
    owner = members.get(counter.tenant.id, counter.tenant.members["contributor"])
    members.alter(owner, SYSTEM, clock.now(), is_active=True)
    assert counter.announce(made).status == 201


def test_the_page_says_what_is_asked_for_and_runs_its_own_script_alone(counter: Counter) -> None:
    made = counter.ask(title="<Photos> & more", note="Line one\nline two", max_files=3)
    page = counter.page(made)
    text = page.content.decode()
    assert (page.status, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "&lt;Photos&gt; &amp; more" in text
    assert "Up to 3 files, 1.1 GB together" in text
    assert '"received": "Received. Thank you!"' in unescape(text)
    policy = page.headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    bucket = f"http://127.0.0.1:8001/{settings().uploads_bucket}"
    assert f"connect-src 'self' {bucket} {bucket}/;" in policy
    assert "frame-ancestors 'none'" in policy
    assert page.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("token", ["x", "%00", "x" * 3000, "..%2f", "%F0%9F%90%9A"])
def test_an_address_that_never_was_leads_nowhere(counter: Counter, token: str) -> None:
    assert counter.cloud.fetch("GET", f"/request/{token}/").status == 404
    answer = counter.cloud.fetch("POST", f"/request/{token}/", None, DESCRIBED)
    assert_problem(answer, 404, "not_found")


@pytest.mark.parametrize(
    "more",
    [
        {"title": ""},
        {"title": "a\nb"},
        {"title": "x" * 201},
        {"note": "x" * 2001},
        {"note": "\0"},
        {"expires_in_hours": 0},
        {"expires_in_hours": 8761},
        {"expires_in_hours": "1"},
        {"max_files": 0},
        {"max_files": 1001},
        {"max_bytes": 0},
        {"max_bytes": 1.5},
        {"category": "/"},
        {"tags": ["x"] * 201},
        {"max_file": 1},
    ],
)
def test_terms_are_checked(counter: Counter, more: dict[str, Any]) -> None:
    answer = counter.cloud.post("/upload_requests/", counter.email("editor"), {"title": "T"} | more)
    assert_problem(answer, 422, "invalid")


def test_the_same_request_sent_again_makes_one(counter: Counter) -> None:
    key, body = {"idempotency-key": "k"}, {"title": "Once"}
    answers = [
        counter.cloud.post("/upload_requests/", counter.email("editor"), body, headers=key)
        for _ in range(2)
    ]
    assert answers[0].json == answers[1].json
    assert len([one for one in counter.listed("editor") if one["title"] == "Once"]) == 1


def test_a_tenant_has_so_many(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "MOST_REQUESTS", 1)
    if not counter.listed("admin"):
        counter.ask("admin")
    refused = counter.cloud.post("/upload_requests/", counter.email("admin"), {"title": "T"})
    assert_problem(refused, 422, "invalid")


def test_a_file_that_never_came_gives_its_place_back(counter: Counter) -> None:
    made, ended = counter.ask(max_files=1, max_bytes=40), counter.ask(max_files=1)
    assert (counter.announce(made).status, counter.announce(ended).status) == (201, 201)
    assert_problem(counter.announce(made), 410, "upload_request_used_up")
    path = f"/upload_requests/{ended['id']}/"
    assert counter.cloud.call("DELETE", path, counter.email("contributor")).status == 204
    for _ in range(2):
        sweeper.sweep(clock.now() + timedelta(hours=2))
    (listed,) = [one for one in counter.listed("contributor") if one["id"] == made["id"]]
    assert (listed["files"], listed["total_bytes"], listed["is_active"]) == (0, 0, True)
    assert counter.announce(made).status == 201
    assert ended["id"] not in {one["id"] for one in counter.listed("contributor")}


def test_a_category_that_moves_takes_upload_requests_along(counter: Counter) -> None:
    kept = {path: counter.ask(category=path)["id"] for path in ("fair/photos", "fair", "fairs")}
    body = {"from": "fair", "to": "events/fair"}
    moved = counter.cloud.post("/categories/move/", counter.email("editor"), body)
    assert moved.status == 200, moved.content
    now = {one["id"]: one["category"] for one in counter.listed("contributor")}
    assert [now[kept[path]] for path in kept] == ["events/fair/photos", "events/fair", "fairs"]
    trail = audit(counter.cloud, counter.email("admin"), f"&subject={kept['fair']}")
    assert [entry["action"] for entry in trail] == [
        "upload_request.changed", "upload_request.created"
    ]  # fmt: skip
