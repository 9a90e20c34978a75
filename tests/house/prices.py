"""What AWS asks for what, and what an upload causes besides what its functions ask for."""

from dataclasses import dataclass

from tests.house.budget import TRANSITIONS_PER_STEP


@dataclass(frozen=True)
class Price:
    """A list price in US dollars: us-east-1, on demand, without free tiers and taxes."""

    name: str
    unit: str
    dollars: float


PRICES = {
    "api": Price("API Gateway (REST)", "requests", 3.50e-6),
    "invocation": Price("Lambda, invocations", "invocations", 0.20e-6),
    "gb_second": Price("Lambda, time", "GB-s", 1.66667e-5),
    "read_unit": Price("DynamoDB, reads", "read units", 0.125e-6),
    "write_unit": Price("DynamoDB, writes", "write units", 0.625e-6),
    "s3_put": Price("S3, PUT, COPY, POST and LIST", "requests", 5.00e-6),
    "s3_get": Price("S3, GET", "requests", 0.40e-6),
    "s3_gb_month": Price("S3, storage", "GB a month", 0.023),
    "sqs": Price("SQS, standard", "requests", 0.40e-6),
    "sns": Price("SNS, publishing", "requests", 0.50e-6),
    "states": Price("Step Functions (Standard)", "state transitions", 25.0e-6),
    "ses": Price("SES", "mails", 100.0e-6),
    "cdn": Price("CloudFront, HTTPS", "requests", 1.00e-6),
    "cdn_gb": Price("CloudFront, bytes out", "GB", 0.085),
    "logs_gb": Price("CloudWatch Logs, taken in", "GB", 0.50),
}
"""As AWS published them in 2025; look them up again before relying on a sum."""

FREE = {"dynamodb", "stepfunctions"}
"""Services that charge units or transitions, and not requests."""

S3_GETS = {"GetObject", "HeadObject"}
S3_FREE = {"DeleteObject"}

COLD_SCANNER_GB_SECONDS = 75.0
"""Fetching and loading the official signatures: 25 s of 3 GB, as a review of clamd found."""

COLD_OTHERS_GB_SECONDS = 6.0
"""Loading their code and the first call of each, by `tests/runtime/measuring.py`."""

UPLOADS_PER_COLD_START = 200
"""Assumed: how many uploads a function has seen when Lambda ends it."""

HELD_SECONDS = 6.0
"""Assumed: how long a page waits for an upload in `?wait=`, from its arrival to its end."""

LOOKS_WHILE_HELD = 9
"""After 0.1 s, and later each time up to a second."""

AROUND = {
    "the browser's POST to S3": ("s3_put", 1.0),
    "S3's message to `uploads-arrived`": ("sqs", 1.0),
    "S3's message to the topic of originals": ("sns", 1.0),
    "the topic's messages to `thumbnails` and `metadata`": ("sqs", 2.0),
    "Lambda's receiving from four queues, a message at a time": ("sqs", 4.0),
    "Lambda's deleting from them": ("sqs", 4.0),
    "the records' messages to `webhook-events`, `screen-changes` and `workflow-endings`": (
        "sqs",
        6.0,
    ),
    "Lambda's receiving those of a queue together, and deleting them": ("sqs", 6.0),
    "cold scanners, one for every 200 uploads (assumed)": (
        "gb_second",
        COLD_SCANNER_GB_SECONDS / UPLOADS_PER_COLD_START,
    ),
    "cold starts of all others, one of each for every 200 uploads (assumed)": (
        "gb_second",
        COLD_OTHERS_GB_SECONDS / UPLOADS_PER_COLD_START,
    ),
    "a page's waiting for the end, held for 6 s (assumed): the request": ("api", 1.0),
    "its function": ("invocation", 1.0),
    "its function's time": ("gb_second", HELD_SECONDS * 0.5),
    "its nine looks": ("read_unit", 6.0 * LOOKS_WHILE_HELD),
    "its place among the member's three": ("write_unit", 2.0),
    "the five API calls on their way through CloudFront": ("cdn", 5.0),
    "their answers, 4 KB each": ("cdn_gb", 5 * 4e-6),
    "log lines of thirteen invocations, a kilobyte each": ("logs_gb", 13e-6),
}
"""What AWS and the browser do besides, by what it is charged as; none of it is measured."""

DOWNLOAD = {
    "the download from CloudFront": ("cdn", 1.0),
    "its bytes, 1 MB": ("cdn_gb", 0.001),
}
"""What each download of the photo costs; screens fetch a file once and keep it."""

KEPT_PER_MONTH = {
    "S3, originals of 1 MB and thumbnails of 60 KB": 0.00106 * 0.023,
    "DynamoDB, 12 KB of items and indexes": 12e-6 * 0.25,
}
"""Dollars a month for what one upload leaves; uploaded bytes are deleted once they are kept."""

AROUND_AN_APPROVAL = {
    "transitions of the state machine, into waiting and on, and its end": (
        "states",
        2.0 * TRANSITIONS_PER_STEP + 1,
    ),
    "its messages to `workflow-clock`": ("sqs", 2.0),
    "the topic's messages to `notifications` and `workflow-endings`": ("sqs", 7.0),
    "Lambda's receiving and deleting, a message at a time": ("sqs", 18.0),
}

RECEIVER_SECONDS = 0.3
"""Assumed: how long a receiver of webhooks takes to answer."""

AROUND_A_DELIVERY = {
    "the record's message to `webhook-events`": ("sqs", 1.0),
    "Lambda's receiving it, alone, and the delivery's, and deleting them": ("sqs", 4.0),
    "waiting for the receiver, 0.3 s (assumed)": ("gb_second", RECEIVER_SECONDS * 0.25),
}

AROUND_A_VIEW = {
    "sending it to `visits`": ("sqs", 1.0),
    "Lambda's receiving it, alone, and deleting it": ("sqs", 2.0),
}

AROUND_A_HUNDRED_VIEWS = {
    "sending them to `visits`": ("sqs", 100.0),
    "Lambda's receiving them, ten at a time, and deleting them": ("sqs", 20.0),
}

AROUND_AN_OPENING = {
    "the page on its way through CloudFront": ("cdn", 1.0),
    "the page, 10 KB": ("cdn_gb", 1e-5),
}

AROUND_A_POLL = {
    "the question on its way through CloudFront": ("cdn", 1.0),
    "its answer, 304 or 204": ("cdn_gb", 5e-7),
}

AROUND_A_MANIFEST = {
    "the question on its way through CloudFront": ("cdn", 1.0),
    "500 assets, compressed to 40 KB (assumed)": ("cdn_gb", 4e-5),
}

AROUND_A_ZIP = {
    "Lambda's receiving and deleting the job's message": ("sqs", 2.0),
    "publishing and sealing a hundred records: the function": ("invocation", 1.0),
    "its calls": ("sns", 10.0),
    "its seal": ("write_unit", 11.0),
    "counting a hundred downloads, ten a time: the functions": ("invocation", 10.0),
    "their messages": ("sqs", 20.0),
    "their markers and counters, by DynamoDB's rules": ("write_unit", 440.0),
    "time of all these (assumed)": ("gb_second", 0.5),
    "looks at the job meanwhile (assumed): requests": ("api", 5.0),
    "the zip for a week": ("s3_gb_month", 0.1 * 7 / 30),
    "fetching it once": ("cdn_gb", 0.1),
}
"""What a zip of a hundred images of 1 MB causes besides."""

AROUND_AN_IMPORT = {
    "Lambda's receiving and deleting the job's message": ("sqs", 2.0),
    "publishing and sealing a hundred records: the function": ("invocation", 1.0),
    "its calls": ("sns", 10.0),
    "its seal": ("write_unit", 11.0),
    "time of all these (assumed)": ("gb_second", 0.5),
    "looks at the job meanwhile (assumed): requests": ("api", 5.0),
}
"""What an import of a hundred rows causes besides, but for the index."""
