"""Whether a member may still know of what they were told, when its mail goes out much later."""

from datetime import datetime

from chalicelib.assets import catalog
from chalicelib.assets.comments import threads
from chalicelib.assets.comments.models import AssetComment
from chalicelib.assets.models import AssetMetadata, asset_key
from chalicelib.core.api.identity import Actor
from chalicelib.core.errors import NotFound
from chalicelib.core.tables import find
from chalicelib.notifications import mentions
from chalicelib.notifications.models import Notification
from chalicelib.search.saved import searches
from chalicelib.tenants import roles
from chalicelib.tenants.models import Member
from chalicelib.workflows.approval import approvers, reading


def may_know(told: Notification, member: Member, now: datetime) -> bool:
    """Return whether a member still sees what a notification is about, or has to decide it."""
    if told.comment_id is not None:
        return comment_for(told.tenant_id, told.asset_id, told.comment_id, member) is not None
    if told.kind == "screens":
        return not roles.EDITORS.isdisjoint(member.roles)
    if told.kind == "webhooks":
        return roles.ADMIN in member.roles
    if told.search_id is not None and not told.asset_id:  # it names nothing that could be hidden
        search = searches.lookup(told.tenant_id, told.search_id)
        return search is not None and search.notifies
    if told.workflow_id is None:
        asset = find(AssetMetadata, asset_key(told.tenant_id, told.asset_id), "ASSET")
        return asset is not None and sees(asset, member, now)
    try:
        workflow = reading.load(told.tenant_id, told.workflow_id)
    except NotFound:
        return False
    if told.turn is None:
        return mentions.may_see(workflow, member)
    if not workflow.is_live or workflow.instance.turn != told.turn:
        return False
    mine = (one for one in workflow.pending if one.id == member.id)
    return any(approvers.still_holds(one, member) for one in mine)


def sees(asset: AssetMetadata, member: Member, now: datetime) -> bool:
    """Return whether a member sees an asset, whatever they have to decide."""
    actor = Actor(asset.tenant_id, member.id, member.email, frozenset(member.roles))
    return asset.listed_in is not None and catalog.face_for(asset, actor, now) is not None


def comment_for(
    tenant_id: str, asset_id: str, comment_id: str, member: Member
) -> AssetComment | None:
    """Return a comment on an asset, if a member sees it."""
    actor = Actor(tenant_id, member.id, member.email, frozenset(member.roles))
    try:
        asset = catalog.visible(actor, asset_id)
        return threads.visible(actor, asset, comment_id)
    except NotFound:
        return None
