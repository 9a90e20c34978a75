"""What links mean for what they share."""

from tests.sharing.counter import Counter


def test_a_version_that_a_link_is_pinned_to_stays(counter: Counter) -> None:
    asset_id = counter.asset(b"first")
    for data in (b"second", b"third"):
        counter.shelf.version(asset_id, data)
    uuid = counter.link(asset_id, version=1)
    path = f"/assets/{asset_id}/versions/1/"
    counter.assert_refused(counter.shelf.call("DELETE", path), 409, "version_in_use")
    assert counter.visit(uuid).json["size_bytes"] == 5
    assert counter.shelf.call("DELETE", f"/shares/{uuid}/", role="contributor").status == 204
    assert counter.shelf.call("DELETE", path).status == 204
