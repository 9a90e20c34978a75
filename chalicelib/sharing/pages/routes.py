"""The pages of shares: opened by browsers, unlocked and downloaded from by forms."""

from typing import Annotated
from urllib.parse import quote

import msgspec

from chalicelib.analytics.openings import VISITOR
from chalicelib.analytics.visits import Source
from chalicelib.assets.downloads import NotReady, Quarantined
from chalicelib.core import clock, handles
from chalicelib.core.api.audience import Audience
from chalicelib.core.api.http import Incoming
from chalicelib.core.api.replies import Html, Redirect, SeeOther
from chalicelib.core.api.routing import Routes
from chalicelib.core.errors import NotFound
from chalicelib.sharing import addresses
from chalicelib.sharing.invitations import receipts
from chalicelib.sharing.invitations.codes import WrongCode
from chalicelib.sharing.pages import contents, cookies, rendering, texts
from chalicelib.sharing.pages.entering import LEADS_NOWHERE, LOCKED, NoFields, let_in
from chalicelib.sharing.visiting import (
    attempts,
    comments,
    opening,
    taking,
    telling,
    unlocking,
    visitors,
)
from chalicelib.sharing.visiting.attempts import TooManyAttempts
from chalicelib.sharing.visiting.comments import CommentsNotAllowed, CommentWanted
from chalicelib.sharing.visiting.opening import (
    Opened,
    PasswordRequired,
    SignInRequired,
)
from chalicelib.sharing.visiting.taking import DownloadLimitReached, DownloadNotAllowed
from chalicelib.sharing.visiting.unlocking import WrongPassword

pages = Routes[None](
    __name__,
    base="",
    audience=Audience.ANYONE,
    variables={
        "uuid": "The share link's uuid.",
        "code": "The code of a short address.",
    },
    tags={
        "share": "Pages that open shares in a browser.",
        "s": "Short addresses of shares.",
    },
    problem_page=rendering.problem,
)

_FREE_MISSES = 20
"""Short codes that lead nowhere, from one address, before it has to wait."""


class UnlockForm(msgspec.Struct):
    """What a form of a locked page says.

    Attributes:
        password: of a protected link.
        email: the address that a code was mailed to.
        code: that code.
    """

    password: Annotated[str, msgspec.Meta(max_length=100_000)] = ""
    email: Annotated[str, msgspec.Meta(max_length=1000)] = ""
    code: Annotated[str, msgspec.Meta(max_length=1000)] = ""


class ObjectionQuery(msgspec.Struct):
    """Who objects.

    Attributes:
        t: what the mail's address holds; it names the recipient to Reef alone.
    """

    t: Annotated[str, msgspec.Meta(max_length=2000)]


class DownloadForm(msgspec.Struct):
    """What to download.

    Attributes:
        asset_id: which of the things shared; not needed where there is but one.
    """

    asset_id: str | None = None


class CommentForm(msgspec.Struct):
    """A comment.

    Attributes:
        body: what is said.
        name: who says it.
    """

    body: Annotated[str, msgspec.Meta(max_length=comments.LONGEST_BODY)] = ""
    name: Annotated[str, msgspec.Meta(max_length=comments.LONGEST_NAME)] = ""


class PageQuery(msgspec.Struct):
    """How a visitor came to a page.

    Attributes:
        via: `short` from a short address.
    """

    via: str | None = None


@pages.get("/share/{uuid}", problems=LEADS_NOWHERE + LOCKED)
def show_page(uuid: str, incoming: Incoming, query: PageQuery) -> Html:
    """Show a share in a browser, or ask for what unlocks it."""
    now = clock.now()
    opened = opening.look_up(uuid, now)
    try:
        opened = opening.open_as(opened, None, cookies.token(incoming.headers.get("cookie")), now)
    except (PasswordRequired, SignInRequired) as locked:
        return _locked(opened, locked.status)
    source = Source.SHORT_LINK if query.via == "short" else Source.PAGE
    telling.viewed(opened, visitors.of(incoming), source, now)
    return rendering.page("share.html", contents.page_values(opened, now))


@pages.head("/share/{uuid}", problems=LEADS_NOWHERE + LOCKED)
def look_at_page(uuid: str, incoming: Incoming) -> Html:
    """Say whether a share can be opened; it counts as no view."""
    now = clock.now()
    token = cookies.token(incoming.headers.get("cookie"))
    opening.open_as(opening.look_up(uuid, now), None, token, now)
    return Html("")


@pages.post("/share/{uuid}", problems=LEADS_NOWHERE + LOCKED)
def unlock_page(uuid: str, form: UnlockForm, incoming: Incoming) -> SeeOther | Html:
    """Unlock a share by the form of its page."""
    now = clock.now()
    opened, address = opening.look_up(uuid, now), visitors.of(incoming).address
    email = form.email or None
    try:
        if email is None:
            unlocked = unlocking.by_password(opened.link, form.password, address, now)
        else:
            unlocked = unlocking.by_code(opened.link, email, form.code, address, now)
    except WrongPassword as refused:
        return _locked(opened, refused.status, wrong=texts.WRONG_PASSWORD)
    except WrongCode as refused:
        return _locked(opened, refused.status, wrong=texts.WRONG_CODE, email=email)
    except TooManyAttempts as refused:
        wrong = texts.wait(refused.headers["Retry-After"])
        return _locked(opened, refused.status, wrong=wrong, email=email, headers=refused.headers)
    return SeeOther(addresses.page(uuid), {"Set-Cookie": cookies.kept(unlocked, uuid, now)})


@pages.post("/share/{uuid}/code", problems=LEADS_NOWHERE)
def send_code_from_page(uuid: str, form: UnlockForm, incoming: Incoming) -> Html:
    """Have a code mailed by the form of a private page, and ask for it."""
    now = clock.now()
    opened = opening.look_up(uuid, now)
    unlocking.ask_for_code(opened.link, form.email, visitors.of(incoming).address, now)
    return _locked(opened, 200, email=form.email)


@pages.get("/share/{uuid}/object", problems=[NotFound])
def ask_about_objection(uuid: str, query: ObjectionQuery) -> Html:
    """Ask a recipient whether they want no more mails about a share."""
    action = f"/share/{uuid}/object/?t={quote(query.t)}"
    return rendering.page("objection.html", {"title": texts.OBJECTION, "action": action})


@pages.post("/share/{uuid}/object", problems=[NotFound])
def object_to_mails(uuid: str, query: ObjectionQuery, form: NoFields) -> Html:
    """Send a recipient no more mails about a share."""
    receipts.object_to(uuid, query.t, clock.now())
    return rendering.message(*texts.OBJECTED)


@pages.post(
    "/share/{uuid}/download",
    problems=[
        *LEADS_NOWHERE,
        *LOCKED,
        DownloadNotAllowed,
        DownloadLimitReached,
        NotReady,
        Quarantined,
    ],
)
def download_from_page(uuid: str, form: DownloadForm, incoming: Incoming) -> SeeOther:
    """Send a browser on to the bytes; it spends one download."""
    now = clock.now()
    opened = let_in(uuid, incoming, now)
    item = opened.item(form.asset_id)
    taken = taking.take(opened, item, VISITOR, now)
    telling.downloaded(opened, [item], visitors.of(incoming), Source.PAGE, now)
    return SeeOther(taken.url)


@pages.post(
    "/share/{uuid}/comments",
    problems=[*LEADS_NOWHERE, *LOCKED, CommentsNotAllowed, TooManyAttempts],
)
def comment_on_page(uuid: str, form: CommentForm, incoming: Incoming) -> SeeOther:
    """Keep a comment of the page's form, and show the page again."""
    now = clock.now()
    opened = let_in(uuid, incoming, now)
    wanted = CommentWanted(body=form.body, name=form.name or None)
    comments.add(opened.link, wanted, visitors.of(incoming).address, now)
    return SeeOther(f"{addresses.page(uuid)}#comments")


@pages.get("/s/{code}", problems=[NotFound, TooManyAttempts])
def follow_short_address(code: str, incoming: Incoming) -> Redirect:
    """Send a browser from a short address to the page, which says what became of it."""
    handle = handles.find("short", code)
    if handle is None:
        now = clock.now()
        attempts.take(f"short codes {visitors.of(incoming).address}", _FREE_MISSES, now)
        raise NotFound
    return Redirect(f"{addresses.page(str(handle.hints['uuid']))}?via=short")


def _locked(
    opened: Opened,
    status: int,
    *,
    wrong: str | None = None,
    email: str | None = None,
    headers: dict[str, str] | None = None,
) -> Html:
    """Ask for what unlocks a share, without a word of what it is."""
    link = opened.link
    private = "email" if email is None else "code"
    values = {
        "title": texts.LOCKED_TITLE,
        "url": addresses.page(link.uuid),
        "action": f"/share/{link.uuid}/",
        "lock": private if link.share_type == "private" else "password",
        "email": email,
        "wrong": wrong,
    }
    return rendering.page("locked.html", values, status, headers=headers)
