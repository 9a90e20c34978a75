"""Upload requests as members make them: kept, listed, ended."""

import secrets
from contextlib import suppress
from datetime import datetime, timedelta

import msgspec

from chalicelib.assets.metadata import categories
from chalicelib.assets.metadata.descriptions import checked_category, unique_words
from chalicelib.assets.upload_models import Upload
from chalicelib.core import clock, handles, pages, texts
from chalicelib.core.api.identity import Actor
from chalicelib.core.errors import NotFound, invalid
from chalicelib.core.handles import HANDLE, Handle
from chalicelib.core.outbox import AuditRecord, Person, record
from chalicelib.core.pages import Position
from chalicelib.core.repeatable_ids import under_way
from chalicelib.core.settings import Settings, settings
from chalicelib.core.tables import (
    ConditionFailed,
    change,
    find,
    put,
    remove,
    transact,
    update,
)
from chalicelib.sharing.upload_requests.models import PREFIX, UploadRequestLink, request_key
from chalicelib.sharing.upload_requests.shapes import (
    NewUploadRequest,
    Terms,
    UploadRequestShown,
)
from chalicelib.tenants import roles

KIND = "upload_request"
"""By which a handle leads from a token to its request."""

MOST_REQUESTS = 1000


def create(
    actor: Actor, wanted: NewUploadRequest, allowed: Settings, now: datetime
) -> UploadRequestLink:
    """Make an upload request.

    Raises:
        Invalid: its title, note, category or tags cannot be, or the tenant has too many.
    """
    terms = _checked(wanted)
    making = under_way(now)
    request_id = making.id(KIND)
    if making.is_repeat:
        made = find(UploadRequestLink, actor.tenant_id, request_key(request_id))
        if made is not None:
            return made
    ours = UploadRequestLink.sk.startswith(PREFIX)
    if UploadRequestLink.count(actor.tenant_id, ours) >= MOST_REQUESTS:
        raise invalid("title", f"A tenant has at most {MOST_REQUESTS} upload requests; end some")
    hours = wanted.expires_in_hours or allowed.default_expiry_hours
    token = secrets.token_urlsafe(32)
    link = UploadRequestLink(
        actor.tenant_id,
        request_key(request_id),
        token=token,
        terms=terms,
        expires_at=clock.timestamp(now + timedelta(hours=hours)),
        created_by=actor.person,
        created_at=clock.timestamp(now),
    )
    handle = Handle(handles.key(KIND, token), HANDLE, tenant_id=actor.tenant_id, id=request_id)
    transact(
        put(link, UploadRequestLink.pk.does_not_exist()),
        put(handle, Handle.pk.does_not_exist()),
        put(_record(link, actor.person, "created", now)),
    )
    return link


def owned(actor: Actor, request_id: str) -> UploadRequestLink:
    """Read an upload request of the actor's; admins manage all of the tenant's.

    Raises:
        NotFound: there is none, or it is not theirs.
    """
    found = find(UploadRequestLink, actor.tenant_id, request_key(request_id))
    if found is None or not _is_theirs(found, actor):
        raise NotFound("There is no such upload request.")
    return found


def page(actor: Actor, limit: int, position: Position) -> tuple[list[UploadRequestLink], Position]:
    """Read one page of the actor's upload requests, the newest first; admins get all."""

    def read(at_most: int, start: Position) -> tuple[list[UploadRequestLink], Position]:
        return pages.read(
            UploadRequestLink,
            actor.tenant_id,
            UploadRequestLink.sk.startswith(PREFIX),
            limit=at_most,
            position=start,
            newest_first=True,
            consistent=True,
        )

    def keep(link: UploadRequestLink) -> UploadRequestLink | None:
        return link if _is_theirs(link, actor) else None

    def behind(link: UploadRequestLink) -> Position:
        return {"pk": {"S": str(link.pk)}, "sk": {"S": str(link.sk)}}

    return pages.kept(read, keep, behind, limit=limit, position=position)


def end(link: UploadRequestLink, actor: Person, now: datetime) -> None:
    """Take no further file by an upload request; what has come stays. Idempotent."""
    gone = remove(link, UploadRequestLink.pk.exists())
    try:
        transact(gone, put(_record(link, actor, "ended", now)))
    except ConditionFailed:
        return  # another request ended it at the same time


def give_back(upload: Upload) -> None:
    """Let a request take another file in place of one that was announced and never came."""
    link = UploadRequestLink(upload.tenant_id, request_key(str(upload.upload_request_id)))
    uncounted = [
        UploadRequestLink.files.add(-1),
        UploadRequestLink.total_bytes.add(-upload.declared.size_bytes),
    ]
    with suppress(ConditionFailed):  # the request was ended
        update(link, *uncounted, condition=UploadRequestLink.pk.exists())


def move_category(tenant_id: str, old: str, new: str, actor: Person, now: datetime) -> None:
    """Let what is sent get a category, or one below it, by its new path. Idempotent."""
    ours = UploadRequestLink.sk.startswith(PREFIX)
    for link in UploadRequestLink.query(tenant_id, ours, consistent_read=True):
        terms: Terms = link.terms
        if terms.category is None or not categories.lies_in(terms.category, old):
            continue
        path = categories.moved(terms.category, old, new)
        after = msgspec.structs.replace(terms, category=path)
        same = UploadRequestLink.terms == terms
        written = record(
            tenant_id,
            actor,
            f"{KIND}.changed",
            (KIND, link.id),
            now,
            old={"category": terms.category},
            new={"category": after.category},
        )
        with suppress(ConditionFailed):  # it was ended, or moved by another attempt
            transact(change(link, UploadRequestLink.terms.set(after), condition=same), put(written))


def shown(link: UploadRequestLink, now: datetime) -> UploadRequestShown:
    """Show an upload request to its owner."""
    terms: Terms = link.terms
    return UploadRequestShown(
        id=link.id,
        url=f"{settings().public_url}/request/{link.token}/",
        title=terms.title,
        note=terms.note,
        max_files=terms.max_files,
        max_bytes=terms.max_bytes,
        category=terms.category,
        tags=terms.tags,
        files=link.files,
        total_bytes=link.total_bytes,
        is_active=not link.is_over(now) and not link.is_used_up,
        expires_at=link.expires_at,
        created_by=link.created_by,
        created_at=link.created_at,
    )


def _checked(wanted: NewUploadRequest) -> Terms:
    texts.require_line("title", wanted.title)
    return Terms(
        title=wanted.title,
        note=texts.require_text("note", wanted.note) if wanted.note else "",
        max_files=wanted.max_files,
        max_bytes=wanted.max_bytes,
        category=checked_category(wanted.category) if wanted.category else None,
        tags=unique_words(wanted.tags),
    )


def _is_theirs(link: UploadRequestLink, actor: Actor) -> bool:
    return link.created_by.id == actor.id or actor.has(roles.ADMINS)


def _record(link: UploadRequestLink, actor: Person, deed: str, now: datetime) -> AuditRecord:
    """Describe a change; neither the token nor the address is part of it."""
    terms: Terms = link.terms
    said = {
        "title": terms.title,
        "max_files": terms.max_files,
        "max_bytes": terms.max_bytes,
        "category": terms.category,
        "expires_at": link.expires_at,
    }
    values = {"new": said} if deed == "created" else {"old": said | {"files": link.files}}
    return record(link.pk, actor, f"{KIND}.{deed}", (KIND, link.id), now, **values)
