"""A day of visits by a script, whose own tally the reports equal to the last number."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from chalicelib.analytics import reports
from chalicelib.analytics.reports import Leader, Report
from chalicelib.analytics.tallies import Scope
from chalicelib.analytics.visits import Kind, Source, Visit
from chalicelib.core import clock
from tests.analytics.visitors import CHROME, GOOGLEBOT, IPHONE, NOON, deliver
from tests.cloud import Cloud

PROGRAMS = {
    CHROME: ("Chrome", "desktop"),
    IPHONE: ("Mobile Safari", "phone"),
    "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0": (
        "Firefox",
        "desktop",
    ),
    "AppleTV11,1/11.1": ("other", "tv"),
    "curl/8.5.0": ("curl", "other"),
    GOOGLEBOT: None,
    "WhatsApp/2.23.20.0": None,
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)": None,
}
"""Browser and device of each program, and none of bots."""

ASSETS = tuple(f"asset-{number}" for number in range(5))
SHARES: dict[str, tuple[str, ...]] = {
    "share-0": ASSETS[:1],
    "share-1": ASSETS[1:2],
    "share-2": ASSETS[2:],
}
DAYS = 3


def script(tenant_id: str, seed: int) -> list[Visit]:
    """Make the visits of some hundred people and bots over three days, in their order."""
    chance = random.Random(seed)
    people: list[dict[str, Any]] = [
        {
            "user_agent": chance.choice(list(PROGRAMS)),
            "country": chance.choice(["DE", "AT", "CH", "US", "BR", None]),
            "visitor": f"visitor-{number}",
        }
        for number in range(200)
    ]
    found = []
    for _ in range(700):
        share_id = chance.choice(list(SHARES))
        downloads = chance.random() < 0.25
        at = NOON - timedelta(seconds=chance.randrange(DAYS * 86_400 - 50_000))
        found.append(
            Visit(
                id=clock.new_id(at),
                tenant_id=tenant_id,
                at=at,
                kind=Kind.DOWNLOAD if downloads else Kind.VIEW,
                source=chance.choice(list(Source)[:-1]),
                share_id=share_id,
                asset_ids=SHARES[share_id],
                size_bytes=chance.randrange(10**9) if downloads else 0,
                referrer=chance.choice([None, "intranet.test", "news.test"]),
                **chance.choice(people),
            )
        )
    return found


class Tally:
    """What the script itself counts, one visit after the other."""

    def __init__(self) -> None:
        self.totals: Counter[str] = Counter()
        self.days: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.names: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.visitors: set[tuple[str, str]] = set()
        self.last_at = ""

    def add(self, visit: Visit) -> None:
        assert visit.user_agent is not None
        program, day = PROGRAMS[visit.user_agent], f"{visit.at:%Y-%m-%d}"
        if visit.kind == "download":
            self.totals["downloads"] += 1
            self.totals["bytes"] += visit.size_bytes
            self.days[day]["downloads"] += 1
        if program is None:
            self.totals["bots"] += 1
        else:
            if visit.kind == "view":
                self.totals["views"] += 1
                self.days[day]["views"] += 1
            self.visitors.add((str(visit.visitor), day))
            self.names["hour"][f"{visit.at:%H}"] += 1
            self.names["source"][str(visit.source)] += 1
            self.names["browser"][program[0]] += 1
            self.names["device"][program[1]] += 1
            for kind, name in (("country", visit.country), ("referrer", visit.referrer)):
                if name is not None:
                    self.names[kind][name] += 1
        if program is not None or visit.kind == "download":
            self.last_at = max(self.last_at, clock.timestamp(visit.at))

    def equals(self, report: Report) -> bool:
        totals = report.totals
        assert {
            "views": totals.views,
            "downloads": totals.downloads,
            "bytes": totals.bytes,
            "bots": report.bots,
        } == {name: self.totals[name] for name in ("views", "downloads", "bytes", "bots")}
        assert totals.unique_visitors == len(self.visitors)
        for day in report.by_day:
            counted = self.days[day.date]
            assert (day.views, day.downloads) == (counted["views"], counted["downloads"])
        for kind in ("hour", "country", "device", "browser", "referrer", "source"):
            assert getattr(report, f"by_{kind}") == self.names[kind], kind
        assert report.last_accessed_at == self.last_at
        return True


def shown(tenant_id: str, scope: Scope, now: datetime = NOON) -> Report:
    return reports.report(reports.figures(tenant_id, scope, DAYS, now), 0)


def tallied(told: Iterable[Visit]) -> Tally:
    tally = Tally()
    for visit in told:
        tally.add(visit)
    return tally


def test_the_figures_of_a_day_are_those_of_its_script(cloud: Cloud) -> None:
    tenant_id = clock.new_id()
    told = script(tenant_id, seed=1)
    chance = random.Random(1)
    delivered = [*told, *chance.sample(told, 150)]
    chance.shuffle(delivered)
    while delivered:
        size = chance.randint(1, 100)
        assert deliver(delivered[:size]) == set()
        del delivered[:size]

    assert tallied(told).equals(shown(tenant_id, Scope("tenant", tenant_id)))
    for share_id in SHARES:
        of_share = tallied(visit for visit in told if visit.share_id == share_id)
        assert of_share.equals(shown(tenant_id, Scope("share", share_id)))
        assert reports.view_counts(tenant_id, [share_id])[share_id] == of_share.totals["views"]
    of_assets = {
        asset_id: tallied(visit for visit in told if asset_id in visit.asset_ids)
        for asset_id in ASSETS
    }
    for asset_id, tally in of_assets.items():
        assert tally.equals(shown(tenant_id, Scope("asset", asset_id)))
    leaders = reports.top(
        reports.figures(tenant_id, Scope("tenant", tenant_id), DAYS, NOON), "asset"
    )
    assert {leader.id: leader for leader in leaders} == {
        asset_id: Leader(asset_id, tally.totals["views"], tally.totals["downloads"])
        for asset_id, tally in of_assets.items()
    }
