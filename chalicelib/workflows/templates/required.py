"""Which template applies to a version by itself, and whether its approval is that template's.

Creating, changing and deleting templates concerns later versions: those that were judged before go
on under the templates of that time, until their category brings another one.
"""

import msgspec

from chalicelib.assets.models import AssetMetadata, AssetVersion
from chalicelib.assets.versions.life import MAIN
from chalicelib.core.settings import Settings
from chalicelib.tenants import accounts
from chalicelib.workflows.models import WorkflowTemplate
from chalicelib.workflows.templates import matching, registry

NONE = ""
"""Stands for the id of a template where none applied."""


def to(asset: AssetMetadata, version: AssetVersion) -> WorkflowTemplate | None:
    """Return the template that has to be satisfied for a version to be published."""
    judged = version.judged_at or version.created_at
    at = max(judged, asset.categorized_at or judged)
    subject = matching.subject_of(asset, version, version.face)
    return matching.matching(registry.in_force(asset.tenant_id, at), subject)


def in_category(
    asset: AssetMetadata, version: AssetVersion, category: str | None
) -> WorkflowTemplate | None:
    """Return the template that applies to a version if its asset comes into a category now."""
    subject = matching.subject_of(asset, version, version.face)
    subject = msgspec.structs.replace(subject, category=category)
    return matching.matching(registry.every(asset.tenant_id), subject)


def is_satisfied(asset: AssetMetadata, version: AssetVersion) -> bool:
    """Return whether a version's approval was given under the template that applies to it."""
    return is_satisfied_by(asset, version, accounts.settings_of(asset.tenant_id))


def is_satisfied_by(asset: AssetMetadata, version: AssetVersion, effective: Settings) -> bool:
    """Return the same, by settings that are read already.

    Where the tenant starts no workflows by itself every template counts as satisfied.
    """
    if version.approved_under is None and version.branch != MAIN:
        return False
    if not effective.auto_create_workflows:
        return True
    applies = to(asset, version)
    return applies is None or applies.id == version.approved_under
