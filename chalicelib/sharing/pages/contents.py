"""What a share's page shows of each thing shared."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.core import storage
from chalicelib.core.settings import settings
from chalicelib.sharing import addresses, qr_codes
from chalicelib.sharing.models import ShareLink
from chalicelib.sharing.pages import texts
from chalicelib.sharing.visiting import comments, previews
from chalicelib.sharing.visiting.opening import Item, Opened

_SHOWN_BYTES = 64 * 1024
"""So much of a text is shown."""

_TEXTS = frozenset({"text/plain", "text/csv"})
_MOST_COMMENTS = 200


@dataclass(frozen=True)
class Shown:
    """One thing shared, as a template shows it."""

    id: str
    title: str
    alt: str
    kind: str
    kind_name: str
    type: str
    size: str
    plays: str | None
    picture: str | None
    pages: list[str]
    text: str | None
    cut: bool


def page_values(opened: Opened, now: datetime) -> dict[str, object]:
    """Return what the page of a share shows, for its template."""
    link = opened.link
    said = comments.page(link, _MOST_COMMENTS, None)[0] if link.allow_comments else []
    url = addresses.page(link.uuid)
    social = addresses.social(link, opened.title)
    return embed_values(opened, now) | {
        "description": opened.description,
        "many": link.shared.collection_id is not None,
        "action": f"/share/{link.uuid}/",
        "allow_download": link.allow_download,
        "left": downloads_left(opened.link),
        "allow_comments": link.allow_comments,
        "comments": [
            {"name": one.name, "body": one.body, "created_at": one.created_at,
             "day": texts.day(one.created_at)}
            for one in said
        ],
        "expires": texts.day(link.expires_at) if link.expires_at else None,
        "qr": qr_codes.data_url(url, (200, 200)),
        "short_url": addresses.short(link.code),
        "social": [
            (texts.NETWORKS[name], address) for name, address in social.items()
        ] if opened.settings.enable_social_sharing else [],
        "oembed": addresses.oembed(link.uuid) if link.share_type == "public" else None,
        "og_picture": _public_picture(opened, now),
    }  # fmt: skip


def embed_values(opened: Opened, now: datetime) -> dict[str, object]:
    """Return what a frame with a share shows, for its template."""
    previewed = opened.link.allow_preview
    return {
        "title": opened.title,
        "url": addresses.page(opened.link.uuid),
        "items": [_shown(item, previewed, now) for item in opened.items],
    }


def downloads_left(link: ShareLink) -> int | None:
    """Return how many downloads are left; None where there is no limit."""
    return None if link.max_downloads is None else max(0, link.max_downloads - link.download_count)


def _public_picture(opened: Opened, now: datetime) -> str | None:
    """Return the picture that other pages may show beside a link; a locked one has none."""
    link = opened.link
    if link.share_type != "public" or not link.allow_preview:
        return None
    return previews.picture(opened.items[0], now)


def _shown(item: Item, previewed: bool, now: datetime) -> Shown:
    asset, face = item.asset, item.face
    text, cut = _text(item) if previewed and face.content_type in _TEXTS else (None, False)
    return Shown(
        id=asset.asset_id,
        title=asset.title,
        alt=asset.alt_text,
        kind=face.kind,
        kind_name=texts.KINDS.get(face.kind, texts.KINDS["other"]),
        type=texts.type_name(face.content_type, face.filename),
        size=texts.size(face.size_bytes),
        plays=previews.playable(item, now) if previewed else None,
        picture=previews.picture(item, now) if previewed else None,
        pages=previews.pages(item, now) if previewed else [],
        text=text,
        cut=cut,
    )


def _text(item: Item) -> tuple[str | None, bool]:
    """Read the beginning of a text; return it, and whether there is more."""
    key = f"{item.asset.tenant_id}/{item.face.sha256}"
    try:
        data = storage.read_range(settings().originals_bucket, key, 0, _SHOWN_BYTES)
    except storage.ObjectGone:  # purged at this very moment
        return None, False
    encoding = str(item.face.technical.get("encoding") or "utf-8")
    try:
        text = data.decode(encoding, "replace")
    except LookupError:
        text = data.decode("utf-8", "replace")
    return text.removeprefix("\ufeff"), item.face.size_bytes > _SHOWN_BYTES
