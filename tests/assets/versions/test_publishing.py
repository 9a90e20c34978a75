"""What is published: now, at a time, no longer."""

import threading
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.assets import catalog, due_work
from chalicelib.assets.versions import publishing
from chalicelib.core import clock
from chalicelib.core.outbox import SYSTEM
from tests.assets.shelf import Shelf, at, sweep


@pytest.fixture
def two(shelf: Shelf) -> str:
    """An asset whose second version is published."""
    asset_id = shelf.add(b"one")
    shelf.version(asset_id, b"two")
    return asset_id


def later(**passed: float) -> dict[str, str]:
    return {"at": at(clock.now() + timedelta(**passed))}


def test_an_earlier_version_is_published_and_taken_back(shelf: Shelf, two: str) -> None:
    answer = shelf.act(two, 1, "publish")
    assert (answer.status, answer.json["published"]) == (200, True)
    assert shelf.act(two, 1, "publish").status == 200
    assert shelf.served(two) == 1
    assert [v["published"] for v in shelf.versions(two)] == [False, True]
    url = shelf.get(f"/assets/{two}/download/", "viewer").headers["Location"]
    assert shelf.versions(two)[1]["sha256"] in url
    assert shelf.act(two, 1, "unpublish").json["published"] is False
    assert shelf.served(two) is None
    shelf.assert_refused(shelf.act(two, 1, "unpublish"), 409, "conflict")
    shelf.assert_refused(shelf.act(two, 2, "unpublish"), 409, "conflict")
    assert [d for d in shelf.deeds(two) if d.endswith("published")][-2:] == [
        "version.published",
        "version.unpublished",
    ]


def test_a_branchs_version_can_be_published(shelf: Shelf, two: str) -> None:
    shelf.post(f"/assets/{two}/branches/", {"name": "winter", "from_version": 2})
    shelf.version(two, b"snow", branch="winter")
    assert shelf.act(two, 3, "publish").status == 200
    shown = shelf.shown(two, "viewer")
    assert (shown["current_version"], shown["size_bytes"]) == (3, 4)


def test_what_is_not_approved_is_not_published(shelf: Shelf, two: str) -> None:
    shelf.reserve(two, b"three")
    shelf.assert_refused(shelf.act(two, 3, "publish"), 409, "not_approved")
    shelf.assert_refused(shelf.act(two, 3, "publish", later(days=1)), 409, "not_approved")
    shelf.assert_refused(shelf.act(two, 9, "publish"), 404, "not_found")


@pytest.mark.parametrize(
    "moment",
    ["2020-01-01T00:00:00Z", "2030-01-01T00:00:00", "tomorrow", 5, "9999-12-31T23:59:59-23:00"],
)
def test_times_that_cannot_be_are_refused(shelf: Shelf, two: str, moment: Any) -> None:
    shelf.assert_refused(shelf.act(two, 1, "publish", {"at": moment}), 422, "invalid")
    assert shelf.item(two).schedule is None


def test_a_schedule_publishes_at_its_time_and_once(shelf: Shelf, two: str) -> None:
    assert shelf.act(two, 1, "publish", later(hours=1)).json["published"] is False
    sweep(timedelta(minutes=59))
    assert shelf.served(two) == 2
    sweep(timedelta(minutes=61))
    assert shelf.served(two) == 1
    sweep(timedelta(days=1))  # ends uploads that other tests of this file left open
    assert sweep(timedelta(days=1)) == 0
    assert shelf.served(two) == 1
    assert shelf.deeds(two).count("version.published") == 3  # by themselves both, then on time


def test_a_schedule_is_replaced_taken_back_or_over_when_somebody_publishes(
    shelf: Shelf, two: str
) -> None:
    shelf.act(two, 1, "publish", later(hours=1))
    shelf.act(two, 1, "publish", later(hours=5))
    sweep(timedelta(hours=2))
    assert shelf.served(two) == 2
    assert shelf.act(two, 1, "unpublish").status == 200
    assert sweep(timedelta(hours=6)) == 0
    shelf.act(two, 1, "publish", later(hours=1))
    shelf.act(two, 2, "publish")
    assert sweep(timedelta(hours=6)) == 0
    assert shelf.served(two) == 2


def test_a_rollback_leaves_a_schedule_standing(shelf: Shelf, two: str) -> None:
    shelf.act(two, 2, "publish", later(hours=1))
    shelf.act(two, 1, "rollback")
    assert shelf.served(two) == 3
    sweep(timedelta(hours=2))
    assert shelf.served(two) == 2


def test_a_schedule_withdrawn_while_the_sweeper_looks_publishes_nothing(
    shelf: Shelf, two: str
) -> None:
    shelf.act(two, 1, "publish", later(hours=1))
    as_swept = shelf.item(two)
    shelf.act(two, 1, "unpublish")
    due_work.do_what_is_due(as_swept, clock.now() + timedelta(hours=2))
    assert shelf.served(two) == 2


def test_the_trash_holds_a_schedule_back_and_restoring_brings_it_back(
    shelf: Shelf, two: str
) -> None:
    shelf.act(two, 1, "publish", later(hours=1))
    assert shelf.call("DELETE", f"/assets/{two}/").status == 204
    sweep(timedelta(hours=2))
    assert shelf.served(two) is None
    assert shelf.call("POST", f"/assets/{two}/restore/", {}).status == 200
    assert shelf.served(two) == 2
    sweep(timedelta(hours=2))
    assert shelf.served(two) == 1


def test_a_scheduled_version_cannot_be_deleted(shelf: Shelf, two: str) -> None:
    shelf.act(two, 1, "publish", later(hours=1))
    path = f"/assets/{two}/versions/1/"
    shelf.assert_refused(shelf.call("DELETE", path), 409, "version_in_use")


def test_a_rollback_while_a_publish_runs_leaves_one_of_the_two(shelf: Shelf, two: str) -> None:
    as_read = shelf.item(two)
    first = catalog.version(shelf.tenant.id, two, 1)
    assert first is not None
    assert shelf.act(two, 1, "rollback").status == 201
    publishing.publish(as_read, first, SYSTEM, clock.now())
    assert shelf.served(two) == 1
    assert shelf.shown(two)["current_version"] == 3


def test_readers_get_the_old_or_the_new_version_during_a_swap(shelf: Shelf, two: str) -> None:
    sizes = {v["number"]: (v["sha256"], v["size_bytes"]) for v in shelf.versions(two)}
    seen: list[tuple[int, Any]] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            answer = shelf.get(f"/assets/{two}/", "viewer")
            shown = answer.json
            face = (shown.get("sha256"), shown.get("size_bytes"))
            seen.append((answer.status, (shown.get("published_version"), face)))

    shelf.served(two)  # the token is fetched before the threads start
    reader = threading.Thread(target=read)
    reader.start()
    for number in (1, 2) * 8:
        assert shelf.act(two, number, "publish").status == 200
    done.set()
    reader.join()
    assert {status for status, _ in seen} == {200}
    assert {face for _, face in seen} <= set(sizes.items())
    assert len({face for _, face in seen}) == 2
