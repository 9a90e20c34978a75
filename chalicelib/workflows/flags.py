"""Flags: what people and rules say against an asset, and what a moderator makes of it.

A resolution is written first, with the versions that it is about, and carried out afterwards; what
a crash leaves undone whoever looks at what is due carries out from there.
"""

import logging
from datetime import datetime
from typing import Any, Literal

import msgspec

from chalicelib.assets.models import AssetMetadata
from chalicelib.core import clock
from chalicelib.core.due import due_key
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.outbox import Person, record
from chalicelib.core.tables import ConditionFailed, find, put, remove, transact, update
from chalicelib.workflows import folding, resolving
from chalicelib.workflows.folding import Reason, Report
from chalicelib.workflows.models import reviews_key
from chalicelib.workflows.moderation_models import (
    ModerationFlag,
    OpenFlag,
    flags_of_asset,
    flags_of_tenant,
)

log = logging.getLogger(__name__)

_ATTEMPTS = 60

Status = Literal["open", "resolved"]
Resolution = Literal["dismiss", "reject_asset", "approve_asset"]


def report(
    asset: AssetMetadata, number: int, actor: Person, reason: Reason, comment: str, now: datetime
) -> ModerationFlag:
    """Say something against a version; what the same person said before does not count again.

    Returns:
        The asset's open flag, with all that was said.
    """
    said = Report(by=actor, reason=reason, comment=comment, at=clock.timestamp(now), version=number)
    for _ in range(_ATTEMPTS):
        flag, writes = folding.folded(asset, [said], now)
        try:
            if writes:
                transact(*writes)
            return flag
        except ConditionFailed:
            continue  # somebody else said something at the same time
    raise Conflict("Too many people flag this asset at the same time; try again.")


def get(tenant_id: str, flag_id: str) -> ModerationFlag:
    """Read a flag.

    Raises:
        NotFound: there is none.
    """
    flag = folding.of_flag(tenant_id, flag_id)
    if flag is None:
        raise NotFound("There is no such flag.")
    return flag


def page(
    tenant_id: str, status: Status, asset_id: str | None, limit: int, position: Any
) -> tuple[list[ModerationFlag], Any]:
    """Read one page of a tenant's or an asset's flags, the newest first."""
    if asset_id is None:
        listed = flags_of_tenant(tenant_id, status)
        results = ModerationFlag.by_tenant.query(
            listed, scan_index_forward=False, limit=limit, last_evaluated_key=position
        )
    else:
        results = ModerationFlag.by_asset.query(
            flags_of_asset(tenant_id, asset_id),
            filter_condition=ModerationFlag.status == status,
            scan_index_forward=False,
            limit=limit,
            last_evaluated_key=position,
        )
    found = list(results)
    return found, results.last_evaluated_key


def resolve(
    flag: ModerationFlag, resolution: Resolution, comment: str, actor: Person, now: datetime
) -> ModerationFlag:
    """End a flag with a moderator's word, and do what that asks for.

    `reject_asset` takes every version that is approved or in review from everybody.
    `approve_asset` lets go on what moderation stopped, and nothing that approvers did.

    Raises:
        Conflict: it is resolved already.
    """
    for _ in range(_ATTEMPTS):
        if flag.status != "open":
            raise Conflict("This flag is resolved already.")
        try:
            _write(flag, resolution, comment, actor, now)
            break
        except ConditionFailed:
            flag = get(flag.pk, flag.flag_id)
    else:
        raise Conflict("Too many people flag this asset at the same time; try again.")
    try:
        attend(flag.pk, flag.sk, now)
    except Exception:
        log.exception("resolution not carried out", extra={"flag_id": flag.flag_id})
    return flag


def attend(pk: str, sk: str, now: datetime) -> None:
    """Carry out a flag's resolution, if that is still to be done; again is fine."""
    flag = find(ModerationFlag, pk, sk)
    if flag is None or flag.due_at is None:
        return
    resolving.carry_out(flag, now)
    update(flag, ModerationFlag.due_shard.remove(), ModerationFlag.due_at.remove())


def _write(
    flag: ModerationFlag, resolution: Resolution, comment: str, actor: Person, now: datetime
) -> None:
    read = int(flag.revision)
    flag.status, flag.resolution, flag.comment = "resolved", resolution, comment
    flag.resolved_by, flag.resolved_at = msgspec.to_builtins(actor), clock.timestamp(now)
    flag.updated_at = flag.resolved_at
    flag.listed_in = flags_of_tenant(flag.pk, "resolved")
    flag.revision = read + 1
    flag.versions = resolving.concerned(flag)
    if resolution != "dismiss":  # where no version is meant yet, those that are still in work are
        flag.due_shard, flag.due_at = due_key(now, flag.flag_id)
    pointer = OpenFlag(reviews_key(flag.pk, flag.asset_id), "FLAG")
    new = {"flag_id": flag.flag_id, "resolution": resolution, "comment": comment}
    subject = ("asset", str(flag.asset_id))
    transact(
        put(flag, condition=ModerationFlag.revision == read),
        remove(pointer, condition=OpenFlag.flag_id == flag.flag_id),
        put(record(flag.pk, actor, "moderation.resolved", subject, now, new=new)),
    )
