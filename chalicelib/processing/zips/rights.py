"""What may be had of assets at this moment: asked when a zip is wanted, made, handed out."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime

from chalicelib.assets import catalog, downloads, lifecycle
from chalicelib.assets.faces import Face
from chalicelib.assets.models import AssetMetadata, AssetVersion, version_key
from chalicelib.core import tables
from chalicelib.core.api.identity import Actor, KeyLimits
from chalicelib.core.errors import NotFound
from chalicelib.processing.zips.models import ZipJob
from chalicelib.tenants import members

Found = dict[str, tuple[AssetMetadata, Face]]
"""Assets by their ids, each with the face whose bytes somebody gets."""


class NoMember(Exception):
    """Whoever asked for a zip is no active member any more."""


class Reader:
    """Somebody who gets bytes of a tenant's assets: a member, or a visitor, who has no actor."""

    def __init__(self, tenant_id: str, actor: Actor | None) -> None:
        self._tenant_id, self._actor = tenant_id, actor

    @classmethod
    def of(cls, job: ZipJob) -> "Reader":
        """Return who asked for a zip, with the roles of this moment.

        Raises:
            NoMember: they are no active member any more.
        """
        if not job.as_member:
            return cls(job.tenant_id, None)
        try:
            member = members.get(job.tenant_id, job.requested_by.id)
        except NotFound:
            raise NoMember from None
        if not member.is_active:
            raise NoMember
        roles_held = frozenset(member.roles)
        key = KeyLimits("", job.key_role) if job.key_role else None
        actor = Actor(job.tenant_id, member.id, member.email, roles_held, key=key)
        return cls(job.tenant_id, actor)

    def find(self, asset_ids: Iterable[str], now: datetime) -> Found:
        """Return those of the assets of which this reader gets something, with what they get."""
        found: Found = {}
        for asset_id, asset in catalog.find_many(self._tenant_id, asset_ids).items():
            with suppress(NotFound):
                found[asset_id] = self._chosen(asset, now)
        return found

    def find_all(self, asset_ids: Iterable[str], now: datetime) -> Found:
        """Return what this reader gets of each of the assets.

        Raises:
            NotFound: there is nothing of one of them for this reader.
        """
        wanted = list(asset_ids)
        assets = catalog.find_many(self._tenant_id, wanted)
        found: Found = {}
        for asset_id in wanted:
            if asset_id not in assets:
                raise NotFound("There is no such asset.")
            found[asset_id] = self._chosen(assets[asset_id], now)
        return found

    def may_have(self, included: Iterable[tuple[str, int]], now: datetime) -> bool:
        """Return whether all of these versions are open to this reader, by asset id and number."""
        wanted = list(included)
        assets = catalog.find_many(self._tenant_id, (asset_id for asset_id, _ in wanted))
        older: list[tuple[str, str]] = []
        for asset_id, number in wanted:
            asset = assets.get(asset_id)
            try:
                visible = None if asset is None else self._visible(asset, now)
            except NotFound:
                return False
            if visible is None or not self._sees(visible, number):
                return False
            if number == visible.published_version and visible.published is not None:
                face = visible.published
            elif number == visible.current_version:
                face = visible.current
            else:
                older.append((visible.pk, version_key(number)))
                continue
            if not _is_open(face):
                return False
        versions = tables.find_many(AssetVersion, older)
        return len(versions) == len(older) and all(_is_open(one.face) for one in versions)

    def _chosen(self, asset: AssetMetadata, now: datetime) -> tuple[AssetMetadata, Face]:
        visible = self._visible(asset, now)
        if self._actor is not None:
            return visible, downloads.chosen_face(visible, self._actor, None, now)
        assert visible.published is not None  # or it would not be visible to a visitor
        return visible, visible.published

    def _visible(self, asset: AssetMetadata, now: datetime) -> AssetMetadata:
        """Return an asset with what its reader has to decide on.

        Raises:
            NotFound: the reader does not see it.
        """
        if self._actor is None:
            if asset.published is None or not lifecycle.may_be_shown(asset, now):
                raise NotFound("There is no such asset.")
            return asset
        if catalog.face_for(asset, self._actor, now) is not None:
            return asset
        return catalog.visible(self._actor, str(asset.asset_id))

    def _sees(self, asset: AssetMetadata, number: int) -> bool:
        if self._actor is None:
            return number == asset.published_version
        return catalog.sees_version(asset, self._actor, number)


def _is_open(face: Face) -> bool:
    return downloads.is_open(face) and face.status != "quarantined"
