"""Devices that are not heard of: noticed once their tenant's limit is over, and told of once."""

from datetime import datetime, timedelta

from chalicelib.core.outbox import SYSTEM, record
from chalicelib.core.tables import ConditionFailed, change, put, transact, update
from chalicelib.devices.models import Device
from chalicelib.tenants import accounts


def check(device: Device, now: datetime) -> None:
    """Note that a device is silent, or when to look again. Idempotent."""
    limit = timedelta(minutes=accounts.settings_of(device.pk).device_silent_minutes)
    last = device.heard_at or device.created_at
    ends = datetime.fromisoformat(last) + limit
    heard = Device.heard_at
    unheard = heard.does_not_exist() if device.heard_at is None else heard == device.heard_at
    try:
        if ends > now:
            update(device, *Device.due_actions(ends, device.id), condition=Device.pk.exists())
            return
        told = {"name": device.told.name, "last_seen_at": device.heard_at}
        transact(
            change(
                device,
                Device.silent_since.set(last),
                *Device.due_actions(None, device.id),
                condition=Device.pk.exists() & unheard,
            ),
            put(record(device.pk, SYSTEM, "device.silent", ("device", device.id), now, new=told)),
        )
    except ConditionFailed:
        return  # heard of, or deleted, meanwhile; it is still due, and looked at again
