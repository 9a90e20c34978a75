"""The question what becomes of a version whose bytes are ready: approved, in review or rejected.

The slice of the workflows answers it.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from pynamodb.expressions.update import Action

from chalicelib.assets.faces import Face, Status
from chalicelib.assets.models import AssetMetadata, AssetVersion
from chalicelib.core.errors import Conflict
from chalicelib.core.hooks import Hook
from chalicelib.core.outbox import Person
from chalicelib.core.tables import Write


class Candidate(msgspec.Struct, kw_only=True):
    """A version that has all it needs but an approver's word.

    Args:
        asset: its asset.
        version: the version, written already or about to be.
        face: what is known of its content.
        text: gives what was read in it.
        embedded: its embedded metadata.
        copied_from: the version whose content it has, where it is merged or rolled back.
        by_moderator: a moderator lets it go on, so that no rule blocks or flags it.
        rules_met: the moderation rules that it has met already, as in `AssetVersion`.
    """

    asset: AssetMetadata
    version: AssetVersion
    face: Face
    text: Callable[[], str] = str
    embedded: dict[str, Any] = {}
    copied_from: AssetVersion | None = None
    by_moderator: bool = False
    rules_met: dict[str, str] = {}


class Admission(NamedTuple):
    """What a candidate becomes, and whether it is published if it is approved.

    `writes` belong into the transaction that says so; `afterwards` is called when it is done.
    `kept` are attributes of the version that go along, such as the template that approved it.
    """

    status: Status
    reason: str | None
    writes: list[Write]
    afterwards: Callable[[], None]
    publish: bool = False
    kept: dict[str, Any] = {}


Decide = Callable[[Candidate, datetime], Admission]

review_policy: Hook[Decide] = Hook("what becomes of a version that is ready?")


class RuleBlocks(Conflict):
    """A moderation rule refuses what you want to say of this asset; a moderator will look at it."""

    code, title = "moderation_rule", "Refused by a moderation rule"


def _nothing() -> None:
    """Nothing follows."""


class EditRuling(NamedTuple):
    """What becomes of an edit: the fields named in `withheld` wait for a review.

    `actions` update the asset's item, `writes` belong into the edit's transaction, and
    `afterwards` is called when that is done.
    """

    withheld: frozenset[str] = frozenset()
    actions: list[Action] = []
    writes: list[Write] = []
    afterwards: Callable[[], None] = _nothing


JudgeEdit = Callable[[AssetMetadata, dict[str, Any], dict[str, Any], datetime, Person], EditRuling]
edit_policy: Hook[JudgeEdit] = Hook("which changes of what is said of an asset need a review?")


def judge_edit(
    asset: AssetMetadata,
    asked: dict[str, Any],
    changed: dict[str, Any],
    now: datetime,
    actor: Person,
) -> EditRuling:
    """Return which fields of an edit wait for a review.

    Args:
        asset: as it was read.
        asked: the values that were given, by field.
        changed: those of them that differ from what is said now.
        now: when.
        actor: who edits.

    Raises:
        RuleBlocks: a moderation rule refuses it.
    """
    return edit_policy.get()(asset, asked, changed, now, actor)


ForeseeEdit = Callable[[AssetMetadata, dict[str, Any], datetime], frozenset[str]]
edit_preview: Hook[ForeseeEdit] = Hook("which changes of an edit would need a review?")


def foresee_edit(asset: AssetMetadata, changed: dict[str, Any], now: datetime) -> frozenset[str]:
    """Return which fields of an edit that nobody has made would wait for a review.

    Raises:
        RuleBlocks: a moderation rule would refuse it; nobody is told.
    """
    return edit_preview.get()(asset, changed, now)


class Demands(NamedTuple):
    """What moderation demands of a version, or of an edit, as it is.

    `refused` is why it is rejected, such as `content_rejected`, if it is. `template_ids` name what
    has yet to approve it, and `rules_met` holds by a version's number the rules that are met with
    that, as in `WorkflowInstance`. `writes` tell moderators.
    """

    refused: str | None = None
    template_ids: Sequence[str] = ()
    rules_met: dict[str, dict[str, str]] = {}
    writes: Sequence[Write] = ()


holding_approval: Hook[Callable[[AssetMetadata, AssetVersion], bool]] = Hook(
    "does a version's approval count as the version, its asset and the templates are now?"
)

JudgeAgain = Callable[[AssetMetadata, AssetVersion, Person, datetime], None]
second_judgement: Hook[JudgeAgain] = Hook(
    "what becomes of an approved version whose approval does not hold any more?"
)

RulesMet = dict[str, dict[str, str]]

AskOfVersion = Callable[[AssetMetadata, AssetVersion, RulesMet, datetime], Demands]
demands_of_version: Hook[AskOfVersion] = Hook(
    "what does moderation demand of a version beyond the rules that it and its review have met?"
)

AskOfEdit = Callable[[AssetMetadata, dict[str, Any], RulesMet, datetime], Demands]
demands_of_edit: Hook[AskOfEdit] = Hook(
    "what does moderation demand of these new values beyond the rules that their review has met?"
)


def holds(asset: AssetMetadata, version: AssetVersion) -> bool:
    """Return whether an approval counts: the template that applies to the version now gave it.

    Where something else is said of the asset than when it was judged, moderation's rules have to be
    met with that, too. No approval holds for bytes that are banned.
    """
    return holding_approval.get()(asset, version)


def judge_again(asset: AssetMetadata, version: AssetVersion, actor: Person, now: datetime) -> None:
    """Judge an approved version like an upload, as its approval does not hold any more."""
    second_judgement.get()(asset, version, actor, now)


def admit(candidate: Candidate, now: datetime) -> Admission:
    """Return what a candidate becomes; where nobody decides this fails, so that nothing passes."""
    return review_policy.get()(candidate, now)
