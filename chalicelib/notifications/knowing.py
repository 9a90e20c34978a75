"""Whether somebody may still know of what they were told, when its mail goes out much later."""

from datetime import datetime

from chalicelib.assets import catalog
from chalicelib.assets.models import AssetMetadata, asset_key
from chalicelib.core.errors import NotFound
from chalicelib.core.identity import Actor
from chalicelib.core.tables import find
from chalicelib.notifications import mentions
from chalicelib.notifications.models import Notification
from chalicelib.tenants.models import Member
from chalicelib.workflows import approvers, reading


def may_know(told: Notification, member: Member, now: datetime) -> bool:
    """Say whether a member still sees what a notification is about, or still has to decide it."""
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
    """Say whether a member sees an asset, whatever they have to decide."""
    actor = Actor(asset.tenant_id, member.id, member.email, frozenset(member.roles))
    return asset.listed_in is not None and catalog.face_for(asset, actor, now) is not None
