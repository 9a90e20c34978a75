"""Opening a share: what its link leads to at this moment, and whether this visitor may see it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.analytics import salts
from chalicelib.analytics.models import DailySalt
from chalicelib.assets import catalog, downloads, lifecycle
from chalicelib.assets.collections import access
from chalicelib.assets.collections import registry as collections
from chalicelib.assets.collections.models import PREFIX, Collection
from chalicelib.assets.faces import Face
from chalicelib.assets.models import AssetMetadata, AssetVersion, asset_key, version_key
from chalicelib.core import handles, tables
from chalicelib.core.api.identity import Actor
from chalicelib.core.errors import Gone, NotFound, Unauthenticated
from chalicelib.core.handles import Handle
from chalicelib.core.settings import Settings
from chalicelib.core.tables import Key, find_together
from chalicelib.sharing import links
from chalicelib.sharing.invitations import codes
from chalicelib.sharing.links import ShareRevoked
from chalicelib.sharing.models import LINK, ShareLink, share_key
from chalicelib.sharing.visiting import unlocking
from chalicelib.tenants import accounts
from chalicelib.tenants.models import Member, Tenant, member_key


class ShareExpired(Gone):
    """The link's time is over; its owner can extend it."""

    code, title = "share_expired", "The link has expired"


class AssetUnavailable(Gone):
    """What the link shares is not available any more; ask who sent it to you."""

    code, title = "asset_unavailable", "Not available any more"


class PasswordRequired(Unauthenticated):
    """This link is protected by a password; unlock it first."""

    code, title = "password_required", "A password is needed"


class SignInRequired(Unauthenticated):
    """This link is private: sign in, or ask for a code at a listed address."""

    code, title = "sign_in_required", "Private"


@dataclass(frozen=True)
class Item:
    """One thing that a share shows: an asset and the version of it that is served."""

    asset: AssetMetadata
    face: Face


@dataclass(frozen=True)
class Opened:
    """A share as it was read: its link, what it serves, and the settings of its tenant.

    `title` and `description` are the link's own, or those of what it shares. `items` holds one item
    for an asset; for a collection, those of its assets that are served. `salt` is that of the
    tenant's day, by which visitors are told apart; None where there is none yet. `email` is the
    visitor's address where the link is private and a code has proved it.
    """

    link: ShareLink
    title: str
    description: str
    items: list[Item]
    settings: Settings
    salt: bytes | None
    email: str | None = None

    def item(self, asset_id: str | None) -> Item:
        """Return one of the things shared, by its asset's id; the only one where none is given.

        Raises:
            NotFound: there is no such one, or several of which none is named.
        """
        if asset_id is None and len(self.items) == 1:
            return self.items[0]
        for item in self.items:
            if item.asset.asset_id == asset_id:
                return item
        raise NotFound("This share holds no such asset.")


def look_up(secret: str, now: datetime) -> Opened:
    """Read what a link leads to, whoever asks.

    Args:
        secret: the uuid of its address.
        now: when.

    Raises:
        NotFound: there never was such a link.
        ShareRevoked, ShareExpired, AssetUnavailable: it leads nowhere any more.
    """
    handle = handles.find("share", secret)
    if handle is None:
        raise NotFound("There is no such share.")
    link, tenant, salt, *shared = find_together(*_wanted(handle, now))
    if link is None or tenant is None:
        raise NotFound("There is no such share.")
    if link.revoked_at is not None or link.uuid != secret:
        raise ShareRevoked
    if link.is_over(now):
        raise ShareExpired
    if tenant.suspended_at is not None:
        raise AssetUnavailable
    shown = shared[0]
    if isinstance(shown, Collection):
        items = _of_collection(shown, now) if _is_open_to_owner(shown, link) else []
        title, description = shown.values["name"], shown.values["description"]
    else:
        items = _served(shown, shared[1:], now)
        title, description = (shown.title, shown.description) if items else ("", "")
    if not items:
        raise AssetUnavailable
    return Opened(
        link,
        link.title or title,
        description if link.description is None else link.description,
        items,
        accounts.settings_in_force(tenant),
        None if salt is None else bytes(salt.salt),
    )


def open_as(opened: Opened, actor: Actor | None, token: str | None, now: datetime) -> Opened:
    """Let a visitor in.

    Args:
        opened: the share as it was read.
        actor: the member who asks, if one does.
        token: what unlocking has given the visitor.
        now: when.

    Raises:
        PasswordRequired, SignInRequired: the share is locked for them.
    """
    link = opened.link
    if link.share_type == "public":
        return opened
    member = actor is not None and actor.is_active and actor.tenant_id == link.tenant_id
    if link.share_type == "private" and member:
        return opened
    key = unlocking.read(link, token, now)
    if key is None:
        raise PasswordRequired if link.share_type == "protected" else SignInRequired
    if key.email is not None and not codes.may_enter(link, key.email):
        raise SignInRequired  # a member's address, who was deactivated since
    return replace(opened, email=key.email)


def _wanted(handle: Handle, now: datetime) -> list[Key[tables.Item]]:
    """Say what to read with a link, which its handle knows, so that one request reads it all."""
    tenant_id, hints = handle.tenant_id, handle.hints
    wanted: list[Key[tables.Item]] = [
        (ShareLink, share_key(tenant_id, handle.id), LINK),
        (Tenant, tenant_id, "TENANT"),
        (DailySalt, *salts.key(tenant_id, now)),
    ]
    if asset_id := hints.get("asset_id"):
        pk = asset_key(tenant_id, str(asset_id))
        wanted.append((AssetMetadata, pk, "ASSET"))
        if number := hints.get("version"):
            wanted.append((AssetVersion, pk, version_key(int(number))))
    if collection_id := hints.get("collection_id"):
        wanted.append((Collection, tenant_id, f"{PREFIX}{collection_id}"))
    return wanted


def _served(
    asset: AssetMetadata | None, pinned: Sequence[AssetVersion | None], now: datetime
) -> list[Item]:
    """Return an asset with the version that is served: the pinned one, or what is published."""
    if asset is None or asset.listed_in is None or not lifecycle.may_be_shown(asset, now):
        return []
    face = asset.published
    if pinned:
        version: AssetVersion | None = pinned[0]
        served = version is not None and links.is_pinnable(asset, version)
        face = version.face if version is not None and served else None
    return [Item(asset, face)] if face is not None and downloads.is_open(face) else []


def _is_open_to_owner(collection: Collection, link: ShareLink) -> bool:
    """Return whether the collection is still there for whoever shares it, as for everybody else."""
    if access.of(collection) is None:
        return True
    owner = tables.find(Member, link.tenant_id, member_key(link.created_by.id))
    if owner is None:
        return False
    held = Actor(link.tenant_id, owner.id, owner.email, frozenset(owner.roles))
    return access.may_see(collection, held)


def _of_collection(collection: Collection, now: datetime) -> list[Item]:
    """Return what is published of a collection's assets, in its order."""
    assets = catalog.find_many(collection.pk, collections.asset_ids(collection))
    return [item for asset in assets.values() for item in _served(asset, [], now)]
