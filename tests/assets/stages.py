"""Assets at any stage of their life, written by the code that moves them there."""

from typing import Any

from chalicelib.assets.faces import Scan
from chalicelib.assets.versions import moves
from chalicelib.assets.versions.life import Transition
from chalicelib.assets.versions.moves import Move, VersionRef
from chalicelib.core import clock
from tests.cloud import Cloud

SHA256 = "5e" * 32
DESCRIBED = {"filename": "photo.jpg", "size_bytes": 40, "content_type": "image/jpeg"}


def reserve(cloud: Cloud, email: str, **more: Any) -> dict[str, Any]:
    """Reserve an upload."""
    answer = cloud.post("/assets/upload/", email, DESCRIBED | more)
    assert answer.status == 201, answer.content
    found: dict[str, Any] = answer.json
    return found


def move(tenant_id: str, asset_id: str, status: str, scan: str, sha256: str = SHA256) -> None:
    """Take an asset's version to a state; `approved!` means that it is published, too."""

    target: Any = status.removesuffix("!")
    ref, published = VersionRef(tenant_id, asset_id, 1), status.endswith("!")
    transition = Transition(None, ("uploading",), target, publishes=published)
    found: dict[str, Any] = {"scan": Scan(status=scan)}  # type: ignore[arg-type]
    if scan == "clean":
        found["sha256"] = sha256
    assert moves.move(ref, Move(transition, clock.now(), found=found, publish=published))


def asset(
    cloud: Cloud, tenant_id: str, email: str, status: str, scan: str = "clean", **more: Any
) -> str:
    """Make an asset in a state; gives its id."""
    asset_id = str(reserve(cloud, email, **more)["asset"]["id"])
    if status != "uploading":
        move(tenant_id, asset_id, status, scan, more.get("sha256") or SHA256)
    return asset_id
