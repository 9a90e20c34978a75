"""Letting a browser into a share, by the cookie that unlocking has given it."""

from datetime import datetime

import msgspec

from chalicelib.core.api.http import Incoming
from chalicelib.core.errors import NotFound
from chalicelib.sharing.links import ShareRevoked
from chalicelib.sharing.pages import cookies
from chalicelib.sharing.visiting import opening
from chalicelib.sharing.visiting.opening import (
    AssetUnavailable,
    Opened,
    PasswordRequired,
    ShareExpired,
    SignInRequired,
)

LEADS_NOWHERE = [NotFound, ShareRevoked, ShareExpired, AssetUnavailable]
"""How a share can have ended."""

LOCKED = [PasswordRequired, SignInRequired]
"""What a share can ask for first."""


class NoFields(msgspec.Struct):
    """A form that is only a button."""


def let_in(uuid: str, incoming: Incoming, now: datetime) -> Opened:
    """Open a share to a browser that may have unlocked it.

    Raises:
        NotFound, ShareRevoked, ShareExpired, AssetUnavailable: it leads nowhere.
        PasswordRequired, SignInRequired: it is locked.
    """
    token = cookies.token(incoming.headers.get("cookie"))
    return opening.open_as(opening.look_up(uuid, now), None, token, now)
