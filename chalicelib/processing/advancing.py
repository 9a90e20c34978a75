"""The versions that wait for their content: moved on when every task on it has ended.

The last task to end moves every version that is attached; whoever attaches later finds the tasks
done and moves itself.
"""

from datetime import datetime

from chalicelib.assets import catalog, contents, faces, versions
from chalicelib.assets.admission import Admission, Candidate
from chalicelib.assets.contents import Content, ContentReference
from chalicelib.assets.faces import Face
from chalicelib.assets.models import AssetMetadata, Upload, asset_key
from chalicelib.assets.versions import VersionRef
from chalicelib.core.entrypoint import RetryLater
from chalicelib.core.tables import ConditionFailed, Write, change, check, find
from chalicelib.workflows import admitting


def advance_all(content: Content, now: datetime) -> None:
    """Move every attached version on, if nothing is left to do; again is fine.

    Raises:
        RetryLater: a retry has just begun, or too many change a version at the same time.
    """
    if contents.is_done(content):
        for reference in contents.references(content):
            try:
                advance(content, reference, now)
            except ConditionFailed as changed:
                raise RetryLater("the content or its version is just changing", 1) from changed


def advance(content: Content, reference: ContentReference, now: datetime) -> None:
    """Move one attached version out of `processing`, once.

    Raises:
        ConditionFailed: it would fail, but a retry has meanwhile taken the content's failure back.
    """
    ref = VersionRef(content.tenant_id, reference.asset_id, int(reference.number))
    ending: list[Write] = []
    if reference.upload_id is not None:
        upload = Upload(asset_key(content.tenant_id, reference.upload_id), "UPLOAD")
        ending.append(
            change(
                upload,
                Upload.state.set("ended"),
                Upload.due_shard.remove(),
                Upload.due_at.remove(),
            )
        )
    failed = content.failure is not None
    if failed:
        stands = Content.failure.exists() & Content.pending.does_not_exist()
        ending.append(check(content, stands & contents.is_kept(content)))
    admitted = None if failed else _admitted(content, ref, now)
    if not failed and admitted is None:
        return

    def settle(face: Face) -> None:
        face.kind, face.technical = content.kind, content.technical
        face.thumbnails = content.thumbnails
        face.status = admitted.status if admitted else "failed"
        face.status_reason = admitted.reason if admitted else content.failure

    moved = versions.move(
        ref,
        ["processing"],
        settle,
        now,
        action=f"version.{admitted.status}" if admitted else "version.failed",
        publish=admitted is not None and admitted.publish,
        release=failed,
        embedded=content.embedded,
        unreviewed=admitted.unreviewed if admitted else None,
        also=[*ending, *(admitted.writes if admitted else [])],
    )
    if moved and admitted:
        admitted.afterwards()


def _admitted(content: Content, ref: VersionRef, now: datetime) -> Admission | None:
    """Ask what becomes of a version that is ready; None if somebody else moved it on."""
    version = catalog.version(ref.tenant_id, ref.asset_id, ref.number)
    asset = find(AssetMetadata, asset_key(ref.tenant_id, ref.asset_id), "ASSET")
    if version is None or asset is None or version.status != "processing":
        return None
    face = faces.read(version.face)
    face.kind, face.content_type = content.kind, content.content_type
    candidate = Candidate(
        asset=asset,
        version=version,
        face=face,
        text=lambda: content.text,
        embedded=content.embedded,
    )
    return admitting.admit(candidate, now)
