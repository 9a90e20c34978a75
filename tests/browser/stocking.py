"""Fill a running Reef's library with copies of an asset, faster than uploading them.

`python -m tests.browser.stocking (add | remove) ASSET_ID COUNT`, with the environment of one of
its processes.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.stack import ROOT, Stack

CATEGORY = "copies"


@contextmanager
def stocked(stack: Stack, asset_id: str, count: int) -> Iterator[None]:
    """Add copies of an asset for a while: `Copy 1` and so on, all of the category `copies`."""
    process_id = stack.processes()["front"]
    run(process_id, "add", asset_id, count)
    yield
    run(process_id, "remove", asset_id, count)


def run(process_id: int, deed: str, asset_id: str, count: int) -> None:
    """Add copies or remove them, by the environment of one of the processes of a Reef."""
    told = Path(f"/proc/{process_id}/environ").read_bytes().decode()
    environment = dict(one.partition("=")[::2] for one in told.split("\0") if one)
    command = [sys.executable, "-m", "tests.browser.stocking", deed, asset_id, str(count)]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, timeout=600)


def _main(deed: str, asset_id: str, count: int) -> None:
    from chalicelib.assets.models import AssetMetadata, asset_key  # they read the environment
    from chalicelib.core import clock

    is_asset = AssetMetadata.sk == "ASSET"
    if deed == "remove":
        for copy in AssetMetadata.scan(is_asset & (AssetMetadata.category == CATEGORY)):
            copy.delete()
        return
    (found,) = AssetMetadata.scan(is_asset & (AssetMetadata.asset_id == asset_id))
    begun = clock.now()
    with AssetMetadata.batch_write() as batch:
        for number in range(1, count + 1):
            now = begun - timedelta(milliseconds=count - number)  # ids in the order of the titles
            new_id = clock.new_id(now)
            values: dict[str, Any] = {
                "asset_id": new_id,
                "pk": asset_key(found.tenant_id, new_id),
                "title": f"Copy {number}",
                "category": CATEGORY,
                "created_at": clock.timestamp(now),
            }
            batch.save(AssetMetadata(**(found.attribute_values | values)))


if __name__ == "__main__":
    _main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
