"""What uploads and approvals cost: `python -m tests.house.costs` writes `docs/costs.md`.

The numbers are those of the budget, which `test_budget.py` measures; prices are AWS's public list
prices, and what is only assumed is called so.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from chalicelib.analytics.counting import SHARDS
from local.functions import ROOT, limits
from tests.house.budget import (
    APPROVAL,
    BUDGET,
    COUNTING,
    IMPORT,
    OPENING,
    RECORD_UNITS,
    SCREENS,
    WEBHOOK,
    ZIP,
    Work,
)
from tests.house.index_budget import INDEX, TOGETHER
from tests.house.prices import (
    AROUND,
    AROUND_A_DELIVERY,
    AROUND_A_HUNDRED_VIEWS,
    AROUND_A_MANIFEST,
    AROUND_A_POLL,
    AROUND_A_VIEW,
    AROUND_A_ZIP,
    AROUND_AN_APPROVAL,
    AROUND_AN_IMPORT,
    AROUND_AN_OPENING,
    DOWNLOAD,
    FREE,
    KEPT_PER_MONTH,
    PRICES,
    S3_FREE,
    S3_GETS,
)

Bill = dict[str, float]
"""Dollars by what is charged."""

PAGE = ROOT / "docs" / "costs.md"

MEGABYTES_PER_PROCESSOR = 1769
"""A function with so much memory has one whole processor, one with less its share of one."""

REQUEST_SECONDS = 0.008
"""Assumed: how long an answer of DynamoDB, S3 or SQS takes within a region."""


def quantities(
    budget: Mapping[str, Work], around: Mapping[str, tuple[str, float]]
) -> dict[str, float]:
    """Give how much of what is charged one piece of business takes.

    Raises:
        LookupError: the price of something is not known.
    """
    found: defaultdict[str, float] = defaultdict(float)
    for work in budget.values():
        found["invocation"] += 1
        found["api"] += work.function == "api_handler"
        found["gb_second"] += gigabytes(work) * seconds(work)
        found["read_unit"] += work.read_units
        found["write_unit"] += work.write_units
        for name, number in work.requests.items():
            service, _, operation = name.partition(":")
            if service == "s3" and operation in S3_FREE:
                continue
            if service == "s3":
                found["s3_get" if operation in S3_GETS else "s3_put"] += number
            elif service not in FREE:
                found[service] += number
    for kind, amount in around.values():
        found[kind] += amount
    if unpriced := found.keys() - PRICES.keys():
        raise LookupError(f"PRICES does not know {', '.join(sorted(unpriced))}")
    return dict(found)


def gigabytes(work: Work) -> float:
    """Give the memory that the work's function is configured with."""
    return limits(work.function)["lambda_memory_size"] / 1024


def seconds(work: Work) -> float:
    """Give how long the work takes: its processor's time at its share of one, and its waiting."""
    share = min(1.0, gigabytes(work) * 1024 / MEGABYTES_PER_PROCESSOR)
    return work.cpu_seconds / share + sum(work.requests.values()) * REQUEST_SECONDS


def page() -> str:
    """Write the page."""
    parts = [
        *_introduction(),
        *_requests(),
        *_time(),
        *_bill(),
        *_views(),
        *_openings(),
        *_webhooks(),
        *_approvals(),
        *_zips(),
        *_imports(),
        *_screens(),
        *_index(),
    ]
    return "\n".join(parts) + "\n"


def approvals_per_thousand() -> dict[str, float]:
    """Give the dollars of a thousand approvals in two steps, by what is charged."""
    return per_thousand(APPROVAL, AROUND_AN_APPROVAL)


def per_thousand(
    budget: Mapping[str, Work], around: Mapping[str, tuple[str, float]]
) -> dict[str, float]:
    """Give the dollars of a thousand pieces of business, by what is charged."""
    found = quantities(budget, around)
    return {PRICES[kind].name: found[kind] * PRICES[kind].dollars * 1000 for kind in found}


def _introduction() -> Iterator[str]:
    yield from (
        "# What an upload costs",
        "",
        "Written by `python -m tests.house.costs` from `tests/house/budget.py`. A test uploads",
        "a JPEG of 1 MB, lets it become approved, looks at it and downloads it; it fails when a",
        "number rises, and asks to lower the budget when one falls. Requests are counted at",
        "botocore's HTTP session, retries and PynamoDB's included. Capacity is what DynamoDB Local",
        "says, indexes included; it does not count queries that find nothing, checks of conditions",
        "inside transactions, nor refused writes. Functions are warm: clients are made, secrets",
        "and keys are read. Each function works on one message at a time.",
    )


def _requests() -> Iterator[str]:
    yield from (
        "",
        "## Requests and capacity of one upload",
        "",
        "| function | work | requests | read units | write units | by name |",
        "|:--|:--|--:|--:|--:|:--|",
    )
    for work in BUDGET.values():
        names = ", ".join(f"{number} {name}" for name, number in work.requests.items())
        yield (
            f"| `{work.function}` | {work.what} | {sum(work.requests.values())}"
            f" | {work.read_units:g} | {work.write_units:g} | {names} |"
        )
    requests = sum(sum(work.requests.values()) for work in BUDGET.values())
    reads = sum(work.read_units for work in BUDGET.values())
    writes = sum(work.write_units for work in BUDGET.values())
    yield f"| **together** | | **{requests}** | **{reads:g}** | **{writes:g}** | |"
    yield from ("", "Besides, in nobody's code and by AWS's rules, not measured:", "")
    for name, (kind, number) in AROUND.items():
        yield f"- {name}: {number:g} {PRICES[kind].unit} of {PRICES[kind].name}"


def _time() -> Iterator[str]:
    yield from (
        "",
        "## Lambda's time",
        "",
        "The memory is that of `.chalice/config.json`. The processor's seconds are measured, warm,",
        "on functions that run from what ships (`tests/runtime/measuring.py`), with all that they",
        "start; Lambda gives a function a share of a processor by its memory, a whole one for",
        "1,769 MB.",
        f"For each request {REQUEST_SECONDS * 1000:g} ms of waiting are assumed.",
        "",
        "| function | work | GB | processor, s | seconds | GB-s |",
        "|:--|:--|--:|--:|--:|--:|",
    )
    for work in BUDGET.values():
        memory, took = gigabytes(work), seconds(work)
        yield (
            f"| `{work.function}` | {work.what} | {memory:.3g} | {work.cpu_seconds:g}"
            f" | {took:.2f} | {memory * took:.3f} |"
        )


def _bill() -> Iterator[str]:
    yield from (
        "",
        "## A million uploads",
        "",
        "Dollars = amount per upload · list price · 1,000,000. The prices are parameters in",
        "`tests/house/prices.py`: public list prices of us-east-1, on demand, without free tiers.",
        "",
        "| charged | per upload | | list price, $ | $ per million uploads |",
        "|:--|--:|:--|--:|--:|",
    )
    found = quantities(BUDGET, AROUND)
    total = 0.0
    for kind, price in PRICES.items():
        if kind not in found:
            continue
        dollars = found[kind] * price.dollars * 1e6
        total += dollars
        yield (
            f"| {price.name} | {found[kind]:.4g} | {price.unit}"
            f" | {price.dollars:.9f} | {dollars:.2f} |"
        )
    yield f"| **together** | | | | **{total:.2f}** |"
    download = sum(amount * PRICES[kind].dollars * 1e6 for kind, amount in DOWNLOAD.values())
    kept = sum(KEPT_PER_MONTH.values()) * 1e6
    yield from (
        "",
        f"A million downloads of them cost {download:.2f} more, nearly all of it for bytes. What a",
        f"million uploads leave costs {kept:.2f} a month: {'; '.join(KEPT_PER_MONTH)}.",
        "Nothing is stored twice for long: uploaded bytes go once they are kept, those of uploads",
        "that failed within 14 days, deleted originals within 7.",
        "",
        "Not in it: what a deployment costs that nobody uses (alarms at 0.10 each a month, empty",
        "queues being asked, schedules that run each minute, two secrets: some 15 dollars a month",
        "together), retries, people who look at pages, and the search's index, which is below.",
    )


def _views() -> Iterator[str]:
    yield from (
        "",
        "## A million views, counted",
        "",
        "A view is counted for the tenant, an asset and a share link whose counters have had a",
        "busy day, by a visitor who is new, and recorded in the audit trail; what follows from the",
        "record (publishing, sealing) is not in it. The units are by DynamoDB's rules for the",
        "items as they are: DynamoDB Local says 2 of a transaction, whatever it puts. Of the units",
        "of a view 8 are its marker and its visitor's three, which nothing makes fewer; what is",
        "read and added is shared by those of a batch.",
        "",
        "| function | work | requests | read units | write units |",
        "|:--|:--|--:|--:|--:|",
    )
    for work in COUNTING.values():
        yield (
            f"| `{work.function}` | {work.what} | {sum(work.requests.values())}"
            f" | {work.read_units:g} | {work.write_units:g} |"
        )
    alone = views_per_million("one view", 1, AROUND_A_VIEW)
    together = views_per_million("a hundred views", 100, AROUND_A_HUNDRED_VIEWS)
    yield from (
        "",
        "| charged | $ per million views, one by one | a hundred at a time |",
        "|:--|--:|--:|",
    )
    for charged, dollars in alone.items():
        yield f"| {charged} | {dollars:.2f} | {together[charged]:.2f} |"
    yield f"| **together** | **{sum(alone.values()):.2f}** | **{sum(together.values()):.2f}** |"
    yield from ("", *_a_thousand_a_second())


def _openings() -> Iterator[str]:
    (work,) = OPENING.values()
    yield from (
        "",
        "## A million opened shares",
        "",
        "Before the answer, as a test counts them; a page without its media is under 30 KB.",
        "Pictures, films and downloads come from CloudFront at its price for bytes out, and",
        "counting is the section above.",
        "",
        "| function | work | requests | read units | write units |",
        "|:--|:--|--:|--:|--:|",
        f"| `{work.function}` | {work.what} | {sum(work.requests.values())}"
        f" | {work.read_units:g} | {work.write_units:g} |",
        "",
        "| charged | $ per million opened shares |",
        "|:--|--:|",
    )
    yield from _million(per_thousand(OPENING, AROUND_AN_OPENING))


def _webhooks() -> Iterator[str]:
    yield from (
        "",
        "## A million webhooks",
        "",
        "One event that one webhook is for, taken at the first attempt. Each further attempt is a",
        "second run of the sender. What was sent is kept for 30 days.",
        "",
        "| function | work | requests | read units | write units | by name |",
        "|:--|:--|--:|--:|--:|:--|",
    )
    yield from _works(WEBHOOK)
    yield from ("", "Besides:", "")
    yield from _listed(AROUND_A_DELIVERY)
    yield from ("", "| charged | $ per million webhooks |", "|:--|--:|")
    yield from _million(per_thousand(WEBHOOK, AROUND_A_DELIVERY))


def _million(a_thousand: Bill) -> Iterator[str]:
    for charged, dollars in a_thousand.items():
        yield f"| {charged} | {dollars * 1000:.2f} |"
    yield f"| **together** | **{sum(a_thousand.values()) * 1000:.2f}** |"


def _a_thousand_a_second() -> Iterator[str]:
    batch = COUNTING["a hundred views"]
    counting = batch.requests["dynamodb:TransactWriteItems"]
    transactions = 10 * counting
    a_shard = transactions / SHARDS
    counter_units = (batch.write_units - 800) / counting - RECORD_UNITS
    yield from (
        "**A thousand views of one link in a second** are ten batches and, since a transaction",
        f"takes 100 items, {transactions} transactions. Each adds to one of {SHARDS} shards of the",
        f"link, of its asset and of the tenant, so that a shard bears {a_shard:.1f} of them a",
        f"second. All counters of a transaction take {counter_units:g} units: were they one",
        f"item, its partition would bear {a_shard * counter_units:.0f} units a second of the 1,000",
        "that it can. Markers have keys of their own: 8,000 units a second, where a table that is",
        "new takes 4,000 at first and then what it had twice over; what it refuses waits in the",
        f"queue. A function that takes {seconds(batch):.2f} s for a batch has to run"
        f" {10 * seconds(batch):.1f} times at once, and five may.",
    )


def views_per_million(step: str, number: int, around: dict[str, tuple[str, float]]) -> Bill:
    """Give the dollars of counting a million views, so many in a batch, by what is charged."""
    found = quantities({step: COUNTING[step]}, around)
    del found["api"]
    return {
        PRICES[kind].name: amount / number * PRICES[kind].dollars * 1e6
        for kind, amount in found.items()
    }


def _approvals() -> Iterator[str]:
    yield from (
        "",
        "## A thousand approvals",
        "",
        "One approval is a version reviewed in two steps, each of one approver, with a mail to",
        "each approver and one to the uploader; looking at pages is not in it.",
        "",
        "| function | work | requests | read units | write units | by name |",
        "|:--|:--|--:|--:|--:|:--|",
    )
    yield from _works(APPROVAL)
    yield from ("", "Besides, by AWS's rules:", "")
    yield from _listed(AROUND_AN_APPROVAL)
    yield from _charged("approvals", approvals_per_thousand())


def _zips() -> Iterator[str]:
    yield from (
        "",
        "## A thousand zips of a hundred images",
        "",
        "One zip of a hundred images of 1 MB: asked for, made, looked at, fetched once.",
        "",
        "| function | work | requests | read units | write units | by name |",
        "|:--|:--|--:|--:|--:|:--|",
    )
    yield from _works(ZIP)
    yield from ("", "Besides:", "")
    yield from _listed(AROUND_A_ZIP)
    yield from _charged("zips", per_thousand(ZIP, AROUND_A_ZIP))


def _imports() -> Iterator[str]:
    yield from (
        "",
        "## A thousand imports of a hundred rows",
        "",
        "One import changes the titles of a hundred assets. What the index does with each edit is",
        "told in `docs/decisions/search-index.md`.",
        "",
        "| function | work | requests | read units | write units | by name |",
        "|:--|:--|--:|--:|--:|:--|",
    )
    yield from _works(IMPORT)
    yield from ("", "Besides:", "")
    yield from _listed(AROUND_AN_IMPORT)
    yield from _charged("imports", per_thousand(IMPORT, AROUND_AN_IMPORT))


DEVICES, DAYS = 10_000, 30
POLLS = DEVICES * DAYS * 24 * 60
"""Of a month, one a minute."""

REMADE = 0.1
"""A manifest that nothing changes is made anew after ten minutes."""


def _screens() -> Iterator[str]:
    alone = {step: {step: work} for step, work in SCREENS.items()}
    unchanged = per_thousand(alone["unchanged"], AROUND_A_POLL)
    changed = per_thousand(alone["changed"], AROUND_A_MANIFEST)
    remade = per_thousand(alone["changed"], AROUND_A_POLL)
    heartbeat = per_thousand(alone["heartbeat"], AROUND_A_POLL)
    yield from (
        "",
        f"## {DEVICES:,} devices, a month",
        "",
        f"Each asks for its manifest of 500 assets every minute, {POLLS / 1e6:.0f} million times",
        f"in {DAYS} days, and sends a heartbeat with six plays as often. Reef keeps the tag of the",
        "manifest that a device has, so that a poll is one read while nothing changes; after ten",
        "minutes it is made anew all the same, should news have been lost. Without that, or for",
        "agents that send no `If-None-Match`, each poll makes the whole of it. CloudFront keeps no",
        "manifest: a token that was replaced is dead at once, and each device has its own.",
        "Files come from CloudFront, which does keep them, once for each device.",
        "",
        "| function | work | requests | read units | write units | by name |",
        "|:--|:--|--:|--:|--:|:--|",
    )
    yield from _works(SCREENS)
    yield from (
        "",
        "| charged | polls with the kept tag, $ | polls without, $ | heartbeats, $ |",
        "|:--|--:|--:|--:|",
    )
    bills = []
    for charged in unchanged:
        kept = unchanged[charged] * (1 - REMADE) + remade[charged] * REMADE
        bills.append((kept, changed[charged], heartbeat.get(charged, 0.0)))
        yield f"| {charged} | " + " | ".join(_dollars(one) for one in bills[-1]) + " |"
    writes = PRICES["write_unit"].name
    more = (remade[writes] * REMADE, changed[writes], heartbeat[writes])
    if writes not in unchanged:
        bills.append(more)
        yield f"| {writes} | " + " | ".join(_dollars(one) for one in more) + " |"
    sums = [sum(column) for column in zip(*bills, strict=True)]
    yield "| **together** | " + " | ".join(f"**{_dollars(one)}**" for one in sums) + " |"


def _index() -> Iterator[str]:
    yield from (
        "",
        "## The search's index, a million times",
        "",
        "What finding assets costs whoever changes them, beside the changes themselves. Each term",
        "of an asset that comes or goes is one write; a hundred assets that come together write",
        "their common terms once. One read tells whether saved searches want to know.",
        "",
        "| function | work | requests | read units | write units | by name |",
        "|:--|:--|--:|--:|--:|:--|",
    )
    yield from _works(INDEX)
    yield from (
        "",
        "| a million of | write units each | DynamoDB's writes, $ | all, $ |",
        "|:--|--:|--:|--:|",
    )
    for step, work in INDEX.items():
        number = TOGETHER if step == "together" else 1
        bill = per_thousand({step: work}, {})
        writes = bill[PRICES["write_unit"].name] * 1000 / number
        every = sum(bill.values()) * 1000 / number
        what = "new assets, a hundred together" if step == "together" else work.what
        yield f"| {what} | {work.write_units / number:.1f} | {writes:.2f} | {every:.2f} |"


def _dollars(a_thousand: float) -> str:
    return f"{a_thousand * POLLS / 1000:.2f}"


def _works(budget: Mapping[str, Work]) -> Iterator[str]:
    for work in budget.values():
        names = ", ".join(f"{number} {name}" for name, number in work.requests.items())
        yield (
            f"| `{work.function}` | {work.what} | {sum(work.requests.values())}"
            f" | {work.read_units:g} | {work.write_units:g} | {names} |"
        )


def _listed(around: Mapping[str, tuple[str, float]]) -> Iterator[str]:
    for name, (kind, number) in around.items():
        yield f"- {name}: {number:.3g} {PRICES[kind].unit} of {PRICES[kind].name}"


def _charged(what: str, dollars: Mapping[str, float]) -> Iterator[str]:
    yield from ("", f"| charged | $ per thousand {what} |", "|:--|--:|")
    for charged, amount in dollars.items():
        yield f"| {charged} | {amount:.4f} |"
    yield f"| **together** | **{sum(dollars.values()):.4f}** |"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
