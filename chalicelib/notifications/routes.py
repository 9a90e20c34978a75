"""The inbox and how its owner wants to be told, over HTTP."""

from typing import Any

import msgspec

from chalicelib.core import clock, lists
from chalicelib.core.http import Page
from chalicelib.core.identity import Actor
from chalicelib.core.lists import ListQuery
from chalicelib.core.routing import Routes
from chalicelib.notifications import inbox, preferences
from chalicelib.notifications.inbox import Entry
from chalicelib.notifications.preferences import Delivery
from chalicelib.tenants.roles import MEMBERS

api = Routes(__name__)


class PreferencesShown(msgspec.Struct):
    """How a member is told of each kind; the inbox shows all of them."""

    assignment: Delivery
    reminder: Delivery
    escalation: Delivery
    decision: Delivery
    mention: Delivery
    quarantine: Delivery
    rights_ending: Delivery


class PreferencesChange(msgspec.Struct):
    """How to tell of some kinds, or all; the others stay as they are."""

    assignment: Delivery | msgspec.UnsetType = msgspec.UNSET
    reminder: Delivery | msgspec.UnsetType = msgspec.UNSET
    escalation: Delivery | msgspec.UnsetType = msgspec.UNSET
    decision: Delivery | msgspec.UnsetType = msgspec.UNSET
    mention: Delivery | msgspec.UnsetType = msgspec.UNSET
    quarantine: Delivery | msgspec.UnsetType = msgspec.UNSET
    rights_ending: Delivery | msgspec.UnsetType = msgspec.UNSET


@api.get("/inbox", may=MEMBERS)
def list_inbox(actor: Actor, query: ListQuery) -> Page[Entry]:
    """List what waits for this member, then what they were told."""

    def read(position: Any) -> tuple[list[Entry], Any]:
        return inbox.page(actor.tenant_id, actor.id, query.limit, position)

    return lists.page(f"inbox#{actor.id}", actor.tenant_id, query, read)


@api.get("/notification_preferences", may=MEMBERS)
def show_preferences(actor: Actor) -> PreferencesShown:
    """Show how this member is told of each kind."""
    return msgspec.convert(preferences.of(actor.tenant_id, actor.id), PreferencesShown)


@api.put("/notification_preferences", may=MEMBERS)
def change_preferences(actor: Actor, body: PreferencesChange) -> PreferencesShown:
    """Choose how to be told of some kinds: by mail, in the daily digest, or not."""
    values = preferences.alter(
        actor.tenant_id, actor.id, msgspec.to_builtins(body), actor.person, clock.now()
    )
    return msgspec.convert(values, PreferencesShown)
