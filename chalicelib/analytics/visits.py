"""Visits: views and downloads, as they are told to whoever counts them."""

import hashlib
import hmac
import logging
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlsplit

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.core import queues
from chalicelib.core.settings import settings

log = logging.getLogger(__name__)

_LONGEST = {"user_agent": 512, "referrer": 253, "visitor": 64}
"""So many characters of what strangers wrote are told; a host's name is never longer."""


class Kind(StrEnum):
    """What a visitor did."""

    VIEW = "view"
    DOWNLOAD = "download"


class Source(StrEnum):
    """The way on which a visitor came."""

    PAGE = "page"
    EMBED = "embed"
    API = "api"
    SHORT_LINK = "short_link"
    QR = "qr"
    MEMBER = "member"


class Visit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One view or download.

    What it says of the visitor is left out where a tenant records nothing of visitors.

    Attributes:
        id: a UUIDv7; a visit that is told twice under one id counts once.
        tenant_id: whose assets were seen.
        at: when; decides the day and hour, in UTC, under which it is counted.
        kind: a view or a download.
        source: the way on which the visitor came.
        share_id: the share link that was opened, if it was one.
        asset_ids: the assets that were seen or downloaded.
        size_bytes: the bytes that a download was issued for.
        user_agent: the visitor's program, by its own words.
        country: two capital letters (ISO 3166), as the edge says it, never the visitor.
        referrer: the host of the page that led here; see `referrer_host`.
        visitor: the visitor under a name that holds for one day; make it with `visitor_hash`.
        is_bot: it was a bot, for visits that do not say the program; see `bots.is_listed`.
        is_recorded: without it the program only tells whether it was a bot, and nothing of the
            visitor is kept.
    """

    id: str
    tenant_id: str
    at: datetime
    kind: Kind
    source: Source
    asset_ids: tuple[str, ...]
    share_id: str | None = None
    size_bytes: int = 0
    user_agent: str | None = None
    country: str | None = None
    referrer: str | None = None
    visitor: str | None = None
    is_bot: bool = False
    is_recorded: bool = True


def send(visit: Visit) -> None:
    """Tell a visit to whoever counts it, in one request.

    A visit that cannot be told is logged and lost, so that no visitor is refused for it.
    """
    facts = {name: getattr(visit, name) for name in _LONGEST}
    plain = {name: _plain(text, _LONGEST[name]) for name, text in facts.items() if text is not None}
    body = msgspec.to_builtins(msgspec.structs.replace(visit, **plain))
    try:
        queues.send(settings().visits_queue, visit.tenant_id, body)
    except (BotoCoreError, ClientError):
        log.exception("visit not told", extra={"tenant_id": visit.tenant_id, "visit_id": visit.id})


def parse(body: str) -> list[Visit]:
    """Read the visit that a message tells of; for `entrypoint.whole_batch`."""
    return [msgspec.json.decode(body, type=Visit)]


def referrer_host(header: str | None) -> str | None:
    """Return the host that a `Referer` names, if it is another one than Reef's own."""
    try:
        parts = urlsplit(header or "")
        host = parts.hostname
    except ValueError:  # no address, such as `http://[`
        return None
    own = urlsplit(settings().public_url).hostname
    return host if parts.scheme in {"http", "https"} and host != own else None


def visitor_hash(salt: bytes, address: str, user_agent: str) -> str:
    """Return a name for a visitor that nobody can lead back to an address.

    Args:
        salt: of the tenant and day, by `salts.of_day`; it is forgotten, so that no two days can be
            compared.
        address: the visitor's, as the edge says it; kept nowhere.
        user_agent: the visitor's program.
    """
    told = f"{address}\n{user_agent}".encode(errors="surrogatepass")
    digest = hmac.new(salt, told, hashlib.sha256)
    return digest.hexdigest()[:32]


def _plain(text: str, longest: int) -> str:
    """Leave out what queues refuse (control characters and halves of pairs), and what is too much.

    No name of a program or host has any.
    """
    return "".join(character for character in text[:longest] if character.isprintable())
