"""Moderation over HTTP: rules, flags, and what became of them."""

from functools import partial
from typing import Annotated, Any, Literal

import msgspec

from chalicelib.assets import catalog
from chalicelib.assets.models import AssetMetadata
from chalicelib.core import clock, pages
from chalicelib.core.api import lists
from chalicelib.core.api.identity import Actor
from chalicelib.core.api.lists import ListQuery
from chalicelib.core.api.replies import Page
from chalicelib.core.api.routing import Routes
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.outbox import Person
from chalicelib.tenants import scopes
from chalicelib.tenants.roles import MEMBERS, MODERATORS
from chalicelib.workflows.moderation import flags, rules
from chalicelib.workflows.moderation.flags import Resolution, Status
from chalicelib.workflows.moderation.models import (
    ContentModerationRule,
    ModerationFlag,
    Reason,
    Report,
)
from chalicelib.workflows.moderation.rule_conditions import Condition
from chalicelib.workflows.moderation.rules import Action, Rule, RuleChange

api = Routes[Actor](
    __name__,
    scopes=scopes.MODERATION,
    loaders={
        "asset_id": ("asset", catalog.visible),
        "rule_id": ("rule", lambda actor, value: rules.get(actor.tenant_id, value)),
        "flag_id": ("flag", lambda actor, value: flags.get(actor.tenant_id, value)),
    },
    variables={
        "asset_id": "The asset's id.",
        "rule_id": "The rule's id.",
        "flag_id": "The flag's id.",
    },
    tags={"moderation": "Rules for what becomes ready, and flags on assets."},
)

Comment = Annotated[str, msgspec.Meta(max_length=2000)]


class RuleShown(msgspec.Struct, kw_only=True):
    """A rule as answers show it.

    Attributes:
        id: its id.
        name: its name.
        when: the conditions, all of which have to hold.
        action: what is done where it fits.
        template_id: the template that `require_template` starts; null for other actions.
        is_active: whether it is heeded.
        created_by: who made it.
        created_at: when it was made.
        updated_at: when it was changed last.
    """

    id: str
    name: str
    when: list[Condition]
    action: Action
    template_id: str | None
    is_active: bool
    created_by: Person
    created_at: str
    updated_at: str


class FlagRequest(msgspec.Struct):
    """What is wrong with an asset.

    Attributes:
        reason: what is wrong.
        comment: more about it, for the moderator.
    """

    reason: Literal["inappropriate", "copyright", "privacy", "quality", "outdated", "other"]
    comment: Comment = ""


class FlagQuery(ListQuery, kw_only=True):
    """Which flags.

    Attributes:
        status: whether a moderator has decided.
        asset_id: on this asset alone.
    """

    status: Status = "open"
    asset_id: Annotated[str, msgspec.Meta(max_length=254)] | None = None


class ResolutionRequest(msgspec.Struct):
    """What is to become of a flagged asset.

    Attributes:
        resolution: `dismiss` leaves the asset as it is; `reject_asset` takes it out of everything,
            and bans its bytes where the reason was inappropriate, copyright or privacy;
            `approve_asset` lifts that.
        comment: why, for the uploader.
    """

    resolution: Resolution
    comment: Comment = ""


class FlagShown(msgspec.Struct, kw_only=True):
    """A flag as answers show it; who is no moderator sees only what they reported.

    Attributes:
        id: its id.
        asset_id: the asset.
        version: the number of the version that it is about.
        status: whether a moderator has decided.
        reason: what is wrong, as it was said first.
        count: how many times it was said.
        reports: who said what, the oldest first; who is no moderator sees their own alone.
        created_at: when it was said first.
        updated_at: when it was said last, or decided.
        resolution: what was decided; null until then.
        resolved_by: who decided; null until then.
        resolved_at: when it was decided; null until then.
        comment: what the moderator wrote; may be empty.
    """

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
    resolved_by: Person | None
    resolved_at: str | None
    comment: str


@api.get("/moderation/rules", may=MODERATORS)
def list_rules(actor: Actor, query: ListQuery) -> Page[RuleShown]:
    """List the moderation rules, newest first."""
    read = partial(pages.cut, rules.every(actor.tenant_id))
    return lists.page("moderation rules", actor.tenant_id, query, read, _rule)


@api.post("/moderation/rules", may=MODERATORS, status=201, problems=[NotFound])
def create_rule(actor: Actor, body: Rule) -> RuleShown:
    """Make a moderation rule for what becomes ready from now on."""
    return _rule(rules.create(actor.tenant_id, body, actor.person, clock.now()))


@api.patch("/moderation/rules/{rule_id}", may=MODERATORS, problems=[Conflict])
def change_rule(actor: Actor, rule: ContentModerationRule, body: RuleChange) -> RuleShown:
    """Change a moderation rule."""
    return _rule(rules.alter(rule, body, actor.person, clock.now()))


@api.delete("/moderation/rules/{rule_id}", may=MODERATORS)
def delete_rule(actor: Actor, rule: ContentModerationRule) -> None:
    """Remove a moderation rule; what it flagged and blocked stays so."""
    rules.delete(rule, actor.person, clock.now())


@api.post("/assets/{asset_id}/flag", may=MEMBERS, status=201, problems=[Conflict])
def flag_asset(actor: Actor, asset: AssetMetadata, body: FlagRequest) -> FlagShown:
    """Report what is wrong with an asset; moderators will look at it."""
    now = clock.now()
    face = catalog.face_for(asset, actor, now)
    if face is None:  # its rights have ended since it was loaded
        raise NotFound("There is no such asset.")
    flag = flags.report(asset, face.number, actor.person, body.reason, body.comment, now)
    return _flag(flag) if actor.has(MODERATORS) else _own(flag, actor, body, face.number)


@api.get("/moderation/flags", may=MODERATORS)
def list_flags(actor: Actor, query: FlagQuery) -> Page[FlagShown]:
    """List the flags of one status, newest first."""
    read = partial(flags.page, actor.tenant_id, query.status, query.asset_id)
    return lists.page("moderation flags", actor.tenant_id, query, read, _flag)


@api.post("/moderation/flags/{flag_id}/resolve", may=MODERATORS, problems=[Conflict])
def resolve_flag(actor: Actor, flag: ModerationFlag, body: ResolutionRequest) -> FlagShown:
    """End a flag: dismiss it, take the asset from everybody, or let go on what was stopped."""
    now = clock.now()
    return _flag(flags.resolve(flag, body.resolution, body.comment, actor.person, now))


def _rule(rule: ContentModerationRule) -> RuleShown:
    values = rules.read(rule.values)
    return RuleShown(
        id=rule.id,
        name=values.name,
        when=values.when,
        action=values.action,
        template_id=values.template_id,
        is_active=values.is_active,
        created_by=rule.created_by,
        created_at=rule.created_at,
        updated_at=rule.updated_at,
    )


def _flag(flag: ModerationFlag) -> FlagShown:
    said: Any = flag  # the table's texts are the words that answers use
    return FlagShown(
        id=flag.flag_id,
        asset_id=flag.asset_id,
        version=flag.version,
        status=said.status,
        reason=said.reason,
        count=flag.report_count,
        reports=flag.reports,
        created_at=flag.created_at,
        updated_at=flag.updated_at,
        resolution=said.resolution,
        resolved_by=flag.resolved_by,
        resolved_at=flag.resolved_at,
        comment=flag.comment,
    )


def _own(flag: ModerationFlag, actor: Actor, body: FlagRequest, number: int) -> FlagShown:
    """Show a reporter what they reported, and nothing of what others did."""
    shown = _flag(flag)
    shown.reports = [one for one in shown.reports if one.by.id == actor.id]
    first = shown.reports[0] if shown.reports else None
    shown.count = max(1, len(shown.reports))
    shown.reason, shown.version = (first.reason, first.version) if first else (body.reason, number)
    shown.created_at = first.at if first else shown.updated_at
    return shown
