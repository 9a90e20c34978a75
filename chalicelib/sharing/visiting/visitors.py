"""Visitors: where a request comes from, as far as the edge says so and not the visitor."""

import hmac
from dataclasses import dataclass

from chalicelib.analytics import visits
from chalicelib.core.api.http import Incoming
from chalicelib.core.secrets import secret
from chalicelib.core.settings import settings

EDGE, ADDRESS, COUNTRY = "x-reef-edge", "x-reef-address", "x-reef-country"
"""Headers that CloudFront sets: what proves it, and the visitor's address and country."""

_LONGEST_AGENT = 500


@dataclass(frozen=True)
class Visitor:
    """Who asks, as far as Reef looks at that.

    Attributes:
        address: the network address.
        country: two letters, as the edge knows it.
        user_agent: what the browser calls itself.
        referrer: the host of the page that led here.
    """

    address: str
    country: str | None
    user_agent: str
    referrer: str | None


def of(incoming: Incoming) -> Visitor:
    """Return who sent a request; what came past the edge has no country."""
    headers = incoming.headers
    address, country = incoming.raw.context.get("identity", {}).get("sourceIp", ""), None
    proof = headers.get(EDGE)
    if proof and hmac.compare_digest(proof.encode(), secret(settings().edge_secret).encode()):
        address = headers.get(ADDRESS) or address
        country = _country(headers.get(COUNTRY))
    return Visitor(
        address=address,
        country=country,
        user_agent=headers.get("user-agent", "")[:_LONGEST_AGENT],
        referrer=visits.referrer_host(headers.get("referer")),
    )


def _country(code: str | None) -> str | None:
    known = code is not None and len(code) == 2 and code.isascii() and code.isalpha()
    return code.upper() if code and known else None
