"""Files that guests send: within the request's terms, and then like every other upload.

The assets are those of the member who asked. The version is a guest's, whom no template trusts, so
that nobody's files are approved because of who asked for them.
"""

from datetime import datetime

from chalicelib.assets.upload_models import Upload
from chalicelib.assets.uploads import creation
from chalicelib.assets.uploads.creation import Guest
from chalicelib.assets.uploads.drafts import FileTooLarge, UploadRequest
from chalicelib.core import handles, texts
from chalicelib.core.api.identity import Actor
from chalicelib.core.errors import Gone, NotFound
from chalicelib.core.tables import ConditionFailed, change, find
from chalicelib.sharing.upload_requests.models import UploadRequestLink, request_key
from chalicelib.sharing.upload_requests.requests import KIND
from chalicelib.sharing.upload_requests.shapes import GuestFile, Terms
from chalicelib.tenants import roles
from chalicelib.tenants.models import Member, member_key


class UploadRequestExpired(Gone):
    """The time of this upload request is over; ask whoever sent it to you for another."""

    code, title = "upload_request_expired", "The time is over"


class UploadRequestEnded(Gone):
    """This upload request was ended; ask whoever sent it to you for another."""

    code, title = "upload_request_ended", "Ended"


class UploadRequestUsedUp(Gone):
    """This upload request has taken as many files as it was made for."""

    code, title = "upload_request_used_up", "No further files"


def look_up(token: str, now: datetime) -> UploadRequestLink:
    """Read the upload request that an address leads to, if it takes files.

    Raises:
        NotFound: there never was such a one.
        UploadRequestExpired, UploadRequestEnded, UploadRequestUsedUp: it takes none any more.
    """
    handle = handles.find(KIND, token)
    if handle is None:
        raise NotFound("There is no such upload request.")
    link = find(UploadRequestLink, handle.tenant_id, request_key(handle.id))
    if link is None or _owner(link) is None:
        raise UploadRequestEnded
    if link.is_over(now):
        raise UploadRequestExpired
    if link.is_used_up:
        raise UploadRequestUsedUp
    return link


def receive(token: str, file: GuestFile, now: datetime) -> tuple[UploadRequestLink, Upload]:
    """Reserve the upload of a guest's file; exactly as many come about as the request allows.

    Returns:
        The request as it is then, and the upload.

    Raises:
        NotFound, UploadRequestExpired, UploadRequestEnded, UploadRequestUsedUp: as `look_up`.
        FileTooLarge: the file has more bytes than are left, or than the tenant allows.
        Invalid, UnsupportedMediaType, QuotaExceeded, TooManyRequests: as for a member's upload.
    """
    link = look_up(token, now)
    terms: Terms = link.terms
    _require_bytes(link, file)
    actor = _owner(link)
    if actor is None:
        raise UploadRequestEnded
    comment = texts.require_text("comment", file.comment) if file.comment else ""
    described = UploadRequest(
        filename=file.filename,
        size_bytes=file.size_bytes,
        content_type=file.content_type,
        sha256=file.sha256,
        category=terms.category,
        tags=terms.tags,
    )
    room = UploadRequestLink.files < terms.max_files
    room &= UploadRequestLink.total_bytes <= terms.max_bytes - file.size_bytes
    counted = change(
        link,
        UploadRequestLink.files.add(1),
        UploadRequestLink.total_bytes.add(file.size_bytes),
        condition=UploadRequestLink.pk.exists() & room,
    )
    try:
        upload = creation.reserve(actor, described, now, guest=Guest(comment, link.id, counted))
    except ConditionFailed:  # others were faster
        _require_bytes(look_up(token, now), file)
        raise UploadRequestUsedUp from None
    link.files, link.total_bytes = link.files + 1, link.total_bytes + file.size_bytes
    return link, upload


def _require_bytes(link: UploadRequestLink, file: GuestFile) -> None:
    terms: Terms = link.terms
    left = terms.max_bytes - link.total_bytes
    if file.size_bytes > left:
        raise FileTooLarge(f"The file has {file.size_bytes} bytes; {left} can still be sent here.")


def _owner(link: UploadRequestLink) -> Actor | None:
    """Return the member who asked, with the roles of this moment; None if they may not upload."""
    member = find(Member, link.pk, member_key(link.created_by.id))
    if member is None or not roles.may_upload(member):
        return None
    return Actor(link.pk, member.id, member.email, frozenset(member.roles))
