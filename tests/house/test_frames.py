"""The way from an edge to AWS stays short; the limits are numbers of our own functions."""

from collections.abc import Iterator

import pytest

from tests.house.frames import Deepest, counted
from tests.workflows.conftest import clamd, desk, pipeline, shared_cloud
from tests.workflows.desk import Desk, step

__all__ = ["clamd", "desk", "pipeline", "shared_cloud"]

DECIDING = 6
FINISHING_A_TASK = 8
READING = 3


@pytest.fixture
def deepest(desk: Desk) -> Iterator[Deepest]:
    """Watch a tenant with a rule that flags, and a template of two steps."""
    when = [{"field": "size_bytes", "op": "greater_than", "value": 0}]
    rule = {"name": "All", "when": when, "action": "flag"}
    assert desk.post("/moderation/rules/", "admin", rule).status == 201
    desk.template(step("brand"), step("legal", "Legal"))
    with counted() as found:
        yield found


def test_deciding_a_step_is_a_short_way(desk: Desk, deepest: Deepest) -> None:
    workflow = desk.workflow(desk.upload())
    assert desk.decide(workflow, "anna").status == 200
    assert desk.decide(workflow, "lea").json["status"] == "approved"
    for edge in ("decide_workflow", "_visible"):
        assert 0 < len(deepest.of(edge)) <= DECIDING, deepest.of(edge)


def test_finishing_a_task_into_a_review_is_a_short_way(desk: Desk, deepest: Deepest) -> None:
    asset_id = desk.upload(generate_thumbnail=True)
    assert desk.asset(asset_id)["status"] == "in_review"
    stack = deepest.of("make_thumbnails")
    assert 0 < len(stack) <= FINISHING_A_TASK, stack


@pytest.mark.usefixtures("deepest")
def test_reading_is_the_shortest_way(desk: Desk) -> None:
    asset_id = desk.upload()
    workflow = desk.workflow(asset_id)
    download = f"/assets/{asset_id}/download/"
    assert desk.get(download).status == 302  # the key that signs is read once
    with counted() as reading:
        desk.show(workflow["id"])
        assert desk.get(download).status == 302
    for view in ("show_workflow", "download_asset"):
        assert 0 < len(reading.of(view)) <= READING, reading.of(view)
