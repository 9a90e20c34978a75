"""Branches, merging and rolling back: new versions of bytes that are there already."""

import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from chalicelib.assets import admission, catalog, contents, edits, faces, reservations, versions
from chalicelib.assets.admission import Candidate
from chalicelib.assets.downloads import NotReady
from chalicelib.assets.faces import Face
from chalicelib.assets.models import (
    AssetMetadata,
    AssetVersion,
    Branch,
    branch_key,
    version_key,
)
from chalicelib.core import clock
from chalicelib.core.errors import Conflict, NotFound, invalid
from chalicelib.core.outbox import Person, record
from chalicelib.core.tables import ConditionFailed, Write, change, find, put, transact
from chalicelib.tenants import accounts, quotas

_MAX_NAME = 100
_JOINER = "\u200d"
"""Joins emoji, such as those of a family."""
_NOT_IN_NAMES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_COPYABLE = frozenset({"approved", "in_review", "rejected"})
"""States of versions whose bytes are clean and processed."""


class BranchDiverged(Conflict):
    """`main` has moved on since the branch began; merge with the strategy `theirs` all the same."""

    code, title = "branch_diverged", "The branch has diverged"


def create(
    asset: AssetMetadata, name: str, from_version: AssetVersion, actor: Person, now: datetime
) -> Branch:
    """Begin a branch at a version.

    Raises:
        Invalid: not a name.
        Conflict: there is such a branch.
        AssetTrashed: the asset is in the trash.
    """
    name = checked_name(name)
    edits.require_live(asset)
    number = int(from_version.number)
    branch = Branch(
        asset.pk,
        branch_key(name),
        name=name,
        head=number,
        from_version=number,
        base=_base(asset, from_version),
        created_by=msgspec.to_builtins(actor),
        created_at=clock.timestamp(now),
    )
    subject = ("asset", str(asset.asset_id))
    created = record(
        asset.tenant_id,
        actor,
        "branch.created",
        subject,
        now,
        new={"name": name, "from_version": number},
    )
    try:
        transact(
            put(branch, condition=Branch.pk.does_not_exist()),
            change(
                from_version,
                AssetVersion.branch_points.add(1),
                condition=AssetVersion.pk.exists(),
            ),
            put(created),
        )
    except ConditionFailed as failure:
        if failure.index == 1:
            raise NotFound("There is no such version.") from None
        raise Conflict(f"There is a branch {name} already.") from None
    return branch


def get(asset: AssetMetadata, name: str) -> Branch:
    """Read a branch; `main` is one that nobody has to create.

    Raises:
        NotFound: there is none of this name.
    """
    if name == versions.MAIN:
        return main_of(asset)
    known = len(name) <= _MAX_NAME  # no key could hold much more
    key = branch_key(unicodedata.normalize("NFC", name))
    branch = find(Branch, asset.pk, key) if known else None
    if branch is None:
        raise NotFound("There is no such branch.")
    return branch


def main_of(asset: AssetMetadata) -> Branch:
    """Describe `main` as a branch."""
    number = int(asset.current_version)
    return Branch(
        asset.pk,
        branch_key(versions.MAIN),
        name=versions.MAIN,
        head=number,
        from_version=None,
        base=number,
        created_at=asset.created_at,
    )


def page(asset: AssetMetadata, limit: int, position: Any) -> tuple[list[Branch], Any]:
    """Read one page of an asset's branches: `main`, then the others by name."""
    first = [] if position else [main_of(asset)]
    before_all = {"pk": {"S": asset.pk}, "sk": {"S": branch_key("")}}
    if len(first) == limit:
        return first, before_all
    results = Branch.query(
        asset.pk,
        Branch.sk.startswith("BRANCH#"),
        limit=limit - len(first),
        last_evaluated_key=position or before_all,
    )
    found = list(results)
    return first + found, results.last_evaluated_key


def merge(
    asset: AssetMetadata, branch: Branch, *, theirs: bool, actor: Person, now: datetime
) -> AssetVersion:
    """Make a branch's newest version the newest of `main`; no bytes are copied.

    Raises:
        BranchDiverged: `main` moved since, and it was not said whose side wins.
        Conflict: the branch has nothing of its own.
        NotReady: its newest version failed, is infected or still in work.
    """
    if branch.name == versions.MAIN:
        raise Conflict("main cannot be merged into itself.")
    if branch.head in (branch.from_version, branch.merged):
        raise Conflict(f"Branch {branch.name} has nothing that main has not.")
    if asset.current_version != branch.base and not theirs:
        raise BranchDiverged(
            f"main has moved from version {int(branch.base)} to {int(asset.current_version)}."
        )
    source = _version(asset, int(branch.head))
    number = int(asset.last_version) + 1
    moved = change(
        branch,
        Branch.base.set(number),
        Branch.merged.set(int(branch.head)),
        condition=Branch.head == branch.head,
    )
    description = f"Merged branch {branch.name}"
    return copy_to_main(asset, source, description, "branch.merged", actor, now, [moved])


def roll_back(
    asset: AssetMetadata, source: AssetVersion, actor: Person, now: datetime
) -> AssetVersion:
    """Make an earlier version's content the newest of `main` again; no bytes are copied.

    Raises:
        NotReady: that version failed, is infected or still in work.
    """
    description = f"Rolled back to version {int(source.number)}"
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
    """Add a `main` version with the content and the approval of another one.

    Raises:
        NotReady: that one has no bytes to give.
        QuotaExceeded: its bytes, counted once more, do not fit.
        Conflict: somebody else added a version at the same time.
    """
    edits.require_live(asset)
    face = faces.read(source.face)
    if face.status not in _COPYABLE or face.sha256 is None:
        raise NotReady(
            f"Version {int(source.number)} is {face.status}; its content cannot be used."
        )
    effective = accounts.settings_of(accounts.get(asset.tenant_id))
    face.status_reason = None
    face.number = int(asset.last_version) + 1
    version = AssetVersion(
        asset.pk,
        version_key(face.number),
        tenant_id=asset.tenant_id,
        asset_id=asset.asset_id,
        number=face.number,
        parent=int(asset.current_version),
        change_description=description,
        status=face.status,
        face=faces.stored(face),
        embedded=source.embedded,
        deduplicated=True,
        created_by=msgspec.to_builtins(actor),
        created_at=clock.timestamp(now),
        content_by=source.uploader,
        content_key=source.content_key,
        sk_ref=f"{asset.asset_id}#{face.number:06d}",
    )
    admitted = admission.decide(
        Candidate(
            asset=asset,
            version=version,
            face=face,
            text=lambda: _text(asset.tenant_id, face),
            embedded=source.embedded or {},
            copied_from=source,
        ),
        now,
    )
    face.status, face.status_reason = admitted.status, admitted.reason
    version.status, version.face = face.status, faces.stored(face)
    reservation = (asset.tenant_id, clock.new_id(now), face.size_bytes, 0)
    reservations.reserve(*reservation, effective.storage_quota_bytes, now)
    wanted = contents.reference(asset.tenant_id, face.sha256, asset.asset_id, face.number)
    written = record(
        asset.tenant_id,
        actor,
        action,
        ("asset", str(asset.asset_id)),
        now,
        new={"version": face.number, "from_version": int(source.number), "status": face.status},
    )
    try:
        transact(
            *versions.added(asset, version, publish=admitted.publish, now=now),
            *contents.attached(wanted),
            quotas.settled(*reservation),
            put(written),
            *also,
            *admitted.writes,
        )
    except BaseException as failure:
        quotas.cancel(*reservation)
        if isinstance(failure, ConditionFailed):
            raise Conflict("Somebody else added a version at the same time; try again.") from None
        raise
    admitted.afterwards()
    return version


def checked_name(name: str) -> str:
    """Check a branch's name.

    Raises:
        Invalid: it is empty, too long, reserved, or holds what a path segment cannot.
    """
    text = unicodedata.normalize("NFC", name).strip()
    if not 1 <= len(text) <= _MAX_NAME:
        raise invalid("name", f"1 to {_MAX_NAME} characters")
    odd = any(unicodedata.category(c) in _NOT_IN_NAMES and c != _JOINER for c in text)
    if "/" in text or text in {".", "..", versions.MAIN} or odd:
        raise invalid("name", "No slashes, no control characters, and not main")
    return text


def _base(asset: AssetMetadata, from_version: AssetVersion) -> int:
    """Give the `main` version that a new branch stands on; a branch of a branch stands on its."""
    number = int(from_version.number)
    if from_version.branch == versions.MAIN:
        return number
    origin = get(asset, from_version.branch)
    is_current = origin.merged is None or number >= origin.merged
    return int(origin.base) if is_current else number


def _text(tenant_id: str, face: Face) -> str:
    content = contents.get(tenant_id, str(face.sha256))
    return content.text if content is not None else ""


def _version(asset: AssetMetadata, number: int) -> AssetVersion:
    version = catalog.version(asset.tenant_id, asset.asset_id, number)
    if version is None:
        raise NotFound("There is no such version.")
    return version
