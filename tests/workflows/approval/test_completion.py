"""Workflows come to one end, also where a moderator or the trash is faster."""

from datetime import timedelta

import pytest

from chalicelib.assets.versions import life, moves
from chalicelib.core import clock
from chalicelib.workflows.approval import completion, deadlines, record_consumer
from tests.workflows.desk import Desk
from tests.workflows.overtaking import overtake, rejection


def test_what_a_moderator_rejects_in_the_moment_of_its_approval_is_not_approved(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.template()
    asset_id = desk.upload()
    workflow = desk.workflow(asset_id)
    reject = rejection(desk, asset_id)

    def approves(_: object, wanted: moves.Move) -> bool:
        return wanted.transition is life.DECIDED["approved"]

    overtake(monkeypatch, moves, "write", reject, approves)
    desk.assert_refused(desk.decide(workflow, "anna"), 409, "workflow_closed")
    assert desk.show(workflow["id"])["status"] == "cancelled"
    shown = desk.asset(asset_id)
    assert (shown["status"], shown["published_version"]) == ("rejected", None)


def test_a_review_is_not_lost_between_trash_and_restoring(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.template()
    asset_id = desk.upload()
    (workflow,) = record_consumer.live_of(desk.tenant.id, asset_id)
    assert desk.call("DELETE", f"/assets/{asset_id}/", "admin").status == 204

    def restore() -> None:
        assert desk.post(f"/assets/{asset_id}/restore/", "admin").status == 200
        desk.cloud.run("dispatch_records", "end_workflows")

    overtake(monkeypatch, completion, "cancel_for", restore)
    deadlines.cancel_if_over(workflow, clock.now())
    desk.cloud.run()
    desk.tend(timedelta(minutes=5))
    assert desk.asset(asset_id)["status"] == "in_review"
    assert desk.workflow(asset_id)["status"] == "in_progress"
