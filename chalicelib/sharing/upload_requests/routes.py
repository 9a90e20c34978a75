"""Upload requests over HTTP: made by members, opened by guests."""

from functools import partial

import msgspec

from chalicelib.assets.uploads import creation
from chalicelib.assets.uploads.drafts import FileTooLarge
from chalicelib.assets.uploads.shapes import UploadShown
from chalicelib.core import clock
from chalicelib.core.api import lists
from chalicelib.core.api.audience import Audience
from chalicelib.core.api.identity import Actor
from chalicelib.core.api.lists import ListQuery
from chalicelib.core.api.replies import Html, Page
from chalicelib.core.api.routing import Routes
from chalicelib.core.errors import NotFound, TooManyRequests, UnsupportedMediaType
from chalicelib.sharing.pages import rendering
from chalicelib.sharing.upload_requests import receiving, requests, texts
from chalicelib.sharing.upload_requests.models import UploadRequestLink
from chalicelib.sharing.upload_requests.receiving import (
    UploadRequestEnded,
    UploadRequestExpired,
    UploadRequestUsedUp,
)
from chalicelib.sharing.upload_requests.shapes import (
    GuestFile,
    GuestUpload,
    NewUploadRequest,
    Terms,
    UploadRequestShown,
)
from chalicelib.tenants import accounts, scopes
from chalicelib.tenants.quotas import QuotaExceeded
from chalicelib.tenants.roles import CONTRIBUTORS

api = Routes[Actor](
    __name__,
    scopes=scopes.ASSETS,
    loaders={"request_id": ("link", requests.owned)},
    variables={"request_id": "The upload request's id."},
    tags={"upload_requests": "Links by which people without an account send files."},
)

_GUESTS = {"token": "The secret of an upload request's address."}

guest_pages = Routes[None](
    __name__,
    base="",
    audience=Audience.ANYONE,
    variables=_GUESTS,
    tags={"request": "The pages of upload requests, by which guests send files."},
    problem_page=rendering.problem,
)

guest_files = Routes[None](__name__, base="", audience=Audience.ANYONE, variables=_GUESTS)

_OVER = [NotFound, UploadRequestExpired, UploadRequestEnded, UploadRequestUsedUp]


@api.get("/upload_requests", may=CONTRIBUTORS)
def list_upload_requests(actor: Actor, query: ListQuery) -> Page[UploadRequestShown]:
    """List your upload requests, newest first; admins see all of the tenant's."""
    now = clock.now()

    def show(link: UploadRequestLink) -> UploadRequestShown:
        return requests.shown(link, now)

    name = f"upload requests of {actor.id}"
    return lists.page(name, actor.tenant_id, query, partial(requests.page, actor), show)


@api.post("/upload_requests", may=CONTRIBUTORS, status=201)
def create_upload_request(actor: Actor, body: NewUploadRequest) -> UploadRequestShown:
    """Make an upload request; pass its `url` on to those who are to send files."""
    now = clock.now()
    link = requests.create(actor, body, accounts.settings_of(actor.tenant_id), now)
    return requests.shown(link, now)


@api.delete("/upload_requests/{request_id}", may=CONTRIBUTORS)
def end_upload_request(actor: Actor, link: UploadRequestLink) -> None:
    """End an upload request: it takes no further file, and what has come stays."""
    requests.end(link, actor.person, clock.now())


@guest_pages.get("/request/{token}", problems=_OVER)
def show_request_page(token: str) -> Html:
    """Show guests what is asked for, and let them send it."""
    link = receiving.look_up(token, clock.now())
    terms: Terms = link.terms
    files = terms.max_files - link.files
    values = {
        "title": terms.title,
        "note": terms.note,
        "limits": texts.limits(files, terms.max_bytes - link.total_bytes, link.expires_at),
        "action": f"/request/{token}/",
        "many": files > 1,
        "words": texts.SCRIPT,
    }
    return rendering.page("request.html", values, sends_files=True)


@guest_files.post(
    "/request/{token}",
    status=201,
    problems=[*_OVER, FileTooLarge, UnsupportedMediaType, QuotaExceeded, TooManyRequests],
)
def announce_file(token: str, body: GuestFile) -> GuestUpload:
    """Announce a file that a guest sends: everything is checked before a byte moves."""
    now = clock.now()
    link, upload = receiving.receive(token, body, now)
    terms: Terms = link.terms
    return GuestUpload(
        msgspec.convert(creation.described(upload, now), UploadShown),
        terms.max_files - link.files,
        terms.max_bytes - link.total_bytes,
    )
