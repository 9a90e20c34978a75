"""New versions of bytes that are there already: copies to `main`, such as rolling back."""

from collections.abc import Sequence
from datetime import datetime

from chalicelib.assets import admission, contents, faces, reservations
from chalicelib.assets.admission import Candidate
from chalicelib.assets.downloads import NotReady
from chalicelib.assets.metadata import edits
from chalicelib.assets.models import AssetMetadata, AssetVersion, version_key
from chalicelib.assets.versions import listing, moves
from chalicelib.core import clock
from chalicelib.core.errors import Conflict
from chalicelib.core.outbox import Person, record
from chalicelib.core.repeatable_ids import under_way
from chalicelib.core.tables import ConditionFailed, Write, put, transact
from chalicelib.tenants import accounts, quotas

_COPYABLE = frozenset({"approved", "in_review", "rejected"})
"""States of versions whose bytes are clean and processed."""


def roll_back(
    asset: AssetMetadata, source: AssetVersion, actor: Person, now: datetime
) -> AssetVersion:
    """Make an earlier version's content the newest of `main` again; no bytes are copied.

    Raises:
        NotReady: that version failed, is infected or still in work.
    """
    made = made_before(asset, now)
    if made is not None:
        return made
    description = f"Rolled back to version {source.number}"
    return copy_to_main(asset, source, description, "version.rolled_back", actor, now)


def copy_to_main(
    asset: AssetMetadata,
    source: AssetVersion,
    description: str,
    action: str,
    actor: Person,
    now: datetime,
    also: Sequence[Write] = (),
) -> AssetVersion:
    """Add a `main` version with the content of another one; its approval counts where it holds.

    Raises:
        NotReady: that one has no bytes to give.
        TooManyVersions: the asset has as many as one may have.
        QuotaExceeded: its bytes, counted once more, do not fit.
        Conflict: another request added a version at the same time.
    """
    edits.require_live(asset)
    moves.require_room(asset)
    face = faces.copied(source.face)
    if face.status not in _COPYABLE or face.sha256 is None:
        raise NotReady(f"Version {source.number} is {face.status}; its content cannot be used.")
    effective = accounts.settings_of(asset.tenant_id)
    face.status_reason = None
    face.number = asset.last_version + 1
    version = AssetVersion(
        asset.pk,
        version_key(face.number),
        tenant_id=asset.tenant_id,
        asset_id=asset.asset_id,
        number=face.number,
        parent=asset.current_version,
        change_description=description,
        status=face.status,
        face=face,
        embedded=source.embedded,
        deduplicated=True,
        created_by=actor,
        created_at=clock.timestamp(now),
        content_by=source.uploader,
        rejected_under=source.rejected_under,
        content_key=source.content_key,
        sk_ref=f"{asset.asset_id}#{face.number:06d}",
        making_id=under_way(now).id("version"),
    )
    admitted = admission.admit(
        Candidate(
            asset=asset,
            version=version,
            face=face,
            text=lambda: contents.text_of(asset.tenant_id, face),
            embedded=source.embedded or {},
            copied_from=source,
        ),
        now,
    )
    face.status, face.status_reason = admitted.status, admitted.reason
    version.status, version.face = face.status, face
    for name, value in admitted.kept.items():
        setattr(version, name, value)
    reservation = (asset.tenant_id, under_way(now).id("reservation"), face.size_bytes, 0)
    reservations.reserve(*reservation, effective.storage_quota_bytes, now)
    wanted = contents.reference(asset.tenant_id, face.sha256, asset.asset_id, face.number)
    written = record(
        asset.tenant_id,
        actor,
        action,
        ("asset", str(asset.asset_id)),
        now,
        new={"version": face.number, "from_version": source.number, "status": face.status},
    )
    try:
        transact(
            *moves.added(asset, version, publish=admitted.publish, now=now),
            *contents.attached(wanted),
            quotas.settled(*reservation),
            put(written),
            *also,
            *admitted.writes,
        )
    except BaseException as failure:
        quotas.cancel(*reservation)
        if not isinstance(failure, ConditionFailed):
            raise
        fresh = edits.read_again(asset)
        if (fresh.last_version, fresh.revision) == (asset.last_version, asset.revision + 1):
            # What is said of it was edited meanwhile, so that the copy is judged anew.
            return copy_to_main(fresh, source, description, action, actor, now, also)
        raise Conflict("Somebody else added a version at the same time; try again.") from None
    admitted.afterwards()
    return version


def made_before(asset: AssetMetadata, now: datetime) -> AssetVersion | None:
    """Find the version that this request made when it was sent before and got no answer."""
    making, position = under_way(now), None
    while making.is_repeat:
        found, position = listing.page(asset, 100, position)
        for version in found:
            if version.making_id == making.id("version"):
                return version
            if version.created_at < clock.timestamp(making.begun):
                return None
        if position is None:
            return None
    return None
