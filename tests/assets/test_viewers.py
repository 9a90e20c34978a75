"""What those learn who see published versions alone: nothing of what is hidden from them."""

from typing import Any

import pytest

from tests.assets.shelf import Shelf, sha256

STEP = {"id": "secret-step", "name": "A", "approvers": {"type": "roles", "roles": ["moderator"]}}


def publishing(shelf: Shelf, wanted: bool) -> None:
    body = {"settings": {"AUTO_PUBLISH": wanted}}
    assert shelf.call("PATCH", "/tenant/", body).status == 200


def edit(shelf: Shelf, asset_id: str, **said: Any) -> None:
    assert shelf.call("PATCH", f"/assets/{asset_id}/", said).status == 200


def pages(shelf: Shelf, path: str, role: str, limit: int = 1) -> list[int]:
    """Read a list to its end; gives how much each page held."""
    sizes, cursor = [], ""
    while True:
        page = shelf.get(f"{path}limit={limit}{cursor}", role).json
        sizes.append(len(page["items"]))
        if page["next_cursor"] is None:
            return sizes
        cursor = f"&cursor={page['next_cursor']}"


@pytest.fixture
def reviewed(shelf: Shelf) -> str:
    """An asset that was edited twice before it was published, by hand, and once since."""
    publishing(shelf, False)
    asset_id = shelf.add(title="Codename Alpha")
    edit(shelf, asset_id, description="Not to be known")
    edit(shelf, asset_id, title="Summer", description="Published")
    assert shelf.act(asset_id, 1, "publish").status == 200
    edit(shelf, asset_id, description="Known")
    return asset_id


def test_the_history_of_what_is_said_begins_with_the_first_publication(
    shelf: Shelf, reviewed: str
) -> None:
    path = f"/metadata/{reviewed}/history/"
    answer = shelf.get(path, "viewer")
    assert not any(word in answer.content.decode() for word in ("Alpha", "Not to be known"))
    assert [one["revision"] for one in answer.json["items"]] == [2]
    assert [one["revision"] for one in shelf.get(path).json["items"]] == [4, 3, 2, 1]
    assert sum(pages(shelf, f"{path}?", "viewer")) == 1


def test_tags_of_what_is_said_count_no_earlier_edits(shelf: Shelf, reviewed: str) -> None:
    seen = shelf.get(f"/assets/{reviewed}/", "viewer").headers["ETag"]
    assert seen == shelf.get(f"/metadata/{reviewed}/", "viewer").headers["ETag"] == '"p2"'
    known = {"if-none-match": seen}
    assert shelf.get(f"/metadata/{reviewed}/", "viewer", headers=known).status == 304
    edit(shelf, reviewed, title="Autumn")
    assert shelf.get(f"/metadata/{reviewed}/", "viewer", headers=known).status == 200


def test_the_time_of_change_moves_only_with_what_is_seen(shelf: Shelf, reviewed: str) -> None:
    before = shelf.shown(reviewed, "viewer")["updated_at"]
    shelf.version(reviewed, b"hidden")
    shelf.post(f"/assets/{reviewed}/branches/", {"name": "winter", "from_version": 1})
    shelf.version(reviewed, b"snow", branch="winter")
    assert shelf.shown(reviewed)["updated_at"] > before
    assert shelf.shown(reviewed, "viewer")["updated_at"] == before
    listed = shelf.get("/assets/", "viewer").json["items"]
    assert [one["updated_at"] for one in listed] == [before]
    edit(shelf, reviewed, title="Autumn")
    edited = shelf.shown(reviewed, "viewer")["updated_at"]
    assert edited > before
    assert shelf.act(reviewed, 2, "publish").status == 200
    assert shelf.shown(reviewed, "viewer")["updated_at"] > edited


def test_a_version_names_no_hidden_one_it_came_from(shelf: Shelf, reviewed: str) -> None:
    shelf.version(reviewed, b"hidden")
    shelf.version(reviewed, b"shown")
    assert shelf.act(reviewed, 3, "publish").status == 200
    (version,) = shelf.versions(reviewed, "viewer")
    assert (version["number"], version["parent"]) == (3, None)
    assert shelf.versions(reviewed)[0]["parent"] == 2


def test_no_page_counts_hidden_assets(shelf: Shelf) -> None:
    publishing(shelf, False)
    for number in range(7):
        shelf.pipeline.reserve(b"hidden", "admin", title=f"Hidden {number}")
    shown = shelf.add(b"shown")
    assert shelf.act(shown, 1, "publish").status == 200
    for number in range(7):
        shelf.pipeline.reserve(b"later", "admin", title=f"Later {number}")
    for order in ("asc", "desc"):
        assert pages(shelf, f"/assets/?order={order}&", "viewer") == [1]
        assert pages(shelf, f"/assets/?order={order}&", "viewer", 5) == [1]
    assert pages(shelf, "/assets/?", "admin", 5) == [5, 5, 5]


def test_no_page_counts_hidden_reviews_and_no_refusal_tells_of_them(shelf: Shelf) -> None:
    asset_id = shelf.add()
    assert shelf.post("/workflow_templates/", {"name": "T", "steps": [STEP]}).status == 201
    for number in range(4):
        shelf.version(asset_id, f"reviewed {number}".encode())
    assert pages(shelf, f"/workflows/?asset_id={asset_id}&", "viewer") == [0]
    assert pages(shelf, "/workflows/?", "viewer") == [0]
    reviews = shelf.get(f"/workflows/?asset_id={asset_id}").json["items"]
    assert len(reviews) == 4
    for review in reviews:  # live, or cancelled by the version after
        path = f"/workflows/{review['id']}"
        bodies: list[dict[str, Any]] = [
            {"decision": "approve", "step_id": step} for step in ("x", "secret-step")
        ]
        for body in ({"decision": "approve"}, *bodies):
            answer = shelf.post(f"{path}/approve/", body, "viewer")
            shelf.assert_refused(answer, 403, "not_an_approver")
            assert "secret-step" not in answer.content.decode()
        for to in ("nobody@x.test", shelf.pipeline.who("editor")):
            answer = shelf.post(f"{path}/delegate/", {"to": to}, "viewer")
            shelf.assert_refused(answer, 403, "not_an_approver")


def test_same_bytes_tell_of_no_hidden_asset(shelf: Shelf) -> None:
    publishing(shelf, False)
    shelf.add(b"a guess")  # the admin's, not published
    mine = shelf.add(b"a guess", "contributor", sha256=sha256(b"a guess"))
    assert shelf.versions(mine, "contributor")[0]["deduplicated"] is False
    assert shelf.versions(mine)[0]["deduplicated"] is True
    assert shelf.act(mine, 1, "publish").status == 200
    assert shelf.versions(mine, "viewer")[0]["deduplicated"] is False
    again = shelf.add(b"a guess", "contributor")
    assert shelf.versions(again, "contributor")[0]["deduplicated"] is True


def test_a_hidden_job_answers_as_one_that_does_not_exist(shelf: Shelf, reviewed: str) -> None:
    hidden = shelf.reserve(reviewed, b"hidden").json["job"]["id"]
    nowhere = shelf.get(f"/processing/{reviewed[:-1]}x/status/", "viewer").json
    told = shelf.get(f"/processing/{hidden}/status/", "viewer").json
    assert told | {"request_id": ""} == nowhere | {"request_id": ""}
    assert told["status"] == 404
