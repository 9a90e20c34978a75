"""Every function that may have to begin or end an approval does so."""

from datetime import timedelta

import pytest

from chalicelib.core import clock
from tests.workflows.approval.test_execution import tick, tokens
from tests.workflows.approval.test_renewal import waiting_for_legal
from tests.workflows.desk import Desk, Json
from tests.workflows.test_rules_hold import open_review

TEXT = {"filename": "a.txt", "content_type": "text/plain", "size_bytes": 3}
QUICK = TEXT | {"generate_thumbnail": False, "extract_metadata": False}


def test_thumbnails_that_come_last_begin_it(desk: Desk) -> None:
    desk.template()
    reserved = desk.post("/assets/upload/", "contributor", TEXT).json
    desk.cloud.put(reserved["upload"], b"one")
    for function in ("route_upload", "scan_upload", "read_metadata", "make_thumbnails"):
        desk.cloud.run(function)
    assert desk.asset(reserved["asset"]["id"])["status"] == "in_review"


def test_the_scan_of_a_large_upload_begins_it(desk: Desk) -> None:
    desk.template()
    reserved = desk.post("/assets/upload/", "contributor", QUICK).json
    desk.cloud.put(reserved["upload"], b"one")
    desk.cloud.run("route_upload")
    messages = desk.pipeline.receive("scan_upload")
    assert desk.pipeline.deliver("scan_large_upload", messages) == set()
    assert desk.asset(reserved["asset"]["id"])["status"] == "in_review"


def test_an_ending_answers_the_state_machine(desk: Desk) -> None:
    desk.template()
    asset_id = desk.upload(b"one")
    workflow = desk.workflow(asset_id)
    tick(desk, workflow, "opened")
    desk.version(asset_id, b"two")
    assert desk.show(workflow["id"])["status"] == "cancelled"
    assert tokens(desk, workflow) == 0


@pytest.mark.parametrize("who", ["keep_time", "tend_workflows"])
def test_whoever_looks_first_calls_off_what_is_in_the_trash(
    desk: Desk, who: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.template()
    asset_id = desk.upload(b"one")
    workflow = desk.workflow(asset_id)
    desk.call("DELETE", f"/assets/{asset_id}/", "admin")
    look(desk, workflow, who, monkeypatch)
    assert desk.show(workflow["id"])["status_reason"] == "asset_trashed"


@pytest.mark.parametrize("who", ["keep_time", "tend_workflows"])
def test_whoever_looks_first_reviews_a_category_anew(
    desk: Desk, who: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asset_id, review = waiting_for_legal(desk)
    desk.post(f"/assets/{asset_id}/versions/1/rollback/", "contributor")
    look(desk, review, who, monkeypatch)
    assert desk.show(review["id"])["status_reason"] == "republished"
    again = open_review(desk, asset_id)
    assert again["version"] == 2
    assert desk.load(again).instance.started_run == 1


def look(desk: Desk, workflow: Json, who: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a function look at a workflow whose time is over."""
    if who == "tend_workflows":
        desk.tend(timedelta(hours=37))
        return
    late = clock.now() + timedelta(hours=73)
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: late)
        tick(desk, workflow, "overdue")
