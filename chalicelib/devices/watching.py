"""What time does to screens: devices fall silent, and roll-outs end."""

from datetime import datetime

from chalicelib.core import due
from chalicelib.core.due import Indexed
from chalicelib.core.tables import find
from chalicelib.devices.models import DEVICE, AnyItem, Device
from chalicelib.devices.reports import silence
from chalicelib.devices.rollouts import trials
from chalicelib.devices.rollouts.models import RolloutItem


def watch(now: datetime) -> int:
    """Look after what is due; return how much there was."""
    return due.attend(AnyItem, _look_after, now)


def _look_after(item: Indexed, now: datetime) -> None:
    if item.sk.startswith(DEVICE):
        device = find(Device, item.pk, item.sk)
        if device is not None:
            silence.check(device, now)
        return
    rollout = find(RolloutItem, item.pk, item.sk)
    if rollout is not None:
        trials.settle(rollout, now)
