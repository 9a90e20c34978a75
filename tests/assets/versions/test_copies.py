"""New versions of bytes that are there already."""

from chalicelib.tenants import accounts
from tests.assets.shelf import Shelf


def test_rolling_back_makes_a_new_version_of_the_old_bytes(shelf: Shelf) -> None:
    asset_id = shelf.add(b"one")
    shelf.version(asset_id, b"two")
    answer = shelf.act(asset_id, 1, "rollback")
    assert answer.status == 201
    assert (answer.json["number"], answer.json["parent"], answer.json["published"]) == (3, 2, True)
    assert shelf.served(asset_id) == 3
    assert shelf.pipeline.usage() == (9, 1)
    assert len(shelf.pipeline.originals()) == 2
    assert "version.rolled_back" in shelf.deeds(asset_id)


def test_a_copy_that_does_not_fit_the_quota_is_refused(shelf: Shelf) -> None:
    asset_id = shelf.add(b"x" * 60)
    accounts.set_quota(shelf.tenant.id, 100)
    shelf.assert_refused(shelf.act(asset_id, 1, "rollback"), 403, "quota_exceeded")
    assert shelf.pipeline.usage() == (60, 1)
    assert len(shelf.versions(asset_id)) == 1
