"""Share links: made, changed, revoked, made anew, listed by the members whose they are."""

import secrets
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from chalicelib.assets import admission, lifecycle
from chalicelib.assets.models import AssetMetadata, AssetVersion
from chalicelib.core import clock, handles, pages
from chalicelib.core.api.identity import Actor
from chalicelib.core.errors import Gone, NotFound
from chalicelib.core.handles import HANDLE, Handle
from chalicelib.core.optimistic_locking import despite_others
from chalicelib.core.outbox import AuditRecord, Person, record
from chalicelib.core.repeatable_ids import under_way
from chalicelib.core.settings import settings
from chalicelib.core.tables import ConditionFailed, change, find, put, transact
from chalicelib.sharing.models import LINK, Shared, ShareLink, owner_key, share_key
from chalicelib.sharing.terms import Terms
from chalicelib.tenants import roles

_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
"""Of a short code: none of them looks like another one."""

_CODES_TRIED = 5


class ShareRevoked(Gone):
    """The link was revoked, or replaced by a new one."""

    code, title = "share_revoked", "The link was revoked"


def create(tenant_id: str, shared: Shared, terms: Terms, actor: Person, now: datetime) -> ShareLink:
    """Make a link; the same request sent again gets the one that it has made.

    Args:
        tenant_id: whose.
        shared: what it opens, which the actor may share.
        terms: under which terms, checked.
        actor: whose link it is.
        now: when.
    """
    making = under_way(now)
    share_id = making.id("share")
    if making.is_repeat and (made := find(ShareLink, share_key(tenant_id, share_id), LINK)):
        return made
    link = ShareLink(
        share_key(tenant_id, share_id),
        LINK,
        tenant_id=tenant_id,
        share_id=share_id,
        owner_key=owner_key(tenant_id, actor.id),
        shared_key=f"{tenant_id}#{shared.id}",
        shared=shared,
        created_by=actor,
        created_at=clock.timestamp(now),
    )
    _agree(link, terms)
    for _ in range(_CODES_TRIED):
        new_handles = _with_new_secrets(link)
        try:
            written = _record(link, actor, "share.created", now, new=_told(link))
            fresh = [put(one, Handle.pk.does_not_exist()) for one in new_handles]
            transact(put(link, ShareLink.pk.does_not_exist()), *fresh, put(written))
        except ConditionFailed as failure:
            if failure.index == 0:
                raise
            continue  # somebody has this code already
        return link
    raise RuntimeError("no short code was free")


def owned(actor: Actor, secret: str) -> ShareLink:
    """Read a link of the actor's; admins manage all of the tenant's.

    Raises:
        NotFound: there is none, or it is not theirs.
        ShareRevoked: it was regenerated, and this is the old one.
    """
    handle = handles.find("share", secret)
    if handle is None or handle.tenant_id != actor.tenant_id:
        raise NotFound("There is no such share link.")
    link = find(ShareLink, share_key(handle.tenant_id, handle.id), LINK)
    if link is None or not (link.created_by.id == actor.id or actor.has(roles.ADMINS)):
        raise NotFound("There is no such share link.")
    if link.uuid != secret:
        raise ShareRevoked
    return link


def alter(link: ShareLink, terms: Terms, shared: Shared, actor: Person, now: datetime) -> ShareLink:
    """Give a link other terms; a new password or type ends what was unlocked before.

    Raises:
        Conflict: too many change it at the same time.
        ShareRevoked: it has been revoked.
    """
    attributes = terms.attributes()

    def write(read: ShareLink) -> ShareLink:
        if read.revoked_at is not None:
            raise ShareRevoked
        old, unchanged = _told(read), ShareLink.revision == read.revision
        locks = ("share_type", "password_hash", "emails")
        epoch = read.epoch + any(getattr(read, name) != attributes[name] for name in locks)
        _agree(read, terms)
        read.shared, read.epoch, read.revision = shared, epoch, read.revision + 1
        actions = [
            attribute.remove() if value is None else attribute.set(value)
            for name, value in {
                **attributes, "shared": shared, "epoch": epoch, "revision": read.revision
            }.items()
            if (attribute := getattr(ShareLink, name)) is not None
        ]  # fmt: skip
        written = _record(read, actor, "share.changed", now, old=old, new=_told(read))
        pointing = put(_handle("share", read.uuid, read))
        transact(change(read, *actions, condition=unchanged), pointing, put(written))
        return read

    return _changed(link, write)


def revoke(link: ShareLink, actor: Person, now: datetime) -> None:
    """Let a link open nothing any more. Idempotent."""

    def write(read: ShareLink) -> ShareLink:
        if read.revoked_at is not None:
            return read
        unchanged = ShareLink.revision == read.revision
        written = _record(read, actor, "share.revoked", now, old=_told(read))
        ended = [
            ShareLink.revoked_at.set(clock.timestamp(now)),
            ShareLink.revision.set(read.revision + 1),
            ShareLink.epoch.set(read.epoch + 1),
        ]
        transact(change(read, *ended, condition=unchanged), put(written))
        return read

    _changed(link, write)


def regenerate(link: ShareLink, actor: Person, now: datetime) -> ShareLink:
    """Give a link new addresses; the old ones lead nowhere from now on.

    Raises:
        ShareRevoked: it has been revoked.
        Conflict: too many change it at the same time.
    """

    def write(read: ShareLink) -> ShareLink:
        if read.revoked_at is not None:
            raise ShareRevoked
        unchanged = ShareLink.revision == read.revision
        new_handles = _with_new_secrets(read)
        read.epoch, read.revision = read.epoch + 1, read.revision + 1
        actions = [
            getattr(ShareLink, name).set(getattr(read, name))
            for name in ("uuid", "code", "epoch", "revision")
        ]
        written = _record(read, actor, "share.regenerated", now)
        transact(
            change(read, *actions, condition=unchanged),
            *(put(one, Handle.pk.does_not_exist()) for one in new_handles),
            put(written),
        )
        return read

    return _changed(link, write)


def page(
    actor: Actor, asset_id: str | None, limit: int, position: Any
) -> tuple[list[ShareLink], Any]:
    """Read one page of the actor's links, the newest first; admins get all of the tenant's.

    Args:
        actor: who lists.
        asset_id: those of one asset alone.
        limit: at most so many are read.
        position: where the page before stopped.
    """
    all_of_them = actor.has(roles.ADMINS)
    where: dict[str, Any] = {"limit": limit, "position": position, "newest_first": True}
    if asset_id is not None:
        key = f"{actor.tenant_id}#{asset_id}"
        keep = None if all_of_them else ShareLink.owner_key == owner_key(actor.tenant_id, actor.id)
        return pages.read(ShareLink.by_shared, key, keep=keep, **where)
    if all_of_them:
        return pages.read(ShareLink.by_tenant, actor.tenant_id, **where)
    return pages.read(ShareLink.by_owner, owner_key(actor.tenant_id, actor.id), **where)


def of_shared(tenant_id: str, shared_id: str) -> list[ShareLink]:
    """List the links of an asset or a collection, the newest first."""
    key = f"{tenant_id}#{shared_id}"
    return list(ShareLink.by_shared.query(key, scan_index_forward=False))


def count(tenant_id: str, asset_id: str) -> int:
    """Return how many links open an asset at this moment."""
    now = clock.now()
    return sum(link.is_active(now) for link in of_shared(tenant_id, asset_id))


def is_pinnable(asset: AssetMetadata, version: AssetVersion) -> bool:
    """Return whether a share may be pinned to a version, and serves it.

    It is approved under the template that applies now, as is whatever is published, and no
    moderator barred it. A branch's is not before it was reviewed.
    """
    if version.status != "approved" or lifecycle.is_barred(asset, version.number):
        return False
    return version.number == asset.published_version or admission.holds(asset, version)


def pins(tenant_id: str, asset_id: str, number: int) -> bool:
    """Return whether a link that can be opened is pinned to a version."""
    now = clock.now()
    return any(
        link.shared.version == number and link.is_active(now)
        for link in of_shared(tenant_id, asset_id)
    )


def _agree(link: ShareLink, terms: Terms) -> None:
    """Set a link's terms."""
    for name, value in terms.attributes().items():
        setattr(link, name, value)


def _changed(link: ShareLink, write: Callable[[ShareLink], ShareLink]) -> ShareLink:
    def read_again(read: ShareLink) -> ShareLink:
        found = find(ShareLink, read.pk, read.sk)
        if found is None:
            raise NotFound("There is no such share link.")
        return found

    return despite_others(
        write, link, read_again, "Too many people change this link at the same time; try again."
    )


def _with_new_secrets(link: ShareLink) -> list[Handle]:
    """Give a link new addresses; return what they stand for, still to be written."""
    link.uuid = str(uuid.UUID(bytes=secrets.token_bytes(16), version=4))
    link.code = "".join(secrets.choice(_LETTERS) for _ in range(settings().short_url_length))
    return [_handle("share", link.uuid, link), _handle("short", link.code, link)]


def _handle(kind: str, secret: str, link: ShareLink) -> Handle:
    shared = link.shared
    hints: dict[str, str | int] = {"uuid": link.uuid} if kind == "short" else {}
    for name in ("asset_id", "version", "collection_id"):
        if getattr(shared, name) is not None:
            hints[name] = getattr(shared, name)
    key = handles.key(kind, secret)
    return Handle(key, HANDLE, tenant_id=link.tenant_id, id=link.share_id, hints=hints)


def _record(
    link: ShareLink, actor: Person, action: str, now: datetime, **values: object
) -> AuditRecord:
    return record(link.tenant_id, actor, action, ("share", link.share_id), now, **values)


def _told(link: ShareLink) -> dict[str, object]:
    """Return what the audit trail says of a link: neither its password nor its addresses."""
    return {
        "asset_id": link.shared.asset_id,
        "collection_id": link.shared.collection_id,
        "version": link.shared.version,
        "share_type": link.share_type,
        "has_password": link.password_hash is not None,
        "allow_download": link.allow_download,
        "allow_preview": link.allow_preview,
        "allow_comments": link.allow_comments,
        "expires_at": link.expires_at,
        "max_downloads": link.max_downloads,
        "title": link.title,
        "description": link.description,
        "emails": link.emails,
    }
