"""Moderation over HTTP: rules, flags, and what became of them."""

from typing import Annotated, Any, Literal

import msgspec

from chalicelib.assets import catalog
from chalicelib.assets.models import AssetMetadata
from chalicelib.assets.shapes import PersonShown
from chalicelib.core import clock, lists
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.http import Page
from chalicelib.core.identity import Actor
from chalicelib.core.lists import ListQuery
from chalicelib.core.routing import Routes
from chalicelib.tenants.roles import MEMBERS, MODERATORS
from chalicelib.workflows import flags, folding, moderation
from chalicelib.workflows.conditions import Condition
from chalicelib.workflows.flags import Resolution, Status
from chalicelib.workflows.folding import Reason, Report
from chalicelib.workflows.moderation import Action, Rule, RuleChange
from chalicelib.workflows.moderation_models import ContentModerationRule, ModerationFlag

api = Routes(
    __name__,
    loaders={
        "asset_id": ("asset", catalog.visible),
        "rule_id": ("rule", lambda actor, value: moderation.get(actor.tenant_id, value)),
        "flag_id": ("flag", lambda actor, value: flags.get(actor.tenant_id, value)),
    },
)

Comment = Annotated[str, msgspec.Meta(max_length=2000)]


class RuleShown(msgspec.Struct, kw_only=True):
    """A rule as answers show it."""

    id: str
    name: str
    when: list[Condition]
    action: Action
    template_id: str | None
    is_active: bool
    created_by: PersonShown
    created_at: str
    updated_at: str


class FlagRequest(msgspec.Struct):
    """What is wrong with an asset."""

    reason: Literal["inappropriate", "copyright", "privacy", "quality", "outdated", "other"]
    comment: Comment = ""


class FlagQuery(ListQuery, kw_only=True):
    """Which flags."""

    status: Status = "open"
    asset_id: Annotated[str, msgspec.Meta(max_length=254)] | None = None


class ResolutionRequest(msgspec.Struct):
    """What is to become of a flagged asset."""

    resolution: Resolution
    comment: Comment = ""


class FlagShown(msgspec.Struct, kw_only=True):
    """A flag as answers show it; who is no moderator sees only what they reported."""

    id: str
    asset_id: str
    version: int
    status: Status
    reason: Reason
    count: int
    reports: list[Report]
    created_at: str
    updated_at: str
    resolution: Resolution | None
    resolved_by: PersonShown | None
    resolved_at: str | None
    comment: str


@api.get("/moderation/rules", may=MODERATORS)
def list_rules(actor: Actor, query: ListQuery) -> Page[RuleShown]:
    """List the moderation rules, newest first."""

    def read(position: Any) -> tuple[list[RuleShown], Any]:
        every = moderation.every(actor.tenant_id)
        start = int(position or 0)
        end = start + query.limit
        return [_rule(item) for item in every[start:end]], end if end < len(every) else None

    return lists.page("moderation rules", actor.tenant_id, query, read)


@api.post("/moderation/rules", may=MODERATORS, status=201, problems=[NotFound])
def create_rule(actor: Actor, body: Rule) -> RuleShown:
    """Make a moderation rule for what becomes ready from now on."""
    return _rule(moderation.create(actor.tenant_id, body, actor.person, clock.now()))


@api.patch("/moderation/rules/{rule_id}", may=MODERATORS, problems=[Conflict])
def change_rule(actor: Actor, rule: ContentModerationRule, body: RuleChange) -> RuleShown:
    """Change a moderation rule."""
    return _rule(moderation.alter(rule, body, actor.person, clock.now()))


@api.delete("/moderation/rules/{rule_id}", may=MODERATORS)
def delete_rule(actor: Actor, rule: ContentModerationRule) -> None:
    """Remove a moderation rule; what it flagged and blocked stays so."""
    moderation.delete(rule, actor.person, clock.now())


@api.post("/assets/{asset_id}/flag", may=MEMBERS, status=201, problems=[Conflict])
def flag_asset(actor: Actor, asset: AssetMetadata, body: FlagRequest) -> FlagShown:
    """Say what is wrong with an asset; moderators will look at it."""
    now = clock.now()
    face = catalog.face_for(asset, actor, now)
    if face is None:  # its rights have ended since it was loaded
        raise NotFound("There is no such asset.")
    flag = flags.report(asset, face.number, actor.person, body.reason, body.comment, now)
    return _flag(flag) if actor.has(MODERATORS) else _own(flag, actor, body, face.number)


@api.get("/moderation/flags", may=MODERATORS)
def list_flags(actor: Actor, query: FlagQuery) -> Page[FlagShown]:
    """List the flags of one status, newest first."""

    def read(position: Any) -> tuple[list[FlagShown], Any]:
        found, following = flags.page(
            actor.tenant_id, query.status, query.asset_id, query.limit, position
        )
        return [_flag(flag) for flag in found], following

    return lists.page("moderation flags", actor.tenant_id, query, read)


@api.post("/moderation/flags/{flag_id}/resolve", may=MODERATORS, problems=[Conflict])
def resolve_flag(actor: Actor, flag: ModerationFlag, body: ResolutionRequest) -> FlagShown:
    """End a flag: dismiss it, take the asset from everybody, or let go on what was stopped."""
    now = clock.now()
    return _flag(flags.resolve(flag, body.resolution, body.comment, actor.person, now))


def _rule(rule: ContentModerationRule) -> RuleShown:
    values = moderation.read(rule.values)
    return RuleShown(
        id=rule.id,
        name=values.name,
        when=values.when,
        action=values.action,
        template_id=values.template_id,
        is_active=values.is_active,
        created_by=PersonShown(**rule.created_by),
        created_at=rule.created_at,
        updated_at=rule.updated_at,
    )


def _flag(flag: ModerationFlag) -> FlagShown:
    said: Any = flag  # the table's texts are the words that answers use
    return FlagShown(
        id=flag.flag_id,
        asset_id=flag.asset_id,
        version=int(flag.version),
        status=said.status,
        reason=said.reason,
        count=int(flag.report_count),
        reports=folding.reports(flag),
        created_at=flag.created_at,
        updated_at=flag.updated_at,
        resolution=said.resolution,
        resolved_by=PersonShown(**flag.resolved_by) if flag.resolved_by else None,
        resolved_at=flag.resolved_at,
        comment=flag.comment,
    )


def _own(flag: ModerationFlag, actor: Actor, body: FlagRequest, number: int) -> FlagShown:
    """Show somebody what they reported, and nothing of what others did."""
    shown = _flag(flag)
    shown.reports = [one for one in shown.reports if one.by.id == actor.id]
    first = shown.reports[0] if shown.reports else None
    shown.count = max(1, len(shown.reports))
    shown.reason, shown.version = (first.reason, first.version) if first else (body.reason, number)
    shown.created_at = first.at if first else shown.updated_at
    return shown
