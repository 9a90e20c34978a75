"""Which version is published once another one has moved, and the record of it."""

from datetime import datetime, timedelta

from chalicelib.assets.faces import Face
from chalicelib.assets.models import AssetMetadata, AssetVersion
from chalicelib.assets.versions.life import MAIN, OUT_THERE
from chalicelib.core.outbox import AuditRecord, Person, record
from chalicelib.core.tables import Write, put


def published_after(
    asset: AssetMetadata, version: AssetVersion, face: Face, publish: bool
) -> int | None:
    """Return which version is published once this one has its new face."""
    before, number = asset.published_version, version.number
    if before == number:
        return number if face.status in OUT_THERE else None
    newer = number > (before or 0)
    publishes = publish and newer and version.branch == MAIN and face.status == "approved"
    return number if publishes else before


def recorded(
    asset: AssetMetadata,
    version: AssetVersion,
    face: Face,
    publish: bool,
    actor: Person,
    now: datetime,
) -> list[Write]:
    """Record that a move publishes a version, or takes the published one back."""
    before, after = asset.published_version, published_after(asset, version, face, publish)
    return [] if after == before else [put(record_of(asset, actor, before, after, now))]


def record_of(
    asset: AssetMetadata, actor: Person, before: int | None, after: int | None, now: datetime
) -> AuditRecord:
    """Describe that another version is published, or none.

    It comes a millisecond after what brought it about, so that they are listed in that order.
    """
    return record(
        asset.tenant_id,
        actor,
        "version.unpublished" if after is None else "version.published",
        ("asset", asset.asset_id),
        now + timedelta(milliseconds=1),
        old={"published_version": before},
        new={"published_version": after},
    )
