"""What uploads and approvals cost: `python -m tests.house.costs` writes `docs/costs.md`.

The numbers are those of the budget, which `test_budget.py` measures; prices are AWS's public list
prices, and what is only assumed is called so.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from local.functions import ROOT, limits
from tests.house.budget import APPROVAL, BUDGET, TRANSITIONS_PER_STEP, Work

PAGE = ROOT / "docs" / "costs.md"


@dataclass(frozen=True)
class Price:
    """A list price in US dollars: us-east-1, on demand, without free tiers and taxes."""

    name: str
    unit: str
    dollars: float


PRICES = {
    "api": Price("API Gateway (REST)", "requests", 3.50e-6),
    "invocation": Price("Lambda, invocations", "invocations", 0.20e-6),
    "gb_second": Price("Lambda, time (**assumed durations**)", "GB-s", 1.66667e-5),
    "read_unit": Price("DynamoDB, reads", "read units", 0.125e-6),
    "write_unit": Price("DynamoDB, writes", "write units", 0.625e-6),
    "s3_put": Price("S3, PUT, COPY, POST and LIST", "requests", 5.00e-6),
    "s3_get": Price("S3, GET", "requests", 0.40e-6),
    "sqs": Price("SQS, standard", "requests", 0.40e-6),
    "sns": Price("SNS, publishing", "requests", 0.50e-6),
    "states": Price("Step Functions (Standard)", "state transitions", 25.0e-6),
    "ses": Price("SES", "mails", 100.0e-6),
    "cdn": Price("CloudFront, HTTPS", "requests", 1.00e-6),
    "cdn_gb": Price("CloudFront, bytes out", "GB", 0.085),
}
"""As AWS published them in 2025; look them up again before relying on a sum."""

FREE = {"dynamodb", "stepfunctions"}
"""Services that charge units or transitions, and not requests."""

S3_GETS = {"GetObject", "HeadObject"}

AROUND = {
    "the browser's POST to S3": ("s3_put", 1.0),
    "S3's message to `uploads-arrived`": ("sqs", 1.0),
    "S3's message to the topic of originals": ("sns", 1.0),
    "the topic's messages to `thumbnails` and `metadata`": ("sqs", 2.0),
    "Lambda's receiving from four queues, a message at a time": ("sqs", 4.0),
    "Lambda's deleting from them": ("sqs", 4.0),
    "the download from CloudFront": ("cdn", 1.0),
    "its bytes, 1 MB": ("cdn_gb", 0.001),
}
"""What AWS and the browser do besides, by what it is charged as; none of it is measured."""


AROUND_AN_APPROVAL = {
    "transitions of the state machine, into waiting and on, and its end": (
        "states",
        2.0 * TRANSITIONS_PER_STEP + 1,
    ),
    "its messages to `workflow-clock`": ("sqs", 2.0),
    "the topic's messages to `notifications` and `workflow-endings`": ("sqs", 7.0),
    "Lambda's receiving and deleting, a message at a time": ("sqs", 18.0),
}


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
        found["gb_second"] += gigabytes(work) * work.assumed_seconds
        found["read_unit"] += work.read_units
        found["write_unit"] += work.write_units
        for name, number in work.requests.items():
            service, _, operation = name.partition(":")
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


def page() -> str:
    """Write the page."""
    parts = [*_introduction(), *_requests(), *_time(), *_bill(), *_approvals()]
    return "\n".join(parts) + "\n"


def approvals_per_thousand() -> dict[str, float]:
    """Give the dollars of a thousand approvals in two steps, by what is charged."""
    found = quantities(APPROVAL, AROUND_AN_APPROVAL)
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
        "The memory is that of `.chalice/config.json`. The durations are **placeholders, assumed",
        "and not measured on Lambda**; put in what a deployment's `REPORT` lines say.",
        "",
        "| function | work | GB | assumed seconds | GB-s |",
        "|:--|:--|--:|--:|--:|",
    )
    for work in BUDGET.values():
        memory, seconds = gigabytes(work), work.assumed_seconds
        yield (
            f"| `{work.function}` | {work.what} | {memory:.3g} | {seconds:g}"
            f" | {memory * seconds:.3f} |"
        )


def _bill() -> Iterator[str]:
    yield from (
        "",
        "## A million uploads",
        "",
        "Dollars = amount per upload · list price · 1,000,000. The prices are parameters in",
        "`tests/house/costs.py`: public list prices of us-east-1, on demand, without free tiers.",
        "Keeping bytes and items, logs, idle polling, the sweeper and alarms are not in it.",
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
    for work in APPROVAL.values():
        names = ", ".join(f"{number} {name}" for name, number in work.requests.items())
        yield (
            f"| `{work.function}` | {work.what} | {sum(work.requests.values())}"
            f" | {work.read_units:g} | {work.write_units:g} | {names} |"
        )
    yield from ("", "Besides, by AWS's rules:", "")
    for name, (kind, number) in AROUND_AN_APPROVAL.items():
        yield f"- {name}: {number:g} {PRICES[kind].unit} of {PRICES[kind].name}"
    yield from ("", "| charged | $ per thousand approvals |", "|:--|--:|")
    dollars = approvals_per_thousand()
    for charged, amount in dollars.items():
        yield f"| {charged} | {amount:.4f} |"
    yield f"| **together** | **{sum(dollars.values()):.4f}** |"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
