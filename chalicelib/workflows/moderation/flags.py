"""Flags: what people and rules say against an asset, and what a moderator makes of it.

A resolution is written first, with the versions that it is about, and carried out afterwards; what
a crash leaves undone whoever looks at what is due carries out from there.
"""

import logging
from datetime import datetime
from typing import Literal

from chalicelib.assets.models import AssetMetadata
from chalicelib.core import clock, pages
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.optimistic_locking import despite_others
from chalicelib.core.outbox import Person, record
from chalicelib.core.pages import Position
from chalicelib.core.tables import find, put, remove, transact, update
from chalicelib.workflows.models import reviews_key
from chalicelib.workflows.moderation import bans, flag_reports, takedowns
from chalicelib.workflows.moderation.models import (
    ModerationFlag,
    OpenFlag,
    Reason,
    Report,
    flags_of_asset,
    flags_of_tenant,
)

log = logging.getLogger(__name__)

_ATTEMPTS = 20
_SLICES_AT_ONCE = 4
_TOO_MANY = "Too many people flag this asset at the same time; try again."

Status = Literal["open", "resolved"]
Resolution = Literal["dismiss", "reject_asset", "approve_asset"]


def report(
    asset: AssetMetadata, number: int, actor: Person, reason: Reason, comment: str, now: datetime
) -> ModerationFlag:
    """Flag a version; an earlier report of the same person does not count again.

    Returns:
        The asset's open flag, with all that was said.
    """
    said = Report(by=actor, reason=reason, comment=comment, at=clock.timestamp(now), version=number)

    def write(asset: AssetMetadata) -> ModerationFlag:
        flag, writes = flag_reports.folded(asset, [said], now)
        if writes:
            transact(*writes)
        return flag

    return despite_others(write, asset, lambda same: same, _TOO_MANY, _ATTEMPTS)


def get(tenant_id: str, flag_id: str) -> ModerationFlag:
    """Read a flag.

    Raises:
        NotFound: there is none.
    """
    flag = flag_reports.of_flag(tenant_id, flag_id)
    if flag is None:
        raise NotFound("There is no such flag.")
    return flag


def page(
    tenant_id: str, status: Status, asset_id: str | None, limit: int, position: Position
) -> tuple[list[ModerationFlag], Position]:
    """Read one page of a tenant's or an asset's flags, the newest first."""
    if asset_id is None:
        listed = flags_of_tenant(tenant_id, status)
        return pages.read(
            ModerationFlag.by_tenant, listed, limit=limit, position=position, newest_first=True
        )
    return pages.read(
        ModerationFlag.by_asset,
        flags_of_asset(tenant_id, asset_id),
        limit=limit,
        position=position,
        newest_first=True,
        keep=ModerationFlag.status == status,
    )


def resolve(
    flag: ModerationFlag, resolution: Resolution, comment: str, actor: Person, now: datetime
) -> ModerationFlag:
    """End a flag with a moderator's word, and do what that asks for.

    `reject_asset` takes every version that is approved or in review from everybody.
    `approve_asset` lets go on what moderation stopped, and nothing that approvers did.

    Raises:
        Conflict: it is resolved already.
    """

    def write(read: ModerationFlag) -> ModerationFlag:
        if read.status != "open":
            raise Conflict("This flag is resolved already.")
        _write(read, resolution, comment, actor, now)
        return read

    flag = despite_others(write, flag, lambda old: get(old.pk, old.flag_id), _TOO_MANY, _ATTEMPTS)
    try:
        finish_resolution(flag.pk, flag.sk, now)
    except Exception:
        log.exception("resolution not carried out", extra={"flag_id": flag.flag_id})
    return flag


def finish_resolution(pk: str, sk: str, now: datetime) -> None:
    """Carry out a flag's resolution, if that is still to be done, as far as its turn goes.

    Idempotent; what is left over is due again at once, after what others wait for.
    """
    flag = find(ModerationFlag, pk, sk)
    if flag is None or flag.due_at is None:
        return
    for _ in range(_SLICES_AT_ONCE):
        if takedowns.carry_out(flag, now) and _holders_flagged(flag, now):
            update(flag, *ModerationFlag.due_actions(None, flag.flag_id))
            return
        update(
            flag,
            ModerationFlag.progress.set(flag.progress),
            ModerationFlag.holders.set(flag.holders)
            if flag.holders
            else ModerationFlag.holders.remove(),
            *ModerationFlag.due_actions(now, flag.flag_id),
        )


def _holders_flagged(flag: ModerationFlag, now: datetime) -> bool:
    return flag.resolution != "reject_asset" or bans.flag_holders(flag, now)


def _write(
    flag: ModerationFlag, resolution: Resolution, comment: str, actor: Person, now: datetime
) -> None:
    read = flag.revision
    flag.status, flag.resolution, flag.comment = "resolved", resolution, comment
    flag.resolved_by, flag.resolved_at = actor, clock.timestamp(now)
    flag.updated_at = flag.resolved_at
    flag.listed_in = flags_of_tenant(flag.pk, "resolved")
    flag.revision = read + 1
    effects = [*takedowns.pronounced(flag, now), *bans.pronounced(flag)]
    if resolution != "dismiss":  # where no version is meant yet, those that are still in work are
        flag.make_due(now, flag.flag_id)
    pointer = OpenFlag(reviews_key(flag.pk, flag.asset_id), "FLAG")
    new = {"flag_id": flag.flag_id, "resolution": resolution, "comment": comment}
    subject = ("asset", str(flag.asset_id))
    transact(
        put(flag, condition=ModerationFlag.revision == read),
        remove(pointer, condition=OpenFlag.flag_id == flag.flag_id),
        put(record(flag.pk, actor, "moderation.resolved", subject, now, new=new)),
        *effects,
    )
