"""From the assets table's stream to the index: what has changed is read and indexed once."""

from chalicelib.core import clock
from chalicelib.core.entrypoint import Change
from chalicelib.search import index
from chalicelib.search.saved import waking


def follow(changes: list[Change]) -> None:
    """Index the assets that a batch of changes is about.

    A change says which asset it is, and the asset is read as it is now, so that it does not matter
    how often changes come, and in which order.
    """
    by_tenant: dict[str, dict[str, None]] = {}
    for change in changes:
        keys = change.image
        if keys.get("sk", {}).get("S") == "ASSET":
            tenant_id, _, asset_id = keys["pk"]["S"].partition("#")
            by_tenant.setdefault(tenant_id, {})[asset_id] = None
    for tenant_id, asset_ids in by_tenant.items():
        index.update_index(tenant_id, asset_ids)
        waking.wake(tenant_id, clock.now())
