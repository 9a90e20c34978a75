"""What each slice is given from those above it: every hook of the product and its function.

A hook loads this module when it is used for the first time, in whichever process that is. What is
given is imported by its provider, so that a function loads only what it asks for.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from chalicelib.analytics.reports import Leader
from chalicelib.assets import admission, catalog, downloads, usage
from chalicelib.assets.admission import (
    Admission,
    AskOfEdit,
    AskOfVersion,
    Candidate,
    ForeseeEdit,
    JudgeAgain,
    JudgeEdit,
)
from chalicelib.assets.analytics import tenant_report
from chalicelib.assets.analytics.tenant_report import ShareLinks
from chalicelib.assets.downloads import MakeRendition
from chalicelib.assets.hand_over import parts
from chalicelib.assets.hand_over.parts import Part
from chalicelib.assets.models import AssetMetadata, AssetVersion
from chalicelib.assets.upload_models import Upload
from chalicelib.assets.uploads import life
from chalicelib.core.api import audience
from chalicelib.core.api.audience import Audience, Authenticator
from chalicelib.core.api.identity import Actor
from chalicelib.search.naming import holders
from chalicelib.search.naming.holders import Holder


def _decide() -> Callable[[Candidate, datetime], Admission]:
    from chalicelib.workflows import review_policy

    return review_policy.decide


def _holding_approval() -> Callable[[AssetMetadata, AssetVersion], bool]:
    from chalicelib.workflows import review_policy

    return review_policy.holds


def _second_judgement() -> JudgeAgain:
    from chalicelib.workflows import review_policy

    return review_policy.judge_again


def _demands_of_version() -> AskOfVersion:
    from chalicelib.workflows import review_policy

    return review_policy.demands


def _demands_of_edit() -> AskOfEdit:
    from chalicelib.workflows import edit_policy

    return edit_policy.demands


def _edit_policy() -> JudgeEdit:
    from chalicelib.workflows import edit_policy

    return edit_policy.judge


def _edit_preview() -> ForeseeEdit:
    from chalicelib.workflows import edit_policy

    return edit_policy.foresee


def _reviewed_version() -> Callable[[Actor, str], int | None]:
    from chalicelib.workflows.approval import assignments

    return assignments.version_for


def _rendition_on_demand() -> MakeRendition:
    from chalicelib.processing.conversion import on_demand

    return on_demand.rendition


def _authenticators() -> Sequence[Authenticator]:
    from chalicelib.devices import tokens
    from chalicelib.tenants import members
    from chalicelib.tenants.api_keys import keys

    return [
        Authenticator(Audience.MEMBERS, "", members.authenticate),
        Authenticator(Audience.API_KEYS, keys.TOKEN_PREFIX, keys.authenticate),
        Authenticator(Audience.DEVICES, tokens.PREFIX, tokens.authenticate),
    ]


def _share_links() -> Callable[[str, Sequence[Leader]], ShareLinks]:
    from chalicelib.sharing.analytics import leaders

    return leaders.of_tenant


def _pinned() -> Callable[[str, str, int], bool]:
    from chalicelib.sharing import links

    return links.pins


def _hand_over() -> Sequence[Part]:
    from chalicelib.assets.hand_over import owned_assets
    from chalicelib.sharing import hand_over as shares
    from chalicelib.sharing.upload_requests import hand_over as upload_requests
    from chalicelib.workflows.approval import hand_over as assignments

    return [
        Part("assets", owned_assets.take),
        Part("assets", owned_assets.take_trash),
        Part("shares", shares.take),
        Part("upload_requests", upload_requests.take),
        Part("assignments", assignments.take),
    ]


def _counters() -> Mapping[str, usage.Counter]:
    from chalicelib.assets.collections import registry
    from chalicelib.assets.relationships import ties
    from chalicelib.devices import usage as screens
    from chalicelib.devices.playlists import contents
    from chalicelib.sharing import links

    return {
        "collections": registry.count_with,
        "relationships": ties.count_with,
        "shares": lambda actor, asset_id: links.count(actor.tenant_id, asset_id),
        "playlists": lambda actor, asset_id: contents.count_with(actor.tenant_id, asset_id),
        "devices": lambda actor, asset_id: screens.count_devices(actor.tenant_id, asset_id),
    }


def _uncount_guests_file() -> Callable[[Upload], None]:
    from chalicelib.sharing.upload_requests import requests

    return requests.give_back


def _holders_of_categories() -> Sequence[Holder]:
    from chalicelib.devices.playlists import registry as playlists
    from chalicelib.search.saved import searches
    from chalicelib.sharing.upload_requests import requests
    from chalicelib.workflows.approval import proposals
    from chalicelib.workflows.moderation import rules
    from chalicelib.workflows.templates import category_moves

    return [
        Holder(
            category_moves.begin,
            category_moves.end,
            category_moves.decides,
            category_moves.decides_anew,
        ),
        Holder(proposals.move_category),
        Holder(rules.move_category),
        Holder(searches.move_category),
        Holder(requests.move_category),
        Holder(playlists.move_category),
    ]


admission.review_policy.provided_by(_decide)
admission.holding_approval.provided_by(_holding_approval)
admission.edit_policy.provided_by(_edit_policy)
admission.edit_preview.provided_by(_edit_preview)
admission.second_judgement.provided_by(_second_judgement)
admission.demands_of_version.provided_by(_demands_of_version)
admission.demands_of_edit.provided_by(_demands_of_edit)
catalog.reviewed_version.provided_by(_reviewed_version)
downloads.rendition_on_demand.provided_by(_rendition_on_demand)
audience.authenticators.provided_by(_authenticators)
parts.parts.provided_by(_hand_over)
life.never_came.provided_by(_uncount_guests_file)
usage.counters.provided_by(_counters)
usage.pinned.provided_by(_pinned)
tenant_report.share_links.provided_by(_share_links)
holders.holders.provided_by(_holders_of_categories)
