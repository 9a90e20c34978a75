"""Pairing: a player shows a code, an admin types it in, and the player gets its token."""

import secrets
from datetime import datetime, timedelta

from chalicelib.core import clock, handles
from chalicelib.core.api.identity import Actor
from chalicelib.core.errors import NotFound
from chalicelib.core.repeatable_ids import under_way
from chalicelib.core.tables import ConditionFailed, change, find, put, transact
from chalicelib.devices import registry, tokens
from chalicelib.devices.models import Device, Pairing, PairingCode
from chalicelib.devices.registry import DeviceWanted

LIFETIME = timedelta(minutes=15)
"""How long a code is good for; a player whose code is over asks for another one."""

_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Of a code: none of them looks like another one."""

_CODE_LENGTH = 8
"""31 letters: 850 billion codes, so that nobody guesses one within its fifteen minutes."""

_CODES_TRIED = 5
PAIRING, CODE = "PAIRING", "CODE"


def begin(now: datetime) -> tuple[str, str, str]:
    """Let a player wait; return its code, its poll token, and when both are over."""
    poll_token = secrets.token_urlsafe(32)
    expires_at, ttl = clock.timestamp(now + LIFETIME), int((now + 2 * LIFETIME).timestamp())
    waiting_key = _waiting_key(poll_token)
    waiting = Pairing(waiting_key, PAIRING, expires_at=expires_at, ttl=ttl)
    for _ in range(_CODES_TRIED):
        code = "".join(secrets.choice(_LETTERS) for _ in range(_CODE_LENGTH))
        leading = PairingCode(_code_key(code), CODE, waiting_key=waiting_key, ttl=ttl)
        free = PairingCode.pk.does_not_exist()
        try:
            transact(put(leading, free), put(waiting))
        except ConditionFailed:
            continue  # another player shows this code
        return code, poll_token, expires_at
    raise RuntimeError("no code was free")


def take_in(actor: Actor, code: str, wanted: DeviceWanted, now: datetime) -> Device:
    """Make the player that shows a code one of the tenant's devices.

    Raises:
        NotFound: no player shows it, or it is over, or somebody was faster.
        Invalid: the device cannot be made so.
    """
    leading = find(PairingCode, _code_key(code), CODE)
    waiting = None if leading is None else find(Pairing, leading.waiting_key, PAIRING)
    if waiting is None:
        raise _unknown()
    if waiting.device_id is not None:
        return _taken_in_before(actor, waiting, now)
    if waiting.expires_at <= clock.timestamp(now):
        raise _unknown()
    device, _ = registry.prepared(actor.tenant_id, wanted, actor.person, now)
    device.token_hash = ""  # until the player fetches its token nobody has one
    taken = [Pairing.tenant_id.set(actor.tenant_id), Pairing.device_id.set(device.id)]
    try:
        transact(
            change(waiting, *taken, condition=Pairing.device_id.does_not_exist()),
            *registry.written(device, actor.person, now),
        )
    except ConditionFailed:
        raise _unknown() from None
    return device


def poll(poll_token: str, now: datetime) -> tuple[str | None, str | None]:
    """Return the id of the device that was made of a player, and its token the first time alone.

    Raises:
        NotFound: no player waits with this, or its time is over.
    """
    waiting = find(Pairing, _waiting_key(poll_token), PAIRING)
    if waiting is None or waiting.ttl <= now.timestamp():
        raise NotFound("No player waits with this poll token; ask for another code.")
    if waiting.device_id is None or waiting.tenant_id is None:
        if waiting.expires_at <= clock.timestamp(now):
            raise NotFound("The code is over; ask for another one.")
        return None, None
    if waiting.handed_over_at is not None:
        return waiting.device_id, None
    device = registry.lookup(waiting.tenant_id, waiting.device_id)
    if device is None:
        raise NotFound("The device has been deleted; ask for another code.")
    token, token_hash = tokens.new(device.pk, device.id)
    handed_over = Pairing.handed_over_at.set(clock.timestamp(now))
    actions = [Device.token_hash.set(token_hash), Device.token_number.add(1)]
    try:
        transact(
            change(waiting, handed_over, condition=Pairing.handed_over_at.does_not_exist()),
            change(device, *actions, condition=Device.token_number == device.token_number),
        )
    except ConditionFailed:
        return device.id, None  # another poll has it, or an admin gave it another one
    return device.id, token


def _taken_in_before(actor: Actor, waiting: Pairing, now: datetime) -> Device:
    """Return what this very request made when it was sent before and got no answer.

    Raises:
        NotFound: somebody else took the player in.
    """
    making = under_way(now)
    mine = making.is_repeat and waiting.device_id == making.id("device")
    device = registry.lookup(actor.tenant_id, str(waiting.device_id)) if mine else None
    if device is None:
        raise _unknown()
    return device


def _waiting_key(poll_token: str) -> str:
    return handles.key("pairing_poll", poll_token)


def _code_key(code: str) -> str:
    letters = "".join(code.split()).replace("-", "").upper()
    return handles.key("pairing_code", letters)


def _unknown() -> NotFound:
    return NotFound("No player shows this code; look at its screen again.")
