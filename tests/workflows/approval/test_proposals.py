"""An edit under review changes nothing until its workflow approves."""

from chalicelib.assets.models import AssetMetadata, asset_key
from chalicelib.assets.versions import moves
from chalicelib.assets.versions.moves import Standing
from chalicelib.core import clock
from chalicelib.core.tables import find, transact
from chalicelib.workflows.approval import proposals, reading
from chalicelib.workflows.approval.reading import Workflow
from tests.workflows.desk import Desk, step


def proposed(desk: Desk) -> tuple[str, Workflow, Standing]:
    """Give a published asset a category that has to be approved first."""
    asset_id = desk.upload()
    desk.template(step("legal", "Legal"), category="menus")
    body = {"category": "menus"}
    assert desk.call("PATCH", f"/assets/{asset_id}/", "contributor", body).status == 200
    asset = item(desk, asset_id)
    assert asset.pending is not None
    workflow = reading.load(desk.tenant.id, asset.pending["workflow_id"])
    standing = moves.read(workflow.version)
    assert standing is not None
    return asset_id, workflow, standing


def item(desk: Desk, asset_id: str) -> AssetMetadata:
    found = find(AssetMetadata, asset_key(desk.tenant.id, asset_id), "ASSET")
    assert found is not None
    return found


def test_what_is_approved_becomes_what_is_said(desk: Desk) -> None:
    asset_id, workflow, standing = proposed(desk)
    assert proposals.over_because(workflow, standing) is None
    transact(*proposals.applied(workflow, standing, clock.now()))
    after = item(desk, asset_id)
    assert (after.category, after.pending) == ("menus", None)
    assert after.categorized_at is not None


def test_what_is_dropped_leaves_the_asset_as_it_was(desk: Desk) -> None:
    asset_id, workflow, standing = proposed(desk)
    transact(*proposals.dropped(workflow, standing))
    after = item(desk, asset_id)
    assert (after.category, after.pending) == (None, None)
    fresh = moves.read(workflow.version)
    assert fresh is not None
    assert proposals.over_because(workflow, fresh) == "superseded"
    assert proposals.dropped(workflow, fresh) == []
    assert proposals.dropped(workflow, None) == []


def test_another_published_version_ends_the_review_of_a_category(desk: Desk) -> None:
    _, workflow, standing = proposed(desk)
    standing.asset.published_version = 2
    assert proposals.over_because(workflow, standing) == "republished"
    standing.asset.published_version = None
    assert proposals.over_because(workflow, standing) is None
