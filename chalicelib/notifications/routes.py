"""The inbox and how its owner wants to be told, over HTTP."""

from functools import partial

import msgspec

from chalicelib.core import clock
from chalicelib.core.api import lists
from chalicelib.core.api.identity import Actor
from chalicelib.core.api.lists import ListQuery
from chalicelib.core.api.replies import Page
from chalicelib.core.api.routing import Routes
from chalicelib.notifications import inbox, preferences
from chalicelib.notifications.inbox import Entry
from chalicelib.notifications.preferences import Delivery
from chalicelib.tenants.roles import MEMBERS

api = Routes[Actor](
    __name__,
    tags={
        "inbox": "What waits for you, and what you were told.",
        "notification_preferences": "How you are told of each kind of thing.",
    },
)


class PreferencesShown(msgspec.Struct):
    """How a member is told of each kind; the inbox shows all of them.

    Attributes:
        assignment: how you are told that a version waits for your decision.
        reminder: how you are reminded that its time is nearly over.
        escalation: how you are told that it came to you since others did not decide.
        decision: how you are told what became of an upload of yours.
        mention: how you are told that somebody named you in a comment.
        quarantine: how you are told that an upload of yours is infected.
        rights_ending: how you are told that the rights of an asset of yours end soon.
        screens: how you are told of devices that fell silent, as an admin, and of your changes that
            were taken back from them.
        saved_search: how you are told of what your saved searches find anew.
        webhooks: how you are told, as an admin, of webhooks that were switched off.
    """

    assignment: Delivery
    reminder: Delivery
    escalation: Delivery
    decision: Delivery
    mention: Delivery
    quarantine: Delivery
    rights_ending: Delivery
    screens: Delivery
    saved_search: Delivery
    webhooks: Delivery


class PreferencesChange(msgspec.Struct):
    """How to tell of some kinds, or all; the others stay as they are.

    Attributes:
        assignment: for what waits for your decision.
        reminder: for decisions whose time is nearly over.
        escalation: for what came to you since others did not decide.
        decision: for what became of your uploads.
        mention: for comments that name you.
        quarantine: for infected uploads of yours.
        rights_ending: for rights of your assets that end soon.
        screens: for devices that fell silent, and your changes that were taken back from them.
        saved_search: for what your saved searches find anew.
        webhooks: for webhooks that were switched off.
    """

    assignment: Delivery | msgspec.UnsetType = msgspec.UNSET
    reminder: Delivery | msgspec.UnsetType = msgspec.UNSET
    escalation: Delivery | msgspec.UnsetType = msgspec.UNSET
    decision: Delivery | msgspec.UnsetType = msgspec.UNSET
    mention: Delivery | msgspec.UnsetType = msgspec.UNSET
    quarantine: Delivery | msgspec.UnsetType = msgspec.UNSET
    rights_ending: Delivery | msgspec.UnsetType = msgspec.UNSET
    screens: Delivery | msgspec.UnsetType = msgspec.UNSET
    saved_search: Delivery | msgspec.UnsetType = msgspec.UNSET
    webhooks: Delivery | msgspec.UnsetType = msgspec.UNSET


@api.get("/inbox", may=MEMBERS)
def list_inbox(actor: Actor, query: ListQuery) -> Page[Entry]:
    """List what waits for this member, then what they were told."""
    read = partial(inbox.page, actor.tenant_id, actor.id)
    return lists.page(f"inbox#{actor.id}", actor.tenant_id, query, read, lambda entry: entry)


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
