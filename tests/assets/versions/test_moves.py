"""Versions: uploading them, listing them, and what else changes with them."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests import media_files
from tests.assets.shelf import QUICK, Shelf, sweep


def test_a_new_version_of_main_takes_over_once_it_is_approved(shelf: Shelf) -> None:
    asset_id = shelf.add(b"one")
    answer = shelf.reserve(asset_id, b"two!", change_description="New prices")
    assert (answer.status, answer.json["version"]) == (201, {"number": 2})
    assert answer.json["asset"]["id"] == asset_id
    assert shelf.served(asset_id) == 1
    assert shelf.shown(asset_id)["status"] == "uploading"
    shelf.cloud.put(answer.json["upload"], b"two!")
    shelf.cloud.run()
    assert shelf.served(asset_id) == 2
    newest, first = shelf.versions(asset_id)
    assert newest == newest | {
        "number": 2,
        "branch": "main",
        "parent": 1,
        "change_description": "New prices",
        "size_bytes": 4,
        "status": "approved",
        "published": True,
        "deduplicated": False,
    }
    assert newest["created_by"]["email"] == shelf.pipeline.who("admin")
    assert (first["number"], first["parent"], first["published"]) == (1, None, False)
    assert shelf.get(f"/assets/{asset_id}/versions/1/").json == first
    assert shelf.pipeline.usage() == (7, 1)


def test_what_a_version_says_of_the_asset_replaces_what_was_said(shelf: Shelf) -> None:
    asset_id = shelf.add(b"one", title="Menu", tags=["lunch"])
    shelf.version(asset_id, b"two", title="Supper", description="Evenings")
    shown = shelf.shown(asset_id)
    assert (shown["title"], shown["description"], shown["tags"]) == (
        "Supper",
        "Evenings",
        ["lunch"],
    )


def test_whoever_completes_an_upload_sees_no_more_than_they_may(shelf: Shelf) -> None:
    asset_id = shelf.add(b"one")
    settings = {"settings": {"AUTO_PUBLISH": False}}
    assert shelf.call("PATCH", "/tenant/", settings).status == 200
    reserved = shelf.reserve(asset_id, b"two", "editor").json
    shelf.cloud.put(reserved["upload"], b"two")
    shelf.cloud.run()
    path = f"/uploads/{reserved['upload']['upload_id']}/complete/"
    assert shelf.post(path, role="editor").json["current_version"] == 2
    editor = f"/members/{shelf.tenant.members['editor']}/"
    assert shelf.call("PATCH", editor, {"roles": ["contributor"]}).status == 200
    assert shelf.shown(asset_id, "editor")["current_version"] == 1
    assert shelf.post(path, role="editor").json["current_version"] == 1


def test_a_version_may_be_of_another_kind_and_the_diff_says_so(
    shelf: Shelf, tmp_path: Path
) -> None:
    asset_id = shelf.add(b"one")
    wav = {"content_type": "audio/wav", "filename": "jingle.wav"}
    data = Path(media_files.silent_wav(tmp_path / "jingle.wav")).read_bytes()
    assert shelf.version(asset_id, data, **wav) == 2
    shown = shelf.shown(asset_id)
    assert (shown["kind"], shown["status"]) == ("audio", "approved")
    content = shelf.get(f"/assets/{asset_id}/versions/1/diff/2/").json["content"]
    assert content["kind"] == {"old": "document", "new": "audio"}
    assert content["filename"] == {"old": "notes.txt", "new": "jingle.wav"}


def test_an_abandoned_version_fails_and_what_is_published_stays(shelf: Shelf) -> None:
    asset_id = shelf.add(b"one")
    shelf.reserve(asset_id, b"never sent")
    assert shelf.pipeline.usage() == (13, 1)
    sweep(timedelta(hours=2))
    sweep(timedelta(hours=3))
    newest = shelf.versions(asset_id)[0]
    assert (newest["status"], newest["status_reason"]) == ("failed", "upload_expired")
    assert shelf.served(asset_id) == 1
    assert shelf.pipeline.usage() == (3, 1)
    shelf.assert_refused(shelf.act(asset_id, 2, "rollback"), 409, "not_ready")
    shelf.assert_refused(shelf.act(asset_id, 2, "publish"), 409, "not_approved")


def test_an_infected_version_leaves_the_published_one_alone(shelf: Shelf) -> None:
    asset_id = shelf.add(b"one")
    shelf.version(asset_id, media_files.eicar())
    assert shelf.versions(asset_id)[0]["status"] == "quarantined"
    assert shelf.served(asset_id) == 1
    shelf.assert_refused(shelf.act(asset_id, 2, "rollback"), 409, "not_ready")
    shelf.assert_refused(shelf.get(f"/assets/{asset_id}/download/?version=2"), 403, "quarantined")


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"size_bytes": 10**12}, 413, "file_too_large"),
        ({"content_type": "application/x-msdownload"}, 415, "unsupported_media_type"),
        ({"branch": "nobody began it"}, 404, "not_found"),
        ({"branch": "b" * 500}, 422, "invalid"),
        ({"branch": ""}, 422, "invalid"),
        ({"brunch": "main"}, 422, "invalid"),
    ],
)
def test_a_version_that_cannot_be_is_refused_and_costs_nothing(
    shelf: Shelf, change: dict[str, object], status: int, code: str
) -> None:
    asset_id = shelf.add(b"one")
    shelf.assert_refused(shelf.reserve(asset_id, b"two", **change), status, code)
    assert shelf.pipeline.usage() == (3, 1)
    assert len(shelf.versions(asset_id)) == 1


def test_contributors_add_versions_to_their_own_assets_alone(shelf: Shelf) -> None:
    own, foreign = shelf.add(b"one", "contributor"), shelf.add(b"two")
    assert shelf.reserve(own, b"three", "contributor").status == 201
    shelf.assert_refused(shelf.reserve(foreign, b"three", "contributor"), 403, "forbidden")
    shelf.assert_refused(shelf.reserve(own, b"three", "moderator"), 403, "forbidden")
    assert shelf.reserve(own, b"four", "editor").status == 201


def test_another_tenants_versions_do_not_exist(shelf: Shelf) -> None:
    other = shelf.pipeline.tenant("globex")
    theirs = shelf.pipeline.process(b"theirs", "admin", other, **QUICK)["id"]
    for method, path in (
        ("GET", "versions/"),
        ("GET", "versions/1/"),
        ("DELETE", "versions/1/"),
        ("GET", "versions/1/diff/1/"),
        ("POST", "versions/1/publish/"),
        ("POST", "versions/1/unpublish/"),
        ("POST", "versions/1/rollback/"),
        ("GET", "branches/"),
        ("POST", "branches/"),
        ("POST", "branches/main/merge/"),
        ("POST", "upload_version/"),
        ("POST", "restore/"),
        ("GET", "usage/"),
        ("PATCH", ""),
        ("DELETE", ""),
        ("DELETE", "?purge=true"),
    ):
        answer = shelf.call(method, f"/assets/{theirs}/{path}", {})
        known = shelf.assert_refused(answer, 404, "not_found")
        made_up = theirs[:-4] + "0000"
        unknown = shelf.assert_refused(
            shelf.call(method, f"/assets/{made_up}/{path}", {}), 404, "not_found"
        )
        assert known | {"request_id": ""} == unknown | {"request_id": ""}
