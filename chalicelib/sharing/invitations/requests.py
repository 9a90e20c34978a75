"""What visitors and owners ask of `send_share_mails`, by one message: nobody waits for a mail."""

from typing import Literal

import msgspec

from chalicelib.core import queues
from chalicelib.core.settings import settings
from chalicelib.sharing.models import ShareLink


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to do for a private link.

    Attributes:
        kind: mail all who were not mailed yet, remind those who have not opened it, mail a code, or
            note that an address has opened or downloaded.
        tenant_id: whose link.
        share_id: which one.
        at: when it was asked for.
        email: the address, for a code and for a note.
    """

    kind: Literal["invite", "remind", "code", "opened", "downloaded"]
    tenant_id: str
    share_id: str
    at: str
    email: str = ""


def send(link: ShareLink, kind: str, at: str, email: str = "") -> None:
    """Ask for one thing."""
    body = {
        "kind": kind,
        "tenant_id": link.tenant_id,
        "share_id": link.share_id,
        "at": at,
        "email": email,
    }
    queues.send(settings().share_mails_queue, link.tenant_id, body)


def parse(body: str) -> list[Request]:
    """Read the request of a message; for `entrypoint.batch`."""
    return [msgspec.json.decode(body, type=Request)]
