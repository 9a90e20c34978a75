"""What people upload, and how it must end."""

import hashlib
import io
import tempfile
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from tests import media_files

TEXT: dict[str, Any] = {"filename": "tides.txt", "content_type": "text/plain"}
PHOTO: dict[str, Any] = {"filename": "photo.jpg", "content_type": "image/jpeg"}
FILM: dict[str, Any] = {"filename": "tide.mov", "content_type": "video/quicktime"}
BARE: dict[str, Any] = {"generate_thumbnail": False, "extract_metadata": False}
ONCE, TWICE, BRIEFLY, ESCALATED = ("review/" + how for how in ("once", "twice", "brief", "long"))
"""Categories whose uploads are reviewed."""
HAND = "by hand"
"""The category of a template that is only picked by hand."""
LEAVER, DELEGATE = "leaver", "delegate"
"""Members who are dismissed: one who uploads, and one to whom a reviewer delegates."""
MOST_VERSIONS = 2
FLAGGED = ("moderator: flag", "moderator: reject_asset")
RESOLUTIONS = ("moderator: reject_asset", "moderator: approve_asset")
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
    HAND: [_EDITOR],
}
"""By whom; a step is called as the role that decides it."""
GREETING = b"High tide at noon.\n"
WORM = b"Nobody knew this worm before today."
"""Bytes that are clean until the scanner learns of them."""
BANNER = "banner"
"""The name of a rendition of the tenant's own."""


@dataclass(eq=False)
class Parcel:
    """An upload, what its client still does, and how it must end: status and reason.

    It makes an asset, or a version of the asset that the parcel named in `of` has made. `review` is
    the category by which it is reviewed, `deeds` what people do then; `tried` says that the next
    step was taken once, in vain. `category` is where the asset is in the end, if that was proposed;
    `or_ends` how else it may end, by who was faster. One that is `refusable` may be one too many
    for its asset. It begins when the one named in `after` has nothing more to do.
    """

    name: str
    data: bytes
    ends: tuple[str, str | None]
    described: dict[str, Any] = field(default_factory=dict)
    todo: tuple[str, ...] = ("reserve", "send")
    of: str | None = None
    review: str | None = None
    deeds: tuple[str, ...] = ()
    who: str = "contributor"
    after: str | None = None
    category: str | None = None
    or_ends: tuple[tuple[str, str | None], ...] = ()
    refusable: bool = False
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


@cache
def footage(seconds: int, suffix: str) -> bytes:
    """A tiny film of ten frames a second."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"film{suffix}"
        return Path(media_files.video(path, seconds, size="32x24")).read_bytes()


def film(name: str = "film") -> Parcel:
    """A film that is to be written anew, in one piece."""
    return Parcel(name, footage(1, ".mov"), ("approved", None), FILM)


def long_film(name: str = "long film") -> Parcel:
    """A film of three segments and a piece of sound."""
    described = {"filename": "tide.avi", "content_type": "video/x-msvideo"}
    return Parcel(name, footage(5, ".avi"), ("approved", None), described)


def processed_again(parcel: Parcel, *deeds: str) -> Parcel:
    """Let people ask for more to be made of what is ready."""
    return replace(parcel, todo=(*parcel.todo, *deeds))


def worm(name: str = "worm") -> Parcel:
    """Bytes that turn out infected when they are scanned again."""
    return Parcel(name, WORM, ("quarantined", None), TEXT | BARE)


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


def too_few(name: str = "too few") -> Parcel:
    """Parts that are less than was declared, which S3 would join all the same."""
    declared = {"multipart": True, "size_bytes": len(GREETING) + 1}
    steps = ("reserve", "send part", "complete in vain", "abort")
    return Parcel(name, GREETING, ("failed", "aborted"), TEXT | BARE | declared, steps)


def aborted(name: str = "aborted", by: str | None = None, **described: Any) -> Parcel:
    """An upload that its uploader ends, or somebody else who may delete the asset."""
    steps = ("reserve", f"{by}: abort" if by else "abort")
    return Parcel(name, GREETING, ("failed", "aborted"), TEXT | described, steps)


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


def taken_down() -> list[Parcel]:
    """Have a moderator reject an asset of two versions."""
    return _moderated("taken down", ("rejected", "rejected"), *FLAGGED)


def given_back() -> list[Parcel]:
    """Have a moderator reject an asset of two versions, and think better of it."""
    lifting = (FLAGGED[0], "moderator: approve_asset")
    return _moderated("given back", ("approved", None), *FLAGGED, *lifting)


def _moderated(name: str, ends: tuple[str, str | None], *deeds: str) -> list[Parcel]:
    """Make two versions of bytes that nobody else has, and let moderators do something to them."""
    first = Parcel(name, f"{name}, first".encode(), ends, TEXT | BARE)
    second = replace(first, name=f"{name}, second", data=f"{name}, second".encode(), of=name)
    return [first, _with_deeds(second, *deeds)]


def taken_from_review() -> Parcel:
    """Have a moderator reject what is under review."""
    bare = Parcel("flagged in review", b"Slack water.\n", ("approved", None), TEXT | BARE)
    return reviewed(bare, ONCE, *FLAGGED, ends="rejected")


def banned() -> list[Parcel]:
    """Have a moderator ban bytes that another asset has, and that are sent once more."""
    data, ban = b"Spring tide.\n", ("rejected", "content_rejected")
    holder = Parcel("holder", data, ("approved", None), TEXT | BARE, or_ends=(ban,))
    flagged = _with_deeds(Parcel("banned", data, ("rejected", "rejected"), TEXT | BARE), *FLAGGED)
    return [holder, flagged, Parcel("sent again", data, ban, TEXT | BARE, after=flagged.name)]


def moved(*deeds: str) -> Parcel:
    """Have somebody propose a category that brings a template, and people decide on that."""
    approved = all(deed.endswith("approve") for deed in deeds)
    parcel = Parcel("moved", b"Rip tide.\n", ("approved", None), TEXT | BARE)
    category = ONCE if approved else None
    return replace(_with_deeds(parcel, "admin: categorize", *deeds), review=ONCE, category=category)


def delegated() -> Parcel:
    """Have a reviewer delegate to somebody who leaves then."""
    deeds = ("editor: delegate", "admin: dismiss delegate", "editor: approve")
    return reviewed(text("delegated", **BARE), ONCE, *deeds)


def by_hand() -> Parcel:
    """Have somebody pick a template for what is approved already."""
    parcel = _with_deeds(text("by hand", **BARE), "editor: review", "editor: approve")
    return replace(parcel, review=HAND)


def sent_in_time(name: str = "sent in time") -> Parcel:
    """Bytes that arrived before their uploader was dismissed."""
    return _of_a_leaver(name, ("approved", None), "send", "admin: dismiss leaver")


def sent_too_late(name: str = "sent too late") -> Parcel:
    """Bytes that arrived after that."""
    ends = ("failed", "uploader_inactive")
    return _of_a_leaver(name, ends, "admin: dismiss leaver", "send")


def taken_over(name: str = "taken over") -> Parcel:
    """Such bytes, which an admin takes over."""
    steps = ("admin: dismiss leaver", "send", "admin: retry")
    return _of_a_leaver(name, ("approved", None), *steps)


def _of_a_leaver(name: str, ends: tuple[str, str | None], *steps: str) -> Parcel:
    return Parcel(name, GREETING, ends, TEXT | BARE, ("reserve", *steps), who=LEAVER)


def crowded() -> list[Parcel]:
    """Two versions come for the last place that an asset has."""
    first = text("crowded", **BARE)
    others = [version(first.name, f"for the last place, {number}") for number in (1, 2)]
    return [first, *(replace(other, refusable=True) for other in others)]


def _with_deeds(parcel: Parcel, *deeds: str) -> Parcel:
    return replace(parcel, todo=(*parcel.todo, *deeds), deeds=deeds)
