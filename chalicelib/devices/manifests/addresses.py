"""The addresses of a device's files: they stay the same, and lead to signed ones that do not.

Whoever knows the address of one file knows that of no other; a device's new token ends them all.
"""

import hmac
from urllib.parse import quote

from chalicelib.core.sealing import keyed_hash
from chalicelib.core.settings import settings
from chalicelib.devices.models import Device

_ID_LENGTH = 32


def address(device: Device, asset_id: str, file: str) -> str:
    """Return the address of a file, such as `3.mp4`, for one device."""
    path = f"/d/{device.id}/{asset_id}/{quote(file)}"
    return f"{settings().public_url}{path}?k={key(device, asset_id, file)}"


def key(device: Device, asset_id: str, file: str) -> str:
    """Return what makes an address good: the tenant, and a hash that only Reef can make."""
    tenant_id = str(device.pk)
    said = f"{tenant_id} {device.id} {device.token_number} {asset_id} {file}"
    return tenant_id.replace("-", "") + keyed_hash(said, "device file")


def tenant_of(said: str) -> str | None:
    """Return the tenant that a key names; None where it names none."""
    digits = said[:_ID_LENGTH]
    if len(digits) < _ID_LENGTH or not digits.isalnum() or not digits.isascii():
        return None
    parts = (digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])
    return "-".join(parts)


def is_good(device: Device, asset_id: str, file: str, said: str) -> bool:
    """Return whether a key is that of a device's file."""
    return hmac.compare_digest(key(device, asset_id, file).encode(), said.encode())
