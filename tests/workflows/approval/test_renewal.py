"""A category that waits goes on waiting when another version is published."""

from contextlib import suppress
from datetime import timedelta

import pytest

from chalicelib.assets.versions import moves
from chalicelib.core import clock
from chalicelib.workflows.approval import completion, deadlines, renewal
from tests.crashes import Crash, Faults, How
from tests.workflows.desk import Desk, Json, step
from tests.workflows.test_edit_policy import categorize
from tests.workflows.test_rules_hold import open_review

NEWS: Json = {"category": "news"}


def waiting_for_legal(desk: Desk) -> tuple[str, Json]:
    """Give an asset that is to come into a category of Legal's, and the review of that."""
    desk.template(step("legal", "Legal"), step("brand", "moderator"), **NEWS)
    asset_id = desk.upload(b"one")
    categorize(desk, asset_id, "news")
    return asset_id, open_review(desk, asset_id)


def assert_goes_on(desk: Desk, asset_id: str, before: Json, number: int) -> None:
    """See that the category waits for one review, of that version and from its first step on."""
    review = open_review(desk, asset_id)
    assert review["id"] != before["id"]
    assert (review["version"], review["current_step"]) == (number, "legal")
    assert review["uploaded_by"] == before["uploaded_by"]
    shown = desk.asset(asset_id)
    assert (shown["category"], shown["pending_category"]) == (None, "news")
    assert desk.show(before["id"])["status_reason"] == "republished"
    desk.assert_refused(desk.decide(before, "lea"), 409, "workflow_closed")
    assert desk.decide(review, "lea").status == 200
    assert desk.decide(review, "moderator").json["status"] == "approved"
    assert desk.asset(asset_id)["category"] == "news"
    path = f"/assets/{asset_id}/versions/{number}/publish/"
    assert desk.post(path, "editor").status == 200


def test_another_version_does_not_end_what_a_category_waits_for(desk: Desk) -> None:
    asset_id, review = waiting_for_legal(desk)
    assert desk.decide(review, "lea").status == 200
    assert desk.version(asset_id, b"two") == 2
    assert_goes_on(desk, asset_id, review, 2)


def test_a_rollback_does_not_end_it_either(desk: Desk) -> None:
    asset_id, review = waiting_for_legal(desk)
    assert desk.post(f"/assets/{asset_id}/versions/1/rollback/", "contributor").status == 201
    desk.cloud.run()
    assert_goes_on(desk, asset_id, review, 2)


def test_a_category_that_comes_with_a_version_waits_for_that_one(desk: Desk) -> None:
    desk.template(step("legal", "Legal"), **NEWS)
    asset_id = desk.upload(b"one")
    assert desk.version(asset_id, b"two", **NEWS) == 2
    shown = desk.asset(asset_id)
    assert (shown["category"], shown["pending_category"]) == (None, "news")
    review = open_review(desk, asset_id)
    assert review["version"] == 2
    assert desk.decide(review, "lea").json["status"] == "approved"
    assert desk.asset(asset_id)["category"] == "news"


def test_whoever_decides_as_another_version_comes_decides_nothing(desk: Desk) -> None:
    asset_id, review = waiting_for_legal(desk)
    desk.post(f"/assets/{asset_id}/versions/1/rollback/", "contributor")
    desk.assert_refused(desk.decide(review, "lea"), 409, "workflow_closed")
    assert_goes_on(desk, asset_id, review, 2)


def test_what_is_unpublished_is_reviewed_on(desk: Desk) -> None:
    asset_id, review = waiting_for_legal(desk)
    assert desk.post(f"/assets/{asset_id}/versions/1/unpublish/", "editor").status == 200
    desk.cloud.run()
    assert open_review(desk, asset_id)["id"] == review["id"]
    desk.decide(review, "lea")
    assert desk.decide(review, "moderator").json["status"] == "approved"
    assert desk.asset(asset_id)["category"] == "news"


def test_a_review_that_got_lost_in_between_begins_with_the_next_look(desk: Desk) -> None:
    asset_id, review = waiting_for_legal(desk)
    desk.post(f"/assets/{asset_id}/versions/1/rollback/", "contributor")
    workflow = desk.load(review)
    standing = moves.read(workflow.version)
    completion.cancel_for(workflow, standing, "republished", clock.now())
    assert desk.asset(asset_id)["pending_category"] == "news"
    desk.tend(timedelta(minutes=2))
    renewal.renew(workflow, clock.now())  # done already
    assert_goes_on(desk, asset_id, review, 2)


@pytest.mark.parametrize("how", ["after", "lost"])
def test_wherever_a_process_dies_the_category_waits_for_one_review(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, how: How
) -> None:
    asset_id, review = waiting_for_legal(desk)
    faults = Faults(monkeypatch)
    for calls in range(1, 99):
        back = desk.post(f"/assets/{asset_id}/versions/1/rollback/", "contributor").json
        faults.arm(calls, how)
        with suppress(Crash), faults.process():
            deadlines.cancel_if_over(desk.load(review), clock.now())
        fired = faults.fired
        faults.disarm()
        desk.cloud.run()
        desk.tend(timedelta(minutes=2))
        review = open_review(desk, asset_id)
        assert review["version"] == back["number"]
        assert desk.asset(asset_id)["pending_category"] == "news"
        if not fired:
            break
    assert calls > 10
    assert desk.decide(review, "lea").status == 200
    assert desk.decide(review, "moderator").json["status"] == "approved"
    assert desk.asset(asset_id)["category"] == "news"
