"""Shares as visitors meet them: opened, locked, over, downloaded."""

from pathlib import Path

import pytest

from chalicelib.core.settings import settings
from tests.crashes import Faults
from tests.media_files import image_file
from tests.sharing.counter import Counter


def test_a_public_link_opens_for_whoever_has_it(counter: Counter) -> None:
    uuid = counter.link(title="Autumn menu", description="For all", max_downloads=3)
    opened = counter.visit(uuid)
    assert opened.status == 200
    assert opened.json == {
        "title": "Autumn menu",
        "description": "For all",
        "kind": "document",
        "content_type": "text/plain",
        "size_bytes": 6,
        "preview_url": None,
        "pages": [],
        "allow_download": True,
        "allow_preview": True,
        "allow_comments": False,
        "expires_at": opened.json["expires_at"],
        "downloads_left": 3,
    }


def test_a_download_is_a_signed_url_and_is_counted(counter: Counter) -> None:
    uuid = counter.link(max_downloads=2)
    taken = counter.download(uuid)
    assert taken.status == 200
    assert taken.json["url"].startswith(settings().media_url + "/originals/")
    assert counter.download(uuid).status == 200
    counter.assert_refused(counter.download(uuid), 410, "download_limit_reached")
    assert counter.visit(uuid).json["downloads_left"] == 0
    (link,) = counter.shelf.get("/shares/").json["items"]
    assert (link["download_count"], link["is_active"]) == (2, True)
    assert counter.change(uuid, max_downloads=3).status == 200
    assert counter.download(uuid).status == 200


def test_the_last_download_is_recorded_once_each_time_it_is_reached(counter: Counter) -> None:
    uuid = counter.link(max_downloads=2)

    def used_up() -> list[int]:
        trail = counter.shelf.get("/audit/?action=share.used_up").json["items"]
        return [item["new"]["download_count"] for item in trail]

    for left in (1, 0, 0):
        counter.download(uuid)
        assert counter.visit(uuid).json["downloads_left"] == left
        assert used_up() == ([2] if left == 0 else [])
    counter.change(uuid, max_downloads=3)
    counter.download(uuid)
    assert used_up() == [3, 2]
    counter.change(uuid, max_downloads=None)
    assert counter.download(uuid).status == 200
    assert used_up() == [3, 2]
    once = counter.link(max_downloads=1)
    assert counter.download(once).status == 200
    counter.assert_refused(counter.download(once), 410, "download_limit_reached")
    assert used_up() == [1, 3, 2]


def test_a_link_without_downloads_or_previews_gives_none(counter: Counter, tmp_path: Path) -> None:
    data = Path(image_file(tmp_path / "p.jpg")).read_bytes()
    asset_id = counter.asset(data, filename="p.jpg", content_type="image/jpeg",
                             generate_thumbnail=True)  # fmt: skip
    uuid = counter.link(asset_id, allow_download=False)
    counter.assert_refused(counter.download(uuid), 403, "download_not_allowed")
    assert "thumbnail-large" in counter.visit(uuid).json["preview_url"]
    assert counter.change(uuid, allow_preview=False).status == 200
    assert counter.visit(uuid).json["preview_url"] is None


def test_a_protected_link_reveals_nothing_until_it_is_unlocked(counter: Counter) -> None:
    uuid = counter.protected(title="Secret menu")
    for answer in (counter.visit(uuid), counter.download(uuid)):
        counter.assert_refused(answer, 401, "password_required")
        assert b"Secret" not in answer.content
    counter.assert_refused(counter.unlock(uuid, "open sesam"), 403, "wrong_password")
    token = counter.token(uuid)
    assert counter.visit(uuid, token=token).json["title"] == "Secret menu"
    assert counter.download(uuid, token=token).status == 200


@pytest.mark.parametrize("password", ["", " ", "x" * 10_000, "open sesame\0", "OPEN SESAME"])
def test_odd_passwords_are_wrong_ones(counter: Counter, password: str) -> None:
    uuid = counter.protected()
    counter.assert_refused(counter.unlock(uuid, password), 403, "wrong_password")


def test_tokens_of_others_or_of_before_unlock_nothing(counter: Counter) -> None:
    asset_id = counter.asset()
    one, two = counter.protected(asset_id), counter.protected(asset_id)
    token = counter.token(one)
    for forged in (token[:-2], token + "A", "A" * len(token), "x", counter.token(two)):
        answer = counter.visit(one, token=forged)
        counter.assert_refused(answer, 401, "password_required")
    assert counter.visit(one, token=token).status == 200
    assert counter.change(one, password="another one").status == 200
    counter.assert_refused(counter.visit(one, token=token), 401, "password_required")


def test_a_token_outlives_changes_that_lock_nothing(counter: Counter) -> None:
    uuid = counter.protected()
    token = counter.token(uuid)
    assert counter.change(uuid, title="Other").status == 200
    assert counter.visit(uuid, token=token).json["title"] == "Other"


def test_ten_attempts_are_free_and_then_each_waits_longer(counter: Counter) -> None:
    uuid = counter.protected()
    for _ in range(10):
        counter.assert_refused(counter.unlock(uuid, "wrong one"), 403, "wrong_password")
    refused = counter.unlock(uuid)
    counter.assert_refused(refused, 429, "too_many_attempts")
    assert int(refused.headers["Retry-After"]) == 1
    trail = counter.shelf.get("/audit/?action=share.unlock_refused").json["items"]
    assert len(trail) == 10


def test_a_private_link_opens_to_members_of_the_tenant_alone(counter: Counter) -> None:
    uuid = counter.link(share_type="private", emails=["guest@example.test"])
    counter.assert_refused(counter.visit(uuid), 401, "sign_in_required")
    assert counter.visit(uuid, email=counter.pipeline.who("viewer")).status == 200
    other = counter.pipeline.tenant("globex")
    foreign = counter.visit(uuid, email=other.email("admin"))
    counter.assert_refused(foreign, 401, "sign_in_required")


def test_what_is_over_says_what_became_of_it(counter: Counter) -> None:
    asset_id = counter.asset()
    uuid, pinned = counter.link(asset_id), counter.link(asset_id, version=1)
    never = "00000000-0000-4000-8000-000000000000"
    counter.assert_refused(counter.visit(never), 404, "not_found")
    assert counter.shelf.act(asset_id, 1, "unpublish").status == 200
    counter.assert_refused(counter.visit(uuid), 410, "asset_unavailable")
    counter.assert_refused(counter.download(uuid), 410, "asset_unavailable")
    assert counter.visit(pinned).status == 200
    counter.shelf.trash(asset_id)
    counter.assert_refused(counter.visit(pinned), 410, "asset_unavailable")


def test_a_share_serves_what_is_published_when_it_is_opened(counter: Counter) -> None:
    asset_id = counter.asset(b"first")
    uuid, pinned = counter.link(asset_id), counter.link(asset_id, version=1)
    counter.shelf.version(asset_id, b"second version")
    assert counter.visit(uuid).json["size_bytes"] == 14
    assert counter.visit(pinned).json["size_bytes"] == 5


def test_expired_links_say_so_and_can_be_extended(counter: Counter) -> None:
    uuid = counter.link(expires_in_hours=1e-9)
    answer = counter.visit(uuid)
    while answer.status == 200:
        answer = counter.visit(uuid)
    counter.assert_refused(answer, 410, "share_expired")
    counter.assert_refused(counter.download(uuid), 410, "share_expired")
    assert counter.change(uuid, expires_in_hours=1).json["is_active"] is True
    assert counter.visit(uuid).status == 200


def test_signed_in_strangers_open_public_links_too(counter: Counter) -> None:
    uuid = counter.link()
    other = counter.pipeline.tenant("globex")
    assert counter.visit(uuid, email=other.email("viewer")).status == 200


def test_views_and_downloads_are_counted_within_seconds(counter: Counter) -> None:
    uuid = counter.link()
    for _ in range(3):
        assert counter.visit(uuid, agent="Firefox").status == 200
    counter.visit(uuid, agent="Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)")
    counter.download(uuid)
    counter.cloud.run()
    (link,) = counter.shelf.get("/shares/").json["items"]
    assert (link["view_count"], link["download_count"]) == (3, 1)


def test_a_collection_is_shared_as_one(counter: Counter) -> None:
    one, two = counter.asset(b"one"), counter.asset(b"second")
    body = {"name": "Autumn", "description": "All of it", "asset_ids": [two, one]}
    made = counter.shelf.post("/collections/", body, "editor")
    answer = counter.ask({"collection_id": made.json["id"], "share_type": "public"})
    assert answer.status == 201, answer.content
    uuid = answer.json["share_link"]["uuid"]
    opened = counter.visit(uuid).json
    assert (opened["title"], opened["kind"], opened["size_bytes"]) == ("Autumn", "collection", 9)
    assert [item["asset_id"] for item in opened["assets"]] == [two, one]
    counter.assert_refused(counter.download(uuid), 404, "not_found")
    assert counter.download(uuid, body={"asset_id": two}).status == 200
    stranger = counter.asset(b"not in it")
    counter.assert_refused(counter.download(uuid, body={"asset_id": stranger}), 404, "not_found")
    counter.shelf.trash(two)
    assert [item["asset_id"] for item in counter.visit(uuid).json["assets"]] == [one]
    counter.shelf.trash(one)
    counter.assert_refused(counter.visit(uuid), 410, "asset_unavailable")


def test_opening_costs_two_reads_and_one_message(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    uuid = counter.link()
    counter.visit(uuid)  # makes the day's salt
    with Faults(monkeypatch).process() as made:
        assert counter.visit(uuid).status == 200
    assert made == ["dynamodb:GetItem", "dynamodb:BatchGetItem", "sqs:SendMessage"]


def test_analytics_and_the_audit_trail_tell_of_openings(counter: Counter) -> None:
    asset_id = counter.asset()
    uuid = counter.link(asset_id, title="Menu")
    counter.visit(
        uuid, agent="Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
    )
    counter.download(uuid)
    counter.cloud.run()
    told = counter.shelf.get(f"/shares/{uuid}/analytics/?days=1", "contributor").json
    assert (told["totals"]["views"], told["totals"]["downloads"]) == (1, 1)
    assert (told["totals"]["bytes"], told["by_source"]) == (6, {"api": 2})
    of_asset = counter.shelf.get(f"/assets/{asset_id}/analytics/").json["totals"]
    assert (of_asset["views"], of_asset["shares"]) == (1, 1)
    (top,) = counter.shelf.get("/analytics/").json["top_shares"]
    assert (top["uuid"], top["title"], top["views"]) == (uuid, "Menu", 1)
    trail = counter.shelf.get("/audit/?action=share.opened").json["items"]
    assert [item["actor"]["id"] for item in trail] == ["visitor"]
    headers = {"accept": "text/csv"}
    table = counter.shelf.get(f"/shares/{uuid}/analytics/", headers=headers)
    assert b"totals.views,,1" in table.content


def test_where_nothing_is_recorded_visits_are_counted_and_nothing_else(counter: Counter) -> None:
    counter.allow(record_visitors=False)
    uuid = counter.link()
    counter.visit(
        uuid, agent="Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
    )
    counter.visit(uuid, agent="Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)")
    counter.cloud.run()
    told = counter.shelf.get(f"/shares/{uuid}/analytics/").json
    assert (told["totals"]["views"], told["bots"]) == (1, 1)
    assert told["totals"]["unique_visitors"] == 0
    assert told["by_browser"] == told["by_device"] == told["by_country"] == {}
