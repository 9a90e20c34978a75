"""Which template has to be satisfied, and whether an approval does so."""

from chalicelib.assets import catalog
from chalicelib.assets.models import AssetMetadata, AssetVersion, asset_key
from chalicelib.core.tables import find
from chalicelib.workflows.templates import required
from tests.workflows.desk import Desk, step


def stand(desk: Desk, asset_id: str, number: int = 1) -> tuple[AssetMetadata, AssetVersion]:
    asset = find(AssetMetadata, asset_key(desk.tenant.id, asset_id), "ASSET")
    version = catalog.version(desk.tenant.id, asset_id, number)
    assert asset is not None
    assert version is not None
    return asset, version


def test_an_approval_holds_under_the_template_that_gave_it(desk: Desk) -> None:
    template_id = desk.template()
    asset_id = desk.upload()
    asset, version = stand(desk, asset_id)
    applies = required.to(asset, version)
    assert applies is not None
    assert applies.id == template_id
    assert not required.is_satisfied(asset, version)
    assert desk.decide(desk.workflow(asset_id), "anna").status == 200
    assert required.is_satisfied(*stand(desk, asset_id))


def test_templates_that_come_later_concern_later_versions(desk: Desk) -> None:
    asset_id = desk.upload(b"one")
    desk.template(step("legal", "Legal"))
    assert required.to(*stand(desk, asset_id)) is None
    assert required.is_satisfied(*stand(desk, asset_id))
    desk.version(asset_id, b"two")
    assert not required.is_satisfied(*stand(desk, asset_id, 2))


def test_where_no_workflow_begins_by_itself_every_template_is_satisfied(desk: Desk) -> None:
    desk.template()
    asset_id = desk.upload()
    desk.configure(AUTO_CREATE_WORKFLOWS=False)
    assert required.is_satisfied(*stand(desk, asset_id))
