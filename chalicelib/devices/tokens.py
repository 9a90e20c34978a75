"""Device tokens: what a player shows to be known, of which Reef keeps a hash alone.

A token names its tenant and device beside the secret, so that the device's own item, which holds
the hash, is all that has to be read.
"""

import hmac
from dataclasses import dataclass

from chalicelib.core import bearer_tokens
from chalicelib.core.errors import NotFound, Unauthenticated
from chalicelib.core.tables import find_together
from chalicelib.devices.models import DEVICE, STAMP, Device, Stamp

PREFIX = "rd_"


@dataclass(frozen=True)
class Player:
    """The device on whose behalf a request runs, with its tenant's stamp of this very moment."""

    device: Device
    stamp: int

    @property
    def tenant_id(self) -> str:
        """Whose device it is."""
        return str(self.device.pk)

    @property
    def id(self) -> str:
        """The device's id."""
        return self.device.id


def new(tenant_id: str, device_id: str) -> tuple[str, str]:
    """Make a token of a device; return it and the hash to keep."""
    token = bearer_tokens.new(PREFIX, [tenant_id, device_id])
    return token, hashed(token)


def hashed(token: str) -> str:
    """Return what is kept of a token."""
    return bearer_tokens.hashed("device", token)


def authenticate(token: str) -> Player:
    """Turn a bearer token into the device of this very moment, by one request to DynamoDB.

    Raises:
        Unauthenticated: the token is none, or not the device's present one.
    """
    named = bearer_tokens.named(PREFIX, token, 2)
    if named is None:
        raise refused()
    tenant_id, device_id = named
    device, stamp = find_together(
        (Device, tenant_id, f"{DEVICE}{device_id}"), (Stamp, tenant_id, STAMP)
    )
    if device is None or not hmac.compare_digest(device.token_hash, hashed(token)):
        raise refused()
    return Player(device, 0 if stamp is None else stamp.number)


def themselves(player: Player, device_id: str) -> str:
    """Let a player ask about itself.

    Raises:
        NotFound: it is about another device.
    """
    if device_id != player.id:
        raise NotFound("There is no such device.")
    return device_id


def refused() -> Unauthenticated:
    """Make the 401 for a token that is not a device's present one."""
    return Unauthenticated(
        "The token is not this device's; pair the player again, or give it the new token.",
        headers={"WWW-Authenticate": 'Bearer error="invalid_token"'},
    )
