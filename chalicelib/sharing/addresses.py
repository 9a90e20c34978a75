"""Where a share is found: its page, its short link, its embed, and how it is passed on."""

from html import escape
from urllib.parse import quote, urlencode

from chalicelib.core.settings import settings
from chalicelib.sharing.models import ShareLink

EMBED_SIZE = (640, 360)
"""Width and height of an embedded share in pixels, unless somebody asks for others."""


def page(secret: str) -> str:
    """Return the address of a share's page."""
    return f"{settings().public_url}/share/{secret}/"


def embed(secret: str) -> str:
    """Return the address that other pages show in a frame."""
    return f"{settings().public_url}/embed/{secret}/"


def oembed(secret: str) -> str:
    """Return where other sites learn how to show a share in a page of theirs (oEmbed 1.0)."""
    return f"{settings().public_url}/oembed/?" + urlencode({"url": page(secret)})


def short(code: str) -> str:
    """Return the short address, which leads to the page."""
    return f"{settings().public_url}/s/{code}"


def embed_code(secret: str, title: str, size: tuple[int, int] = EMBED_SIZE) -> str:
    """Return the HTML that shows a share in another page."""
    width, height = size
    return (
        f'<iframe src="{escape(embed(secret))}" title="{escape(title)}" width="{width}" '
        f'height="{height}" loading="lazy" allow="fullscreen" '
        'style="border:0;max-width:100%"></iframe>'
    )


def social(link: ShareLink, title: str) -> dict[str, str]:
    """Return the addresses at which a share's page is passed on, by the network's name."""
    url = page(link.uuid)
    both = f"{title} {url}"
    return {
        "x": "https://x.com/intent/post?" + urlencode({"url": url, "text": title}),
        "facebook": "https://www.facebook.com/sharer/sharer.php?" + urlencode({"u": url}),
        "linkedin": "https://www.linkedin.com/sharing/share-offsite/?" + urlencode({"url": url}),
        "whatsapp": "https://wa.me/?" + urlencode({"text": both}),
        "telegram": "https://t.me/share/url?" + urlencode({"url": url, "text": title}),
        "email": f"mailto:?subject={quote(title, safe='')}&body={quote(both, safe='')}",
    }
