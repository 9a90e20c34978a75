"""The zip of a shared collection in a browser, without a script."""

import msgspec

from chalicelib.analytics.visits import Source
from chalicelib.core import clock
from chalicelib.core.api.audience import Audience
from chalicelib.core.api.http import Incoming
from chalicelib.core.api.replies import Html, SeeOther
from chalicelib.core.api.routing import Routes
from chalicelib.processing.zips.planning import ZipTooLarge
from chalicelib.sharing import addresses
from chalicelib.sharing.pages import rendering
from chalicelib.sharing.pages.entering import LEADS_NOWHERE, LOCKED, NoFields, let_in
from chalicelib.sharing.visiting import telling, visitors
from chalicelib.sharing.visiting.taking import DownloadLimitReached, DownloadNotAllowed
from chalicelib.sharing.zips import contents, shared

pages = Routes[None](
    __name__,
    base="",
    audience=Audience.ANYONE,
    variables={"uuid": "The share link's uuid."},
    problem_page=rendering.problem,
)


class ZipForm(msgspec.Struct):
    """Which file of a zip to download.

    Attributes:
        number: from 1; a large zip has several.
    """

    number: int = 1


@pages.get("/share/{uuid}/zip", problems=[*LEADS_NOWHERE, *LOCKED, DownloadNotAllowed])
def show_zip(uuid: str, incoming: Incoming) -> Html:
    """Show how far the zip of a shared collection is, and what to take once it is made."""
    now = clock.now()
    opened = let_in(uuid, incoming, now)
    values = contents.zip_values(opened, shared.find(opened, now), now)
    return rendering.page("zip.html", values)


@pages.post(
    "/share/{uuid}/zip",
    problems=[*LEADS_NOWHERE, *LOCKED, DownloadNotAllowed, DownloadLimitReached, ZipTooLarge],
)
def request_share_zip(uuid: str, form: NoFields, incoming: Incoming) -> SeeOther:
    """Have the zip of a shared collection made; whoever asks again gets the same one."""
    now = clock.now()
    shared.request(let_in(uuid, incoming, now), now)
    return SeeOther(f"{addresses.page(uuid)}zip/")


@pages.post(
    "/share/{uuid}/zip/download",
    problems=[*LEADS_NOWHERE, *LOCKED, DownloadNotAllowed, DownloadLimitReached],
)
def download_zip(uuid: str, form: ZipForm, incoming: Incoming) -> SeeOther:
    """Send a browser on to a zip of what is shared; it spends one download."""
    now = clock.now()
    opened = let_in(uuid, incoming, now)
    taken, items = shared.take(opened, form.number, now)
    telling.downloaded(opened, items, visitors.of(incoming), Source.PAGE, now)
    return SeeOther(taken.url)
