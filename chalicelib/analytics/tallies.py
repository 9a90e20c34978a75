"""What a visit counts as: numbers by name, for the tenant, its assets and its share links."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal, NamedTuple

from msgspec.structs import replace

from chalicelib.analytics.visits import Kind, Visit

ReadProgram = Callable[[str], tuple[str, str, bool]]
"""Tells browser, device and whether it is a bot from a user agent, as `programs.read` does."""

ScopeKind = Literal["tenant", "asset", "share"]

_ASSETS_A_PART = 20
_WRITES_A_CHUNK = 100
"""DynamoDB's limit of a transaction."""

_COUNTRY = re.compile("[A-Z]{2}")

_VISITS_A_CHUNK = 30
"""So that an update names fewer than the 300 attributes that DynamoDB takes."""


DOWNLOAD_OF = 10**9
"""What a download adds to a number that holds both: a billion, above which no views reach."""


class Scope(NamedTuple):
    """What numbers are of: a tenant, one of its assets, or one of its share links."""

    kind: ScopeKind
    id: str


@dataclass(frozen=True)
class Part:
    """A visit, or a part of one that names many assets; each is counted by itself, once.

    The first part counts for tenant and share link, and each for the assets that it holds.
    """

    visit: Visit
    number: int
    asset_ids: tuple[str, ...]
    browser: str | None
    device: str | None
    is_bot: bool

    @property
    def day(self) -> str:
        """The day in UTC under which it is counted."""
        return f"{self.visit.at.astimezone(UTC):%Y-%m-%d}"

    @property
    def scopes(self) -> list[Scope]:
        """What it counts for."""
        scopes = [Scope("tenant", self.visit.tenant_id)]
        if self.visit.share_id is not None and self.number == 0:
            scopes.append(Scope("share", self.visit.share_id))
        return [*scopes, *(Scope("asset", asset_id) for asset_id in self.asset_ids)]

    @property
    def visitor(self) -> str | None:
        """The visitor who is counted with it; a bot is none."""
        return None if self.is_bot else self.visit.visitor

    @property
    def opens(self) -> str | None:
        """The share link that it opens, if it is a view by no bot."""
        opens = self.visit.kind is Kind.VIEW and not self.is_bot and self.number == 0
        return self.visit.share_id if opens else None


class Seen(NamedTuple):
    """A visitor's first visit of a day to something."""

    visitor: str
    day: str
    scope: Scope


def parts(visits: Iterable[Visit], read_program: ReadProgram) -> list[Part]:
    """Take visits apart into what is counted at once; one that comes twice gives its parts once."""
    found: dict[tuple[str, str, int], Part] = {}
    for visit in visits:
        browser, device, is_bot = None, None, visit.is_bot
        if visit.user_agent is not None:
            browser, device, is_bot = read_program(visit.user_agent)
        if not visit.is_recorded:
            browser = device = None
            visit = _without_visitor(visit)
        ids = tuple(dict.fromkeys(visit.asset_ids))
        for number, start in enumerate(range(0, max(1, len(ids)), _ASSETS_A_PART)):
            some = ids[start : start + _ASSETS_A_PART]
            part = Part(visit, number, some, browser, device, is_bot)
            found.setdefault((visit.tenant_id, visit.id, number), part)
    return list(found.values())


def _without_visitor(visit: Visit) -> Visit:
    return replace(visit, user_agent=None, country=None, referrer=None, visitor=None)


def chunks(found: Sequence[Part]) -> Iterator[list[Part]]:
    """Group parts by tenant into as many as one transaction can count."""
    by_tenant: dict[str, list[Part]] = {}
    for part in found:
        by_tenant.setdefault(part.visit.tenant_id, []).append(part)
    for of_tenant in by_tenant.values():
        chunk: list[Part] = []
        items: set[object] = set()
        for part in of_tenant:
            more = _items(part)
            full = len(items | more) > _WRITES_A_CHUNK or len(chunk) == _VISITS_A_CHUNK
            if chunk and full:
                yield chunk
                chunk, items = [], set()
            chunk.append(part)
            items |= more
        yield chunk


def first_seen(part: Part) -> set[Seen]:
    """Return what says that a part's visitor has been seen; nothing where nobody is counted."""
    if part.visitor is None:
        return set()
    # Only the first part counts for the tenant.
    scopes = part.scopes if part.number == 0 else part.scopes[1:]
    return {Seen(part.visitor, part.day, scope) for scope in scopes}


@dataclass
class Tally:
    """Numbers to be added to one counter of a day, by the names of its attributes."""

    numbers: Counter[str] = field(default_factory=Counter)
    last_at: datetime | None = None


def tallies(chunk: Iterable[Part], new: Iterable[Seen]) -> dict[tuple[Scope, str], Tally]:
    """Add up what parts count as, by scope and day.

    Args:
        chunk: the parts.
        new: the visitors who are seen for the first time.
    """
    found: dict[tuple[Scope, str], Tally] = {}
    for part in chunk:
        for scope in part.scopes:
            tally = found.setdefault((scope, part.day), Tally())
            if scope.kind == "tenant":
                tally.numbers.update(_by_id(part))
            if scope.kind == "tenant" and part.number > 0:
                continue
            tally.numbers.update(_numbers(part))
            if not part.is_bot or part.visit.kind is Kind.DOWNLOAD:
                tally.last_at = max(tally.last_at or part.visit.at, part.visit.at)
    for seen in new:
        found[seen.scope, seen.day].numbers["visitors"] += 1
    return found


def _numbers(part: Part) -> dict[str, int]:
    """Return what a part counts as.

    A bot's view is none, but a URL that was issued to a bot is a download all the same.
    """
    visit, numbers = part.visit, {}
    if visit.kind is Kind.DOWNLOAD:
        numbers = {"downloads": 1, "bytes": visit.size_bytes}
    if part.is_bot:
        return numbers | {"bots": 1}
    if visit.kind is Kind.VIEW:
        numbers = {"views": 1}
    names = {
        "hour": f"{visit.at.astimezone(UTC):%H}",
        "source": visit.source,
        "country": visit.country if _COUNTRY.fullmatch(visit.country or "") else None,
        "device": part.device,
        "browser": part.browser,
        "referrer": visit.referrer,
    }
    return numbers | {f"{kind}:{name}": 1 for kind, name in names.items() if name}


def _by_id(part: Part) -> dict[str, int]:
    """Return what the tenant counts by asset and share link, to tell which ones lead.

    Views and downloads of one share a number, so that the counter of a tenant stays small.
    """
    downloads = part.visit.kind is Kind.DOWNLOAD
    if part.is_bot and not downloads:
        return {}
    scopes = [scope for scope in part.scopes if scope.kind != "tenant"]
    return {f"{scope.kind}:{scope.id}": DOWNLOAD_OF if downloads else 1 for scope in scopes}


def _items(part: Part) -> set[object]:
    """Return what stands for the items that counting a part writes, its share's record included."""
    counters: set[object] = {(scope, part.day) for scope in part.scopes}
    totals: set[object] = {scope for scope in part.scopes if scope.kind == "share"}
    records: set[object] = {("opened", part.opens)} if part.opens else set()
    return {(part.visit.id, part.number)} | counters | totals | records | first_seen(part)
