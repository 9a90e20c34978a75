"""Which events audit records stand for, and what receivers are told of them.

Ids and states alone: no title, no address of a person, nothing that opens anything.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from chalicelib.core import clock
from chalicelib.core.records import Record
from chalicelib.webhooks.models import EventType

Data = dict[str, Any]


class Event(msgspec.Struct, frozen=True):
    """What is sent; the field order is that of the body.

    Attributes:
        id: the same for all webhooks and every repeat.
        type: what happened.
        created_at: when.
        tenant_id: where.
        data: the ids and states of what it is about.
    """

    id: str
    type: EventType
    created_at: str
    tenant_id: str
    data: Data


class _Source(NamedTuple):
    """An event that a record stands for, where `data` finds that it does."""

    type: EventType
    data: Callable[[Record], Data | None]


def of(record: Record) -> list[Event]:
    """Return the events that a record stands for; the same record always gives the same."""
    return [
        Event(_id(record, source.type), source.type, record.at, record.tenant_id, data)
        for source in _SOURCES.get(record.action, ())
        if (data := source.data(record)) is not None
    ]


def body(event: Event) -> str:
    """Write an event as it is sent."""
    return msgspec.json.encode(event).decode()


def _id(record: Record, event_type: EventType) -> str:
    return clock.derived_id(clock.id_time(record.id), f"{record.id} {event_type}")


def _version(record: Record) -> Data:
    new = record.new or {}
    told = {name: new[name] for name in ("version", "status", "status_reason") if name in new}
    return {"asset_id": record.subject.id, **told}


def _ready(record: Record) -> Data | None:
    """Tell of a version that came out of processing as it should."""
    before, after = (record.old or {}).get("status"), (record.new or {}).get("status")
    is_ready = before == "processing" and after in {"approved", "in_review"}
    return _version(record) if is_ready else None


def _linked(record: Record) -> Data | None:
    """Tell of an asset without bytes, which is never in work."""
    status = (record.new or {}).get("status")
    if status not in {"approved", "in_review"}:
        return None
    return {"asset_id": record.subject.id, "version": 1, "status": status}


def _with_status(wanted: str) -> Callable[[Record], Data | None]:
    def told(record: Record) -> Data | None:
        return _version(record) if (record.new or {}).get("status") == wanted else None

    return told


def _linked_and_approved(record: Record) -> Data | None:
    told = _linked(record)
    return told if told is not None and told["status"] == "approved" else None


def _published(record: Record) -> Data:
    return {
        "asset_id": record.subject.id,
        "version": (record.new or {}).get("published_version"),
        "previous_version": (record.old or {}).get("published_version"),
    }


def _share(*names: str) -> Callable[[Record], Data]:
    def told(record: Record) -> Data:
        new = record.new or {}
        return {"share_id": record.subject.id} | {name: new.get(name) for name in names}

    return told


def _workflow(record: Record) -> Data:
    new = record.new or {}
    told = {name: new.get(name) for name in ("asset_id", "version", "step_id")}
    return {"workflow_id": record.subject.id, **told}


def _assigned(record: Record) -> Data:
    new = record.new or {}
    people = [new["to"]] if "to" in new else new.get("assigned_to", [])
    return {**_workflow(record), "assigned_to": people}


def _decided(record: Record) -> Data:
    action = record.action.removeprefix("workflow.")
    return {**_workflow(record), "status": "approved" if action == "completed" else action}


def _device(record: Record) -> Data:
    new = record.new or {}
    return {"device_id": record.subject.id, "last_seen_at": new.get("last_seen_at")}


_READY = _Source("asset.ready", _ready)
_APPROVED = _Source("asset.approved", _with_status("approved"))
_REJECTED = _Source("asset.rejected", _with_status("rejected"))
_ASSIGNED = _Source("workflow.assigned", _assigned)
_DECIDED = _Source("workflow.decided", _decided)

_SOURCES: dict[str, tuple[_Source, ...]] = {
    "asset.created": (
        _Source("asset.ready", _linked),
        _Source("asset.approved", _linked_and_approved),
    ),
    "version.approved": (_READY, _APPROVED),
    "version.in_review": (_READY,),
    "version.rejected": (_REJECTED,),
    "version.changes_requested": (_REJECTED,),
    "version.expired": (_REJECTED,),
    "version.cancelled": (_REJECTED,),
    "version.quarantined": (_Source("asset.quarantined", _version),),
    "version.rolled_back": (_APPROVED,),
    "branch.merged": (_APPROVED,),
    "version.published": (_Source("version.published", _published),),
    "share.opened": (_Source("share.opened", _share("views")),),
    "share.used_up": (_Source("share.used_up", _share("download_count")),),
    "workflow.step_opened": (_ASSIGNED,),
    "workflow.escalated": (_ASSIGNED,),
    "workflow.delegated": (_ASSIGNED,),
    "workflow.returned": (_ASSIGNED,),
    "workflow.completed": (_DECIDED,),
    "workflow.auto_approved": (_DECIDED,),
    "workflow.rejected": (_DECIDED,),
    "workflow.changes_requested": (_DECIDED,),
    "workflow.expired": (_DECIDED,),
    "workflow.cancelled": (_DECIDED,),
    "device.silent": (_Source("device.silent", _device),),
}

ACTIONS = tuple(_SOURCES)
"""The actions of the records that can stand for an event."""
