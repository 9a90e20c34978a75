"""Removing versions and whole assets for good: bytes, quota and records, each exactly once."""

from collections.abc import Iterable
from datetime import datetime

from chalicelib.assets import contents, usage
from chalicelib.assets.models import AnyItem, AssetMetadata, AssetVersion, Branch, asset_key
from chalicelib.assets.relationships import ties
from chalicelib.assets.upload_models import Upload
from chalicelib.core import storage
from chalicelib.core.errors import Conflict
from chalicelib.core.outbox import Person, record
from chalicelib.core.settings import settings
from chalicelib.core.tables import ConditionFailed, Write, check, find, put, remove, transact
from chalicelib.tenants import quotas


class VersionInUse(Conflict):
    """The version is published, in review, shared, or a branch ends or begins with it; it stays."""

    code, title = "version_in_use", "Still in use"


def work(asset: AssetMetadata, now: datetime) -> None:
    """Remove an asset whose purge has begun; cut off anywhere, it is taken up again."""
    for version in AssetVersion.query(
        asset.pk, AssetVersion.sk.startswith("V#"), consistent_read=True
    ):
        remove_version(version, now)
    ties.forget(asset)
    for item in AnyItem.query(asset.pk, consistent_read=True):
        if item.sk != asset.sk:
            item.delete()
    try:
        transact(
            remove(
                asset,
                condition=AssetMetadata.listed_in.does_not_exist() & AssetMetadata.pk.exists(),
            ),
            quotas.released(asset.tenant_id, 0, 1),
        )
    except ConditionFailed:
        return  # another request was faster


def delete_version(
    asset: AssetMetadata, version: AssetVersion, actor: Person, now: datetime
) -> None:
    """Remove a version that nothing needs.

    Raises:
        VersionInUse: it is published, scheduled or in review, the newest of a branch, where one
            began, or pinned by a share link.
    """
    number = version.number
    scheduled = asset.schedule is not None and asset.schedule.number == number
    shown = number in (asset.current_version, asset.published_version)
    heads = {branch.head for branch in _branches(asset)}
    in_review = version.status == "in_review"
    if shown or scheduled or in_review or version.branch_points or number in heads:
        raise VersionInUse
    if usage.pinned.get()(asset.tenant_id, asset.asset_id, number):
        raise VersionInUse
    unused = AssetMetadata.published_version.does_not_exist() | (
        AssetMetadata.published_version != number
    )
    deleted = record(
        asset.tenant_id,
        actor,
        "version.deleted",
        ("asset", str(asset.asset_id)),
        now,
        old={"version": number, "status": version.status},
    )
    try:
        remove_version(version, now, check(asset, unused), put(deleted))
    except ConditionFailed:
        raise VersionInUse from None


def _branches(asset: AssetMetadata) -> Iterable[Branch]:
    return Branch.query(asset.pk, Branch.sk.startswith("BRANCH#"), consistent_read=True)


def remove_version(version: AssetVersion, now: datetime, *also: Write) -> None:
    """Remove one version, release its bytes, and delete its content if nobody else has it.

    A failed version has given its bytes back already.

    Raises:
        ConditionFailed: one of `also` did not hold.
    """
    upload = _upload(version)
    sha256 = None if version.content_key is None else version.face.sha256
    same = AssetVersion.branch_points == version.branch_points
    writes = [remove(version, condition=same & (AssetVersion.status == version.status))]
    size_bytes = 0 if version.status == "failed" else version.face.size_bytes
    held = _held(upload) if upload is not None else []
    writes.append(quotas.released(version.tenant_id, size_bytes, settled=held))
    if sha256 is not None:
        number = version.number
        wanted = contents.reference(version.tenant_id, sha256, version.asset_id, number)
        writes += contents.detached(wanted, now)
    if upload is not None:
        writes.append(remove(upload))
    try:
        transact(*writes, *also)
    except ConditionFailed as failure:
        if failure.index != 0:
            raise
        fresh = find(AssetVersion, version.pk, version.sk)
        if fresh is not None:  # it has just moved on
            remove_version(fresh, now, *also)
        return
    if upload is not None:
        _forget_bytes(upload)
    if sha256 is not None:
        contents.collect(version.tenant_id, sha256, now)


def _held(upload: Upload) -> list[str]:
    """Name the reservations that a crash may have left of an upload: of an asset, of a version."""
    size_bytes = upload.declared.size_bytes
    return [quotas.token(str(upload.upload_id), size_bytes, assets) for assets in (1, 0)]


def _upload(version: AssetVersion) -> Upload | None:
    if version.upload_id is None:
        return None
    return find(Upload, asset_key(version.tenant_id, version.upload_id), "UPLOAD")


def _forget_bytes(upload: Upload) -> None:
    """Delete what was sent to the uploads bucket."""
    bucket = settings().uploads_bucket
    if upload.multipart_id is not None:
        storage.abort_multipart(bucket, upload.key, upload.multipart_id)
    storage.delete_versions(bucket, upload.key)
