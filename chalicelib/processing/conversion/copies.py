"""Asking for a copy of a picture that says of itself what is said of its asset."""

from datetime import datetime

from chalicelib.assets import contents
from chalicelib.assets.contents import Content
from chalicelib.assets.faces import DESCRIBED
from chalicelib.assets.metadata.descriptions import unique_words
from chalicelib.assets.models import AssetMetadata
from chalicelib.assets.tasks import Task
from chalicelib.core import clock
from chalicelib.core.tables import ConditionFailed, change, put, transact, update
from chalicelib.processing.conversion import requests
from chalicelib.processing.conversion.models import Conversion, Described, sort_key
from chalicelib.processing.media.embedded_metadata.mapping import Said

_TYPES = frozenset({"image/jpeg", "image/png", "image/webp"})
_CREATOR = "creator"
"""The custom field that says who made it, where a tenant has one."""


def can_be_described(content: Content) -> bool:
    """Return whether there is a place in such a file for what is said of it."""
    return content.content_type in _TYPES


def key_of(asset_id: str) -> str:
    """Return the sort key of an asset's copy: assets with the same bytes have one each."""
    return sort_key(DESCRIBED, asset_id)


def described_now(asset: AssetMetadata) -> Described:
    """Return what an asset's copy says if it is asked for now."""
    return Described(str(asset.asset_id), _said_of(asset), asset.said_hash)


def _said_of(asset: AssetMetadata) -> Said:
    """Return what is said of an asset that files can say of themselves."""
    rights, creator = asset.rights, asset.custom_fields.get(_CREATOR, [])
    return Said(
        title=asset.title,
        description=asset.description or "",
        alt_text=asset.alt_text or "",
        category=asset.category or "",
        keywords=unique_words([*(asset.tags or ()), *(asset.keywords or ())]),
        creator=[str(one) for one in (creator if isinstance(creator, list) else [creator])],
        copyright=rights.get("copyright") or "",
        attribution=rights.get("attribution") or "",
        license=rights.get("license") or "",
        usage_terms=rights.get("usage_terms") or "",
    )


def ask(content: Content, described: Described, now: datetime) -> None:
    """Have an asset's copy made that says what is said now; one that is being made begins again.

    It is noted before it is sent, so that the sweeper sends what was only noted.
    """
    asked = Conversion(
        content.pk,
        key_of(described.asset_id),
        tenant_id=content.tenant_id,
        sha256=content.sha256,
        name=DESCRIBED,
        generation=content.generation,
        described=described,
        task=Task(job_type="embed_metadata"),
        created_at=clock.timestamp(now),
    )
    name = f"{content.pk}#{asked.sk}"
    asked.make_due(now + requests.STUCK_AFTER, name)
    noted = change(
        content, Content.conversions.add({asked.sk}), condition=contents.is_kept(content)
    )
    try:
        transact(noted, put(asked, condition=Conversion.pk.does_not_exist()))
    except ConditionFailed:
        if not _is_asked_again(asked, now, name):
            return
    requests.send(asked)


def _is_asked_again(asked: Conversion, now: datetime, name: str) -> bool:
    """Begin a copy again that was asked for; False where the content is being deleted."""
    try:
        update(
            Conversion(asked.pk, asked.sk),
            Conversion.described.set(asked.described),
            Conversion.task.set(asked.task),
            *Conversion.due_actions(now + requests.STUCK_AFTER, name),
            condition=Conversion.generation == asked.generation,
        )
    except ConditionFailed:
        return False
    return True
