"""Scopes: the parts of the API to which an API key can be restricted."""

from typing import Literal

from chalicelib.core.api.audience import Scopes

ASSETS = Scopes("assets:read", "assets:write")
"""Assets with their versions, metadata, collections and uploads."""
SHARES = Scopes("shares", "shares")
DEVICES = Scopes("devices", "devices")
WORKFLOWS = Scopes("workflows", "workflows")
MODERATION = Scopes("moderation", "moderation")
ANALYTICS = Scopes("analytics", "analytics")
TENANT = Scopes("tenant", "tenant")
"""The tenant, its members and its audit trail."""
ANY = Scopes(None, None)
"""What every key may."""

Scope = Literal[
    "assets:read",
    "assets:write",
    "shares",
    "devices",
    "workflows",
    "moderation",
    "analytics",
    "tenant",
]
