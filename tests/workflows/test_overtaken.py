"""Somebody else is faster, in the middle of what another one does."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.assets import admission, versions
from chalicelib.core import clock
from chalicelib.workflows import endings, lapses, outcomes, resolving, timing
from chalicelib.workflows.models import WorkflowInstance
from tests.workflows.desk import Desk, step


def overtake(
    patch: pytest.MonkeyPatch, module: Any, name: str, deed: Callable[[], object], **call: Any
) -> None:
    """Do something right before a function is called the next time, with these arguments."""
    real = getattr(module, name)

    def overtaken(*args: Any, **kwargs: Any) -> Any:
        if call.items() <= kwargs.items():
            patch.setattr(module, name, real)
            deed()
        return real(*args, **kwargs)

    patch.setattr(module, name, overtaken)


def rejection(desk: Desk, asset_id: str) -> Callable[[], None]:
    """Flag an asset; gives what a moderator does then."""
    flag = desk.post(f"/assets/{asset_id}/flag/", "editor", {"reason": "copyright"}).json

    def reject() -> None:
        path = f"/moderation/flags/{flag['id']}/resolve/"
        assert desk.post(path, "moderator", {"resolution": "reject_asset"}).status == 200

    return reject


def assigned(desk: Desk, who: str) -> list[Any]:
    found: list[Any] = desk.get("/workflows/?assigned_to=me", who).json["items"]
    return found


def test_whoever_settles_late_takes_no_assignment_away(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.template(step("both", "Legal", requires_all=True), step("brand"))
    workflow = desk.workflow(desk.upload())
    late: list[tuple[WorkflowInstance, datetime]] = []
    with monkeypatch.context() as patch:
        patch.setattr(timing, "settle", lambda instance, now: late.append((instance, now)))
        assert desk.decide(workflow, "lea").status == 200
    assert desk.decide(workflow, "ben").status == 200  # who has a part in the next step, too
    assert [len(assigned(desk, who)) for who in ("anna", "ben")] == [1, 1]
    for instance, now in late:
        timing.settle(instance, now)
    assert [len(assigned(desk, who)) for who in ("anna", "ben", "lea")] == [1, 1, 0]


def test_what_a_moderator_rejects_in_the_moment_of_its_approval_is_not_approved(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.template()
    asset_id = desk.upload()
    workflow = desk.workflow(asset_id)
    reject = rejection(desk, asset_id)
    overtake(monkeypatch, versions, "move", reject, action="version.approved")
    desk.refuse(desk.decide(workflow, "anna"), 409, "workflow_closed")
    assert desk.show(workflow["id"])["status"] == "cancelled"
    shown = desk.asset(asset_id)
    assert (shown["status"], shown["published_version"]) == ("rejected", None)


def test_a_review_is_not_lost_between_trash_and_restoring(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.template()
    asset_id = desk.upload()
    (workflow,) = endings.live_of(desk.tenant.id, asset_id)
    assert desk.call("DELETE", f"/assets/{asset_id}/", "admin").status == 204

    def restore() -> None:
        assert desk.post(f"/assets/{asset_id}/restore/", "admin").status == 200
        desk.cloud.run("dispatch_records", "end_workflows")

    overtake(monkeypatch, outcomes, "call_off", restore)
    lapses.call_off(workflow, "asset_trashed", clock.now())
    desk.cloud.run()
    desk.tend(timedelta(minutes=5))
    assert desk.asset(asset_id)["status"] == "in_review"
    assert desk.workflow(asset_id)["status"] == "in_progress"


def test_what_comes_out_in_the_moment_of_a_rejection_is_rejected_too(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    asset_id = desk.upload(b"one")
    described = {"filename": "b.txt", "content_type": "text/plain", "size_bytes": 3}
    path = f"/assets/{asset_id}/upload_version/"
    reserved = desk.post(path, "contributor", described).json

    def arrive() -> None:
        desk.cloud.put(reserved["upload"], b"two")
        desk.cloud.run()
        assert desk.asset(asset_id)["published_version"] == 2

    overtake(monkeypatch, resolving, "_bar", arrive)
    rejection(desk, asset_id)()
    shown = desk.asset(asset_id)
    assert (shown["status"], shown["published_version"]) == ("rejected", None)


@pytest.mark.parametrize("before", [(admission, "decide"), (versions, "added")])
def test_rolling_back_brings_nothing_out_that_is_rejected_meanwhile(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, before: tuple[Any, str]
) -> None:
    asset_id = desk.upload(b"one")
    desk.version(asset_id, b"two")
    overtake(monkeypatch, *before, rejection(desk, asset_id))
    desk.post(f"/assets/{asset_id}/versions/1/rollback/", "editor")
    shown = desk.asset(asset_id)
    assert (shown["status"], shown["published_version"]) == ("rejected", None)
