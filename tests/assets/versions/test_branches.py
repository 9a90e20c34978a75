"""Branches, merging, rolling back."""

from typing import Any
from urllib.parse import quote

import pytest

from chalicelib.assets import catalog
from chalicelib.assets.versions import branches
from chalicelib.core import clock
from chalicelib.core.outbox import SYSTEM
from tests.assets.shelf import Shelf


def branch(shelf: Shelf, asset_id: str, name: str, number: int = 1) -> Any:
    return shelf.post(f"/assets/{asset_id}/branches/", {"name": name, "from_version": number})


def merge(shelf: Shelf, asset_id: str, name: str, body: Any = None) -> Any:
    return shelf.post(f"/assets/{asset_id}/branches/{quote(name, safe='')}/merge/", body)


def test_a_branch_grows_beside_main_and_is_merged_back(shelf: Shelf) -> None:
    asset_id = shelf.add(b"one")
    made = branch(shelf, asset_id, "winter")
    assert (made.status, made.json["head"], made.json["from_version"]) == (201, 1, 1)
    assert shelf.version(asset_id, b"snow", branch="winter") == 2
    assert shelf.version(asset_id, b"ice", branch="winter") == 3
    assert (shelf.served(asset_id), shelf.shown(asset_id)["current_version"]) == (1, 1)
    assert [v["parent"] for v in shelf.versions(asset_id)] == [2, 1, None]
    listed = shelf.get(f"/assets/{asset_id}/branches/").json["items"]
    assert [(b["name"], b["head"], b["from_version"]) for b in listed] == [
        ("main", 1, None),
        ("winter", 3, 1),
    ]
    merged = merge(shelf, asset_id, "winter")
    assert merged.status == 201
    assert merged.json == merged.json | {
        "number": 4,
        "branch": "main",
        "parent": 1,
        "published": True,
        "deduplicated": True,
        "sha256": shelf.versions(asset_id)[1]["sha256"],
    }
    assert shelf.served(asset_id) == 4
    shelf.assert_refused(merge(shelf, asset_id, "winter"), 409, "conflict")


def test_a_branch_goes_on_after_its_merge(shelf: Shelf) -> None:
    asset_id = shelf.add(b"one")
    branch(shelf, asset_id, "winter")
    shelf.version(asset_id, b"snow", branch="winter")
    merge(shelf, asset_id, "winter")
    shelf.version(asset_id, b"ice", branch="winter")
    assert merge(shelf, asset_id, "winter").status == 201


def test_main_that_moved_needs_a_strategy(shelf: Shelf) -> None:
    asset_id = shelf.add(b"one")
    branch(shelf, asset_id, "winter")
    shelf.version(asset_id, b"snow", branch="winter")
    shelf.version(asset_id, b"spring")
    shelf.assert_refused(merge(shelf, asset_id, "winter"), 409, "branch_diverged")
    shelf.assert_refused(merge(shelf, asset_id, "winter", {"strategy": "ours"}), 422, "invalid")
    assert merge(shelf, asset_id, "winter", {"strategy": "theirs"}).status == 201
    assert shelf.served(asset_id) == 4


def test_a_branch_of_a_branch_stands_on_the_same_main(shelf: Shelf) -> None:
    asset_id = shelf.add(b"one")
    branch(shelf, asset_id, "winter")
    shelf.version(asset_id, b"snow", branch="winter")
    branch(shelf, asset_id, "ice", 2)
    shelf.version(asset_id, b"ice", branch="ice")
    assert merge(shelf, asset_id, "ice").status == 201
    shelf.assert_refused(merge(shelf, asset_id, "winter"), 409, "branch_diverged")


def test_main_cannot_be_merged_into_itself_nor_a_branch_without_versions(shelf: Shelf) -> None:
    asset_id = shelf.add(b"one")
    branch(shelf, asset_id, "empty")
    shelf.assert_refused(merge(shelf, asset_id, "main"), 409, "conflict")
    shelf.assert_refused(merge(shelf, asset_id, "empty"), 409, "conflict")
    shelf.assert_refused(merge(shelf, asset_id, "nobody"), 404, "not_found")
    shelf.assert_refused(merge(shelf, asset_id, "🐟" * 500), 404, "not_found")


def test_a_branch_whose_newest_version_is_in_work_cannot_be_merged(shelf: Shelf) -> None:
    asset_id = shelf.add(b"one")
    branch(shelf, asset_id, "winter")
    shelf.reserve(asset_id, b"snow", branch="winter")
    shelf.assert_refused(merge(shelf, asset_id, "winter"), 409, "not_ready")


@pytest.mark.parametrize(
    "name",
    ["a", "🐟🐠", "\U0001f469\u200d\U0001f467", "Ostern 2027", "b" * 100, "e\u0301te", "%2F"],
)
def test_names_can_be_said_in_any_script(shelf: Shelf, name: str) -> None:
    asset_id = shelf.add(b"one")
    assert branch(shelf, asset_id, name).status == 201
    shelf.assert_refused(branch(shelf, asset_id, name), 409, "conflict")
    shelf.version(asset_id, b"two", branch=name)
    assert merge(shelf, asset_id, name).status == 201


@pytest.mark.parametrize(
    "name",
    ["", " ", "../", "..", ".", "a/b", "main", "b" * 101, "b" * 500, "a\nb", "a\0", "\u202eb"],
)
def test_names_that_cannot_be_are_refused(shelf: Shelf, name: str) -> None:
    asset_id = shelf.add(b"one")
    shelf.assert_refused(branch(shelf, asset_id, name), 422, "invalid")
    assert len(shelf.get(f"/assets/{asset_id}/branches/").json["items"]) == 1


def test_a_branch_begins_at_a_version_that_is_there(shelf: Shelf) -> None:
    asset_id = shelf.add(b"one")
    for number in (0, -1, 2, 10**9):
        shelf.assert_refused(branch(shelf, asset_id, "winter", number), 404, "not_found")


def test_two_hundred_branches_are_listed_page_by_page(shelf: Shelf) -> None:
    asset_id = shelf.add(b"one")
    names = [f"b{number:03d}" for number in range(200)]
    asset, first = shelf.item(asset_id), catalog.version(shelf.tenant.id, asset_id, 1)
    assert first is not None
    for name in names:
        branches.create(asset, name, first, SYSTEM, clock.now())
    for limit in (1, 200):
        seen: list[str] = []
        query = f"limit={limit}"
        for _ in range(3 if limit == 1 else 2):
            answer = shelf.get(f"/assets/{asset_id}/branches/?{query}").json
            assert len(answer["items"]) <= limit
            seen += [item["name"] for item in answer["items"]]
            query = f"limit={limit}&cursor={answer['next_cursor']}"
        assert seen == ["main", *names][: len(seen)]
    assert len(seen) == 201
    shelf.version(asset_id, b"two")
    path = f"/assets/{asset_id}/versions/1/"
    shelf.assert_refused(shelf.call("DELETE", path), 409, "version_in_use")
    shelf.purge(asset_id)
