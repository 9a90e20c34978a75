"""What people upload, and how it must end."""

import hashlib
import io
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from tests import media_files

TEXT: dict[str, Any] = {"filename": "tides.txt", "content_type": "text/plain"}
BARE: dict[str, Any] = {"generate_thumbnail": False, "extract_metadata": False}
ONCE, TWICE, BRIEFLY, ESCALATED = ("review/" + how for how in ("once", "twice", "brief", "long"))
"""Categories whose uploads are reviewed."""
_EDITOR = {"id": "editor", "name": "Look", "approvers": {"type": "roles", "roles": ["editor"]}}
_MODERATOR = {
    "id": "moderator",
    "name": "Rights",
    "approvers": {"type": "roles", "roles": ["moderator"]},
}
STEPS: dict[str, list[dict[str, Any]]] = {
    ONCE: [_EDITOR],
    TWICE: [_EDITOR, _MODERATOR],
    BRIEFLY: [_EDITOR | {"timeout_hours": 1}],
    ESCALATED: [_EDITOR | {"timeout_hours": 1, "escalate_to": {"roles": ["moderator"]}}],
}
"""By whom; a step is called as the role that decides it."""
GREETING = b"High tide at noon.\n"


@dataclass(eq=False)
class Parcel:
    """An upload, what its client still does, and how it must end: status and reason.

    It makes an asset, or a version of the asset that the parcel named in `of` has made. `review` is
    the category by which it is reviewed, `deeds` what people do then; `tried` says that the next
    step was taken once, in vain.
    """

    name: str
    data: bytes
    ends: tuple[str, str | None]
    described: dict[str, Any] = field(default_factory=dict)
    todo: tuple[str, ...] = ("reserve", "send")
    of: str | None = None
    review: str | None = None
    deeds: tuple[str, ...] = ()
    tried: bool = False
    reserved: dict[str, Any] | None = None

    @property
    def asset_id(self) -> str:
        assert self.reserved is not None
        return str(self.reserved["asset"]["id"])

    @property
    def number(self) -> int:
        assert self.reserved is not None
        return int(self.reserved["version"]["number"])

    @property
    def upload_id(self) -> str:
        assert self.reserved is not None
        return str(self.reserved["job"]["id"])


@lru_cache(maxsize=1)
def photo() -> bytes:
    """A tiny JPEG."""
    encoded = io.BytesIO()
    media_files.picture((32, 24)).save(encoded, "JPEG")
    return encoded.getvalue()


def image(name: str = "image", **described: Any) -> Parcel:
    return Parcel(name, photo(), ("approved", None), described)


def torn_image(name: str = "torn image") -> Parcel:
    return Parcel(name, photo()[:-200], ("failed", "unreadable"))


def text(name: str = "text", data: bytes = GREETING, **described: Any) -> Parcel:
    return Parcel(name, data, ("approved", None), TEXT | described)


def virus(name: str = "virus") -> Parcel:
    return Parcel(name, media_files.eicar(), ("quarantined", None), TEXT)


def wrong_size(name: str = "wrong size") -> Parcel:
    return Parcel(name, b"Ebb.", ("failed", "size_mismatch"), TEXT | {"size_bytes": 7})


def in_parts(name: str = "in parts") -> Parcel:
    steps = ("reserve", "send part", "complete")
    return Parcel(name, GREETING, ("approved", None), TEXT | BARE | {"multipart": True}, steps)


def aborted(name: str = "aborted", **described: Any) -> Parcel:
    return Parcel(name, GREETING, ("failed", "aborted"), TEXT | described, ("reserve", "abort"))


def never_sent(name: str = "never sent", **described: Any) -> Parcel:
    ends = ("failed", "upload_expired")
    return Parcel(name, GREETING, ends, TEXT | described, ("reserve",))


def linked(name: str = "linked") -> Parcel:
    """Bytes that are there already, and so are not sent."""
    wish = {"sha256": hashlib.sha256(GREETING).hexdigest(), "link_existing": True}
    return Parcel(name, GREETING, ("approved", None), TEXT | BARE | wish, ("reserve",))


def version(of: str, name: str = "version") -> Parcel:
    return Parcel(name, b"Low tide at six.\n", ("approved", None), TEXT | BARE, of=of)


def reviewed(parcel: Parcel, category: str, *deeds: str, ends: str | None = None) -> Parcel:
    """Let people decide on a parcel, or its time go by; then it ends approved, or with a reason."""
    described = parcel.described if parcel.of else parcel.described | {"category": category}
    return replace(
        parcel,
        name=f"{parcel.name}, {category}",
        ends=("approved", None) if ends is None else ("rejected", ends),
        described=described,
        todo=(*parcel.todo, *deeds),
        review=category,
        deeds=deeds,
    )


def superseded() -> list[Parcel]:
    """Let a version come while the first one is under review."""
    first = reviewed(text("early", **BARE), ONCE, ends="superseded")
    return [first, reviewed(version(first.name), ONCE, "editor: approve")]


def retried(parcel: Parcel) -> Parcel:
    """Let a client try again what has failed."""
    return replace(parcel, todo=(*parcel.todo, "retry"))
