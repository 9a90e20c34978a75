"""Moderation as the workflows table holds it: a tenant's rules, and what was flagged."""

from typing import Any

from pynamodb.attributes import JSONAttribute, NumberAttribute, UnicodeAttribute

from chalicelib.core.settings import settings
from chalicelib.core.tables import Item
from chalicelib.workflows.models import ByAsset, ByTenant


class ContentModerationRule(Item):
    """What a tenant wants to be looked at or kept out (`pk` tenant, `sk` = `RULE#` + id).

    `values` is what the API takes and shows, checked. `revision` grows with every change.
    """

    class Meta:  # noqa: D106
        table_name = settings().workflows_table

    values: Any = JSONAttribute()
    revision = NumberAttribute(default=1)
    created_by: Any = JSONAttribute()
    created_at = UnicodeAttribute()
    updated_at = UnicodeAttribute()

    @property
    def id(self) -> str:
        """The rule's id, which carries the time of its creation."""
        return str(self.sk.removeprefix("RULE#"))


class ModerationFlag(Item):
    """All that was said against an asset until somebody resolved it (`sk` = `FLAG#` + id).

    `version` is the newest one that was flagged. `report_count` counts everything that was reported
    and `reports` holds the first of it; `reported` says in short by whom and for what, so that
    nobody counts twice. `versions` maps those that a resolution is about to what a rejection took
    from them, or an approval gives back. Until it is carried out, `due_at` has somebody look after
    it.
    """

    class Meta:  # noqa: D106
        table_name = settings().workflows_table

    flag_id = UnicodeAttribute(attr_name="workflow_id")
    listed_in = UnicodeAttribute()
    asset_id = UnicodeAttribute()
    asset_key = UnicodeAttribute()
    version = NumberAttribute()
    status = UnicodeAttribute(default="open")
    reason = UnicodeAttribute()
    report_count = NumberAttribute(default=0)
    reports: Any = JSONAttribute(default=list)
    reported: Any = JSONAttribute(default=list)
    revision = NumberAttribute(default=0)
    created_at = UnicodeAttribute()
    updated_at = UnicodeAttribute()
    resolution = UnicodeAttribute(null=True)
    resolved_by: Any = JSONAttribute(null=True)
    resolved_at = UnicodeAttribute(null=True)
    comment = UnicodeAttribute(default="")
    versions: Any = JSONAttribute(default=dict)
    due_shard = UnicodeAttribute(null=True)
    due_at = UnicodeAttribute(null=True)

    by_tenant = ByTenant()
    by_asset = ByAsset()


class OpenFlag(Item):
    """Says which flag of an asset is open (`pk` tenant and asset, `sk` = `FLAG`)."""

    class Meta:  # noqa: D106
        table_name = settings().workflows_table

    flag_id = UnicodeAttribute()


def rule_key(rule_id: str) -> str:
    """Give the sort key of a rule."""
    return f"RULE#{rule_id}"


def flag_key(flag_id: str) -> str:
    """Give the sort key of a flag."""
    return f"FLAG#{flag_id}"


def flags_of_asset(tenant_id: str, asset_id: str) -> str:
    """Give the key under which an asset's flags are found, open ones and resolved ones."""
    return f"{tenant_id}#{asset_id}#flags"


def flags_of_tenant(tenant_id: str, status: str) -> str:
    """Give the key under which a tenant's flags of one status are listed."""
    return f"{tenant_id}#flags#{status}"
