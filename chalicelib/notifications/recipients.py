"""Who is told of a change: read from its record, and from how things are by now."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from chalicelib.assets import catalog
from chalicelib.assets.models import GUEST, AssetMetadata, asset_key
from chalicelib.core import clock
from chalicelib.core.errors import NotFound
from chalicelib.core.outbox import SYSTEM
from chalicelib.core.records import Record
from chalicelib.core.tables import find
from chalicelib.devices import registry as devices
from chalicelib.devices.rollouts import trials
from chalicelib.notifications import matches, mentions, visibility, wording
from chalicelib.notifications.wording import Words
from chalicelib.tenants import members, roles
from chalicelib.tenants.models import Member, member_key
from chalicelib.workflows.approval import reading
from chalicelib.workflows.approval.reading import Workflow


class Notice(NamedTuple):
    """What one member is told; told again under the same id, it is one.

    `role` is the one by which they are asked, if by one: who has lost it is not asked any more.
    """

    id: str
    member_id: str
    words: Words
    role: str | None = None


Tell = Callable[[Record, Workflow], list[Notice]]


def of(record: Record) -> list[Notice]:
    """Return who is told what of a change; nothing that is over, and nobody of what they did."""
    told: list[Notice] = []
    if record.subject.type == "workflow":
        workflow = _workflow(record)
        if workflow is not None:
            by_action = _BY_ACTION.get(record.action)
            told = by_action(record, workflow) if by_action is not None else []
            told += _mentioned(record, workflow)
    elif tell := _OF_OTHERS.get(record.action):
        told = tell(record)
    return [one for one in told if one.member_id != record.actor.id]


def opening_id(workflow: Workflow) -> str:
    """Name what tells that a turn waits for a member, however they came to have a part in it."""
    instance = workflow.instance
    opened = datetime.fromisoformat(str(instance.opened_at))
    return clock.derived_id(opened, f"{instance.workflow_id}#{instance.turn}")


def waits_for(workflow: Workflow, turn: int, member_id: str) -> bool:
    """Return whether a turn still waits for a member's decision."""
    now = workflow.is_live and workflow.instance.turn == turn
    return now and any(one.id == member_id for one in workflow.pending)


def _step_opened(record: Record, workflow: Workflow) -> list[Notice]:
    if not _is_now(record, workflow):
        return []
    words, name = wording.assignment(workflow), opening_id(workflow)
    return [Notice(name, one.id, words, one.role) for one in workflow.pending]


def _delegated(record: Record, workflow: Workflow) -> list[Notice]:
    to = _facts(record).get("to", "")
    if not _is_now(record, workflow) or not waits_for(workflow, workflow.instance.turn, to):
        return []
    words = wording.assignment(workflow, record.actor.email, _comment(record))
    return [Notice(opening_id(workflow), to, words)]


def _returned(record: Record, workflow: Workflow) -> list[Notice]:
    to = _facts(record).get("to", "")
    if not _is_now(record, workflow) or not waits_for(workflow, int(workflow.instance.turn), to):
        return []
    return [Notice(_record_id(record), to, wording.assignment(workflow))]


def _reminded(record: Record, workflow: Workflow) -> list[Notice]:
    if not _is_now(record, workflow):
        return []
    words = wording.reminder(workflow)
    return [Notice(_record_id(record), one.id, words, one.role) for one in workflow.pending]


def _escalated(record: Record, workflow: Workflow) -> list[Notice]:
    if not _is_now(record, workflow):
        return []
    why, name = _comment(record), opening_id(workflow)
    words = wording.escalation(workflow, why)
    told = [Notice(name, one.id, words, one.role) for one in workflow.pending]
    if _facts(record).get("unfulfillable"):
        words = wording.unfulfillable(workflow, why)
        deciding = {one.member_id for one in told}
        told += [
            Notice(_record_id(record), member_id, words)
            for member_id in _holders(record.tenant_id, roles.ADMINS)
            if member_id not in deciding
        ]
    return told


def _ended(record: Record, workflow: Workflow) -> list[Notice]:
    action = record.action.removeprefix("workflow.")
    if action == "cancelled" and record.actor.id == SYSTEM.id:
        return []  # what happened to the version instead, its uploader did or knows
    by, note, why, decider = record.actor.email, _comment(record), "", record.actor.id
    if action == "completed":
        by, note, decider = _last_approval(workflow)
    if not by:
        note, why = "", note
    instance = workflow.instance
    maker = instance.uploader if instance.proposal is None else instance.created_by
    if decider == maker.id:
        return []
    words = wording.decision(workflow, action, by, note, why)
    return [Notice(_record_id(record), maker.id, words)]


def _mentioned(record: Record, workflow: Workflow) -> list[Notice]:
    if record.actor.id == SYSTEM.id:
        return []
    note = _comment(record)
    words = wording.mention(workflow, record.actor.email, note)
    named = mentions.of(record.tenant_id, note)
    seeing = [member for member in named if mentions.may_see(workflow, member)]
    return [Notice(_record_id(record), member.id, words) for member in seeing]


def _commented(record: Record) -> list[Notice]:
    """Tell those whom a comment names, or names now, and who see it."""
    asset, comment_id = _asset(record), str(_facts(record).get("comment_id") or "")
    if asset is None or asset.trashed_at is not None or not comment_id:
        return []
    note = str(_facts(record).get("body") or "")
    known = {one.id for one in mentions.of(record.tenant_id, str((record.old or {}).get("body")))}
    words = wording.commented(asset.title, asset.asset_id, comment_id, record.actor.email, note)
    return [
        Notice(_record_id(record), member.id, words)
        for member in mentions.of(record.tenant_id, note)
        if member.id not in known
        and visibility.comment_for(record.tenant_id, asset.asset_id, comment_id, member)
    ]


def _quarantined(record: Record) -> list[Notice]:
    asset = _asset(record)
    facts = _facts(record)
    if asset is None or "version" not in facts:
        return []
    number = int(facts["version"])
    version = catalog.version(record.tenant_id, record.subject.id, number)
    owner = asset.uploaded_by if version is None else version.created_by

    def words(uploader: str | None) -> Words:
        title, signature = asset.title, facts.get("signature")
        return wording.quarantine(title, asset.asset_id, number, signature, uploader)

    name, others = _record_id(record), words(owner.email)
    if owner.id == GUEST.id:  # the member who asked has to know, and did not send it
        owner = asset.uploaded_by
        told = [Notice(name, owner.id, others)]
    else:
        told = [Notice(name, owner.id, words(None))]
    for member_id in _holders(record.tenant_id, frozenset({roles.MODERATOR, roles.ADMIN})):
        if member_id != owner.id:
            told.append(Notice(name, member_id, others))
    return told


def _rights_ending(record: Record) -> list[Notice]:
    asset = _asset(record)
    ends = _facts(record).get("expires_at")
    if asset is None or asset.trashed_at is not None or ends is None:
        return []
    said = asset.rights.get("expires_at")
    if said is None or clock.timestamp(datetime.fromisoformat(said)) != ends:
        return []  # extended meanwhile, or ended for good
    owner = find(Member, record.tenant_id, member_key(asset.uploaded_by.id))
    if owner is None or not visibility.sees(asset, owner, clock.now()):
        return []
    words = wording.rights_ending(asset.title, asset.asset_id, ends)
    return [Notice(_record_id(record), asset.uploaded_by.id, words)]


def _device_silent(record: Record) -> list[Notice]:
    device = devices.lookup(record.tenant_id, record.subject.id)
    if device is None or device.silent_since is None:
        return []  # heard of again, or deleted
    words = wording.device_silent(device.told.name, device.id, device.heard_at)
    admins = _holders(record.tenant_id, roles.ADMINS)
    return [Notice(_record_id(record), one, words, roles.ADMIN) for one in admins]


def _webhook_off(record: Record) -> list[Notice]:
    url, reason = str(_facts(record).get("url") or ""), str(_facts(record).get("reason") or "")
    words = wording.webhook_off(urlsplit(url).netloc, reason)
    name, admins = _record_id(record), _holders(record.tenant_id, roles.ADMINS)
    return [Notice(name, one, words, roles.ADMIN) for one in admins]


def _taken_back(record: Record) -> list[Notice]:
    rollout = trials.lookup(record.tenant_id, record.subject.id)
    if rollout is None or rollout.failed_device_id is None:
        return []
    device = devices.lookup(record.tenant_id, rollout.failed_device_id)
    name = None if device is None else device.told.name
    words = wording.taken_back(rollout.id, rollout.group, name, rollout.error)
    return [Notice(_record_id(record), rollout.created_by.id, words)]


def _matched(record: Record) -> list[Notice]:
    found = matches.of(record, clock.now())
    return [] if found is None else [Notice(_record_id(record), *found)]


_BY_ACTION: dict[str, Tell] = {
    "workflow.step_opened": _step_opened,
    "workflow.delegated": _delegated,
    "workflow.returned": _returned,
    "workflow.reminded": _reminded,
    "workflow.escalated": _escalated,
    "workflow.completed": _ended,
    "workflow.rejected": _ended,
    "workflow.changes_requested": _ended,
    "workflow.expired": _ended,
    "workflow.cancelled": _ended,
}


_OF_OTHERS: dict[str, Callable[[Record], list[Notice]]] = {
    "comment.created": _commented,
    "comment.changed": _commented,
    "version.quarantined": _quarantined,
    "asset.expiry_announced": _rights_ending,
    "device.silent": _device_silent,
    "webhook.switched_off": _webhook_off,
    "rollout.rolled_back": _taken_back,
    "saved_search.matched": _matched,
}


def _workflow(record: Record) -> Workflow | None:
    try:
        return reading.load(record.tenant_id, record.subject.id)
    except NotFound:
        return None


def _asset(record: Record) -> AssetMetadata | None:
    found = find(AssetMetadata, asset_key(record.tenant_id, record.subject.id), "ASSET")
    return None if found is None or found.listed_in is None else found


def _is_now(record: Record, workflow: Workflow) -> bool:
    """Return whether a workflow still is where the record was written."""
    return workflow.is_live and workflow.instance.turn == _facts(record).get("turn")


def _holders(tenant_id: str, wanted: frozenset[str]) -> list[str]:
    return [member.id for member in members.active(tenant_id) if wanted & set(member.roles)]


def _last_approval(workflow: Workflow) -> tuple[str, str, str]:
    """Return who approved last, what they wrote, and their id."""
    said = [one for one in reading.history(workflow.instance) if one.action == "approved"]
    last = said[-1] if said else None
    return (last.actor.email, last.comment, last.actor.id) if last else ("", "", "")


def _facts(record: Record) -> dict[str, Any]:
    """Return the values after the change; a record that was too large is told without them."""
    return record.new or {}


def _comment(record: Record) -> str:
    return str(_facts(record).get("comment") or "")


def _record_id(record: Record) -> str:
    return clock.derived_id(clock.id_time(record.id), record.id)
