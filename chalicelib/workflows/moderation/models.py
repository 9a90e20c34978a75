"""Moderation as the workflows table holds it: a tenant's rules, and what was flagged."""

from typing import Literal

import msgspec
from pynamodb.attributes import UnicodeAttribute

from chalicelib.core.attributes import IntegerAttribute, StructAttribute
from chalicelib.core.due import Due
from chalicelib.core.outbox import Person
from chalicelib.core.resources import Resource
from chalicelib.core.settings import settings
from chalicelib.core.tables import Item
from chalicelib.workflows.models import ByAsset, ByTenant

Reason = Literal["inappropriate", "copyright", "privacy", "quality", "outdated", "other", "rule"]


class Report(msgspec.Struct, kw_only=True, frozen=True):
    """One thing said against a version; `rule_id` where a rule said it, named by the comment.

    Attributes:
        by: who said it; of a rule, whoever sent or edited what it fits.
        reason: what is wrong.
        comment: what was said about it, or the name of the rule; may be empty.
        at: when it was said.
        version: the number of the version that it was said of.
        rule_id: the rule that said it; null where a person did.
    """

    by: Person
    reason: Reason
    comment: str = ""
    at: str
    version: int
    rule_id: str | None = None


class ContentModerationRule(Resource):
    """What a tenant wants to be looked at or kept out (`sk` = `RULE#` + id)."""

    class Meta:  # noqa: D106
        table_name = settings().workflows_table


class ModerationFlag(Due):
    """All that was said against an asset until a moderator resolved it (`sk` = `FLAG#` + id).

    `version` is the newest one that was flagged. `report_count` counts everything that was reported
    and `reports` holds the first of it; `reported` says in short by whom and for what, so that
    nobody counts twice. A resolution is about the versions up to `through`; `published` is the one
    that a rejection took from viewers. Until it is carried out, `due_at` has the recovery look
    after it, which goes on from the version `progress`, and from `holders` when all are done.
    """

    class Meta:  # noqa: D106
        table_name = settings().workflows_table

    flag_id = UnicodeAttribute(attr_name="workflow_id")
    listed_in = UnicodeAttribute()
    asset_id = UnicodeAttribute()
    asset_key = UnicodeAttribute()
    version = IntegerAttribute()
    status = UnicodeAttribute(default="open")
    reason = UnicodeAttribute()
    report_count = IntegerAttribute(default=0)
    reports = StructAttribute(list[Report], default=list)
    reported = StructAttribute(list[str], default=list)
    revision = IntegerAttribute(default=0)
    created_at = UnicodeAttribute()
    updated_at = UnicodeAttribute()
    resolution = UnicodeAttribute(null=True)
    resolved_by = StructAttribute(Person, null=True)
    resolved_at = UnicodeAttribute(null=True)
    comment = UnicodeAttribute(default="")
    through = IntegerAttribute(default=0)
    published = IntegerAttribute(null=True)
    progress = IntegerAttribute(default=0)
    holders = StructAttribute(dict[str, dict[str, str]], null=True)

    by_tenant: ByTenant["ModerationFlag"] = ByTenant()
    by_asset: ByAsset["ModerationFlag"] = ByAsset()


class OpenFlag(Item):
    """Says which flag of an asset is open (`pk` tenant and asset, `sk` = `FLAG`)."""

    class Meta:  # noqa: D106
        table_name = settings().workflows_table

    flag_id = UnicodeAttribute()


class BannedContent(Item):
    """Bytes that a moderator has banned (`pk` tenant and sha256) from the tenant or from an asset.

    `sk` is `BAN`, with `#` and the asset's id where the bytes are banned from that alone.
    """

    class Meta:  # noqa: D106
        table_name = settings().workflows_table

    reason = UnicodeAttribute()
    flag_id = UnicodeAttribute()
    asset_id = UnicodeAttribute()


def ban_key(asset_id: str | None = None) -> str:
    """Return the sort key of a ban from the tenant, or from an asset alone."""
    return "BAN" if asset_id is None else f"BAN#{asset_id}"


def rule_key(rule_id: str) -> str:
    """Return the sort key of a rule."""
    return f"RULE#{rule_id}"


def flag_key(flag_id: str) -> str:
    """Return the sort key of a flag."""
    return f"FLAG#{flag_id}"


def flags_of_asset(tenant_id: str, asset_id: str) -> str:
    """Return the key under which an asset's flags are found, open ones and resolved ones."""
    return f"{tenant_id}#{asset_id}#flags"


def flags_of_tenant(tenant_id: str, status: str) -> str:
    """Return the key under which a tenant's flags of one status are listed."""
    return f"{tenant_id}#flags#{status}"
