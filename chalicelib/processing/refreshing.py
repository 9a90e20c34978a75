"""What was found out or made of a content after its versions were ready: shown by all of them."""

from collections.abc import Iterable

from chalicelib.assets import contents, faces
from chalicelib.assets.contents import Content
from chalicelib.assets.faces import Face
from chalicelib.assets.models import AssetMetadata, AssetVersion
from chalicelib.assets.versions import moves
from chalicelib.assets.versions.moves import Standing, VersionRef
from chalicelib.core import clock
from chalicelib.core.entrypoint import RetryLater
from chalicelib.core.optimistic_locking import attempts
from chalicelib.core.outbox import SYSTEM, record
from chalicelib.core.tables import ConditionFailed, Write, change, put, transact

_WAIT_SECONDS = 5


def show(content: Content) -> None:
    """Have every version of a content show what is known of it now. Idempotent.

    The asset's copies of a version's face follow in the same transaction. What anybody may change
    of the asset stays as it is, and so does its `ETag`. What is published is on record, which
    screens follow.

    Raises:
        RetryLater: a version is still on its way to be ready, with what was known before.
    """
    for reference in contents.references(content):
        ref = VersionRef(content.tenant_id, reference.asset_id, reference.number)
        try:
            _show_by(ref, content)
        except ConditionFailed as overtaken:
            raise RetryLater("others change the version all the time", _WAIT_SECONDS) from overtaken


def _show_by(ref: VersionRef, content: Content) -> None:
    for attempt in attempts(moves.read(ref), lambda _: moves.read(ref), None):
        with attempt as standing:
            if standing is not None:
                _refresh(standing, content)


def _refresh(standing: Standing, content: Content) -> None:
    asset, version = standing
    if version.status == "processing":
        raise RetryLater("the version is just becoming ready", _WAIT_SECONDS)
    face = faces.copied(version.face)
    face.technical, face.thumbnails = content.technical, content.thumbnails
    face.renditions = content.renditions_of(str(asset.asset_id))
    if face == version.face and version.embedded == content.embedded:
        return
    same_status = AssetVersion.status == version.status
    same_face = AssetVersion.face == version.face
    now = clock.now()
    writes = [
        change(
            version,
            AssetVersion.face.set(face),
            AssetVersion.embedded.set(content.embedded),
            condition=same_status & same_face,
        ),
        *_copies(asset, version, face),
    ]
    if asset.published_version == version.number:  # screens get what is made of it
        subject = ("asset", str(asset.asset_id))
        new = {"version": version.number, "renditions": [one.name for one in face.renditions]}
        writes.append(
            put(record(asset.tenant_id, SYSTEM, "version.refreshed", subject, now, new=new))
        )
    transact(*writes)


def _copies(asset: AssetMetadata, version: AssetVersion, face: Face) -> Iterable[Write]:
    """Give the asset's copies of a face, as long as they are of the same version."""
    actions, same = [], AssetMetadata.current_version == asset.current_version
    if asset.current_version == version.number:
        actions.append(AssetMetadata.current.set(_with_state_of(asset.current, face)))
    if asset.published_version == version.number:
        same &= AssetMetadata.published_version == version.number
        if asset.published is not None:
            actions.append(AssetMetadata.published.set(_with_state_of(asset.published, face)))
    elif asset.published_version is None:
        same &= AssetMetadata.published_version.does_not_exist()
    else:
        same &= AssetMetadata.published_version == asset.published_version
    if actions:
        yield change(asset, *actions, condition=same)


def _with_state_of(copy: Face, face: Face) -> Face:
    """Return a copy that tells what the face tells of the content, in the copy's own state."""
    shown = faces.copied(copy)
    shown.technical, shown.thumbnails, shown.renditions = (
        face.technical,
        face.thumbnails,
        face.renditions,
    )
    return shown
