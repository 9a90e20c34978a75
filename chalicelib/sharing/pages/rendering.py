"""Pages written from templates, and the headers that every one of them has."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from chalicelib.core.api.replies import Html
from chalicelib.core.errors import ReefError
from chalicelib.core.settings import settings
from chalicelib.sharing.pages import texts

_FOLDER = Path(__file__).parent / "templates"


def page(
    template: str,
    values: Mapping[str, object],
    status: int = 200,
    *,
    framed_by: tuple[str, ...] = (),
    sends_files: bool = False,
    headers: dict[str, str] | None = None,
) -> Html:
    """Write a page.

    Args:
        template: the file's name.
        values: what it shows by name; it escapes everything.
        status: the HTTP status.
        sends_files: its script, one of the site's own, sends files to storage.
        framed_by: the hosts whose pages may show it in a frame; nobody's unless some are given.
        headers: further ones.
    """
    text = _templates().get_template(template).render(values)
    return Html(text, status, _headers(framed_by, sends_files) | (headers or {}))


def message(
    title: str, advice: str, status: int = 200, headers: dict[str, str] | None = None
) -> Html:
    """Write a page that says one thing, and what to do."""
    return page("message.html", {"title": title, "advice": advice}, status, headers=headers)


def problem(error: ReefError) -> Html:
    """Write a failure as a page that says what to do, and nothing of what was asked for."""
    title, advice = texts.SAID.get(error.code, texts.TROUBLE)
    if error.code == "invalid":
        title, advice = texts.TROUBLE[0], error.detail
    return message(title, advice, error.status, error.headers)


def _headers(framed_by: tuple[str, ...], sends_files: bool) -> dict[str, str]:
    media = "{0.scheme}://{0.netloc}".format(urlsplit(settings().media_url))
    policy = [
        "default-src 'none'",
        "base-uri 'none'",
        # A form that leads to a download is sent on to the media.
        f"form-action 'self' {media}",
        "style-src 'self'",
        f"img-src 'self' data: {media}",
        f"media-src {media}",
        f"frame-ancestors {' '.join(framed_by) or chr(39) + 'none' + chr(39)}",
    ]
    if sends_files:
        bucket = f"{settings().upload_url}/{settings().uploads_bucket}"
        policy += ["script-src 'self'", f"connect-src 'self' {bucket} {bucket}/"]
        policy += ["require-trusted-types-for 'script'"]
    return {
        "Content-Security-Policy": "; ".join(policy),
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex",
        # The address is a secret, which the media domain need not know.
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
    } | ({} if framed_by else {"X-Frame-Options": "DENY"})


@lru_cache(maxsize=1)
def _templates() -> Any:
    from jinja2 import Environment, FileSystemLoader  # too heavy for the API's start

    return Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
