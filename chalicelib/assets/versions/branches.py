"""Branches of an asset: beginning one, and merging it into `main`."""

import unicodedata
from datetime import datetime

from chalicelib.assets import catalog
from chalicelib.assets.metadata import edits
from chalicelib.assets.models import AssetMetadata, AssetVersion, Branch, branch_key
from chalicelib.assets.versions import copies
from chalicelib.assets.versions.life import MAIN
from chalicelib.core import clock, pages
from chalicelib.core.errors import Conflict, NotFound, invalid
from chalicelib.core.outbox import Person, record
from chalicelib.core.pages import Position
from chalicelib.core.repeatable_ids import under_way
from chalicelib.core.tables import ConditionFailed, change, find, put, transact

_MAX_NAME = 100
_JOINER = "\u200d"
"""Joins emoji, such as those of a family."""
_NOT_IN_NAMES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


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
    number = from_version.number
    branch = Branch(
        asset.pk,
        branch_key(name),
        name=name,
        head=number,
        from_version=number,
        base=_base(asset, from_version),
        created_by=actor,
        created_at=clock.timestamp(now),
        making_id=under_way(now).id("branch"),
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
        made = find(Branch, asset.pk, branch.sk)
        if made is None or made.making_id != branch.making_id:
            raise Conflict(f"There is a branch {name} already.") from None
        return made  # by this request, when it was sent before
    return branch


def get(asset: AssetMetadata, name: str) -> Branch:
    """Read a branch; `main` is one that nobody has to create.

    Raises:
        NotFound: there is none of this name.
    """
    if name == MAIN:
        return main_of(asset)
    known = len(name) <= _MAX_NAME  # no key could hold much more
    key = branch_key(unicodedata.normalize("NFC", name))
    branch = find(Branch, asset.pk, key) if known else None
    if branch is None:
        raise NotFound("There is no such branch.")
    return branch


def main_of(asset: AssetMetadata) -> Branch:
    """Describe `main` as a branch."""
    number = asset.current_version
    return Branch(
        asset.pk,
        branch_key(MAIN),
        name=MAIN,
        head=number,
        from_version=None,
        base=number,
        created_at=asset.created_at,
    )


def page(asset: AssetMetadata, limit: int, position: Position) -> tuple[list[Branch], Position]:
    """Read one page of an asset's branches: `main`, then the others by name."""
    first = [] if position else [main_of(asset)]
    before_all = {"pk": {"S": asset.pk}, "sk": {"S": branch_key("")}}
    if len(first) == limit:
        return first, before_all
    found, following = pages.read(
        Branch,
        asset.pk,
        Branch.sk.startswith("BRANCH#"),
        limit=limit - len(first),
        position=position or before_all,
    )
    return first + found, following


def merge(
    asset: AssetMetadata, branch: Branch, *, theirs: bool, actor: Person, now: datetime
) -> AssetVersion:
    """Make a branch's newest version the newest of `main`; no bytes are copied.

    Raises:
        BranchDiverged: `main` moved since, and it was not said whose side wins.
        Conflict: the branch has nothing of its own.
        NotReady: its newest version failed, is infected or still in work.
    """
    made = copies.made_before(asset, now)
    if made is not None:
        return made
    if branch.name == MAIN:
        raise Conflict("main cannot be merged into itself.")
    if branch.head in (branch.from_version, branch.merged):
        raise Conflict(f"Branch {branch.name} has nothing that main has not.")
    if asset.current_version != branch.base and not theirs:
        raise BranchDiverged(
            f"main has moved from version {branch.base} to {asset.current_version}."
        )
    source = _version(asset, branch.head)
    number = asset.last_version + 1
    moved = change(
        branch,
        Branch.base.set(number),
        Branch.merged.set(branch.head),
        condition=Branch.head == branch.head,
    )
    description = f"Merged branch {branch.name}"
    return copies.copy_to_main(asset, source, description, "branch.merged", actor, now, [moved])


def checked_name(name: str) -> str:
    """Check a branch's name.

    Raises:
        Invalid: it is empty, too long, reserved, or holds what a path segment cannot.
    """
    text = unicodedata.normalize("NFC", name).strip()
    if not 1 <= len(text) <= _MAX_NAME:
        raise invalid("name", f"1 to {_MAX_NAME} characters")
    odd = any(unicodedata.category(c) in _NOT_IN_NAMES and c != _JOINER for c in text)
    if "/" in text or text in {".", "..", MAIN} or odd:
        raise invalid("name", "No slashes, no control characters, and not main")
    return text


def _base(asset: AssetMetadata, from_version: AssetVersion) -> int:
    """Return the `main` version that a new branch stands on; a branch of a branch stands on its."""
    number = from_version.number
    if from_version.branch == MAIN:
        return number
    origin = get(asset, from_version.branch)
    is_current = origin.merged is None or number >= origin.merged
    return origin.base if is_current else number


def _version(asset: AssetMetadata, number: int) -> AssetVersion:
    version = catalog.version(asset.tenant_id, asset.asset_id, number)
    if version is None:
        raise NotFound("There is no such version.")
    return version
