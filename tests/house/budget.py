"""What one uploaded photo of 1 MB may ask of AWS, by piece of work, to the request.

`test_budget.py` measures it. Whoever changes a number runs `python -m tests.house.costs`, too.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Work:
    """One piece of work of a function, and what it may ask of AWS."""

    function: str
    what: str
    requests: dict[str, int]
    """HTTP requests by `service:Operation`."""
    read_units: float
    write_units: float
    cpu_seconds: float
    """The processor's time, warm, as `tests/runtime/measuring.py` tells it; an approval's
    and a zip's are only assumed."""


BUDGET = {
    "reserve": Work(
        "api_handler",
        "`POST assets/upload/`",
        {
            "dynamodb:GetItem": 2,
            "dynamodb:Query": 1,  # counts the member's open uploads, which nothing else tells
            "dynamodb:TransactWriteItems": 1,
            "dynamodb:UpdateItem": 2,
        },
        read_units=2,
        write_units=20,
        cpu_seconds=0.016,
    ),
    "route_upload": Work(
        "route_upload",
        "picks the queue",
        {
            "dynamodb:BatchGetItem": 1,
            "dynamodb:GetItem": 1,
            "dynamodb:TransactWriteItems": 1,
            "s3:ListObjectVersions": 1,
            "sqs:SendMessage": 1,
        },
        read_units=3,
        write_units=14,
        cpu_seconds=0.014,
    ),
    "scan_upload": Work(
        "scan_upload",
        "scans and keeps",
        {
            "dynamodb:BatchGetItem": 3,
            "dynamodb:GetItem": 1,  # of the content once more, when the version is attached to it
            "dynamodb:PutItem": 1,
            "dynamodb:Query": 1,
            "dynamodb:TransactWriteItems": 1,
            "dynamodb:UpdateItem": 3,
            "s3:CopyObject": 1,
            "s3:DeleteObject": 1,
            "s3:GetObject": 1,
        },
        read_units=6,
        write_units=21,
        cpu_seconds=0.049,
    ),
    "make_thumbnails": Work(
        "make_thumbnails",
        "makes three, and a grid",
        {"dynamodb:GetItem": 1, "dynamodb:UpdateItem": 3, "s3:GetObject": 1, "s3:PutObject": 4},
        read_units=1,
        write_units=3,
        cpu_seconds=0.102,
    ),
    "read_metadata": Work(
        "read_metadata",
        "reads, and publishes as the last",
        {
            "dynamodb:BatchGetItem": 2,  # one asks whether the bytes are banned, too
            "dynamodb:GetItem": 1,
            "dynamodb:Query": 3,
            "dynamodb:TransactWriteItems": 1,
            "dynamodb:UpdateItem": 3,
            "s3:GetObject": 1,
        },
        read_units=5,
        write_units=28,
        cpu_seconds=0.043,
    ),
    "dispatch": Work(
        "dispatch_records",
        "publishes and seals its records",
        {"dynamodb:PutItem": 1, "dynamodb:Query": 1, "sns:PublishBatch": 1},
        read_units=1,
        write_units=1,
        cpu_seconds=0.008,
    ),
    "end_workflows": Work(
        "end_workflows",
        "finds no review that it ends",
        {"dynamodb:Query": 1},
        read_units=0,
        write_units=0,
        cpu_seconds=0.002,
    ),
    "follow_assets": Work(
        "follow_assets",
        "finds no screen that has it",
        {"dynamodb:Query": 2},
        read_units=0,
        write_units=0,
        cpu_seconds=0.003,
    ),
    "make_deliveries": Work(
        "make_deliveries",
        "finds no webhook",
        {"dynamodb:Query": 1},
        read_units=0,
        write_units=0,
        cpu_seconds=0.002,
    ),
    "status": Work(
        "api_handler",
        "`GET processing/{id}/status/`, one look",
        {"dynamodb:BatchGetItem": 2, "dynamodb:GetItem": 1},
        read_units=6,
        write_units=0,
        cpu_seconds=0.013,
    ),
    "show": Work(
        "api_handler",
        "`GET assets/{id}/`",
        {"dynamodb:GetItem": 2},
        read_units=2,
        write_units=0,
        cpu_seconds=0.005,
    ),
    "download": Work(
        "api_handler",
        "`GET assets/{id}/download/`",
        {
            "dynamodb:GetItem": 2,
            "dynamodb:PutItem": 1,
            "sqs:SendMessage": 1,  # tells that it is to be counted
        },
        read_units=2,
        write_units=3,
        cpu_seconds=0.008,
    ),
}

WEBHOOK = {
    "make_deliveries": Work(
        "make_deliveries",
        "makes a delivery",
        {"dynamodb:PutItem": 1, "dynamodb:Query": 1, "sqs:SendMessage": 1},
        read_units=1,
        write_units=2,
        cpu_seconds=0.005,
    ),
    "deliver_webhooks": Work(
        "deliver_webhooks",
        "sends it to a receiver that takes it",
        {
            "dynamodb:BatchGetItem": 1,
            "dynamodb:UpdateItem": 2,  # claims it, and notes what came of it
        },
        read_units=2,
        write_units=5,
        cpu_seconds=0.006,
    ),
}
"""What an event for a webhook may ask of AWS; the processor's time is that of a test's process."""

OPENING = {
    "page": Work(
        "api_handler",
        "`GET share/{uuid}/`, a picture's page, by somebody who has just been there",
        {
            "dynamodb:GetItem": 1,  # what the address stands for
            "dynamodb:BatchGetItem": 1,  # link, tenant, day's salt and asset
            "sqs:SendMessage": 1,  # tells that it is to be counted
        },
        read_units=5,
        write_units=0,
        cpu_seconds=0.012,
    ),
}
"""What a visitor who opens a share may ask of AWS before the answer."""

RECORD_UNITS = 4
"""Of the record of openings, in a transaction, and its two indexes."""

COUNTING = {
    "one view": Work(
        "count_visits",
        "counts one view of a link by a new visitor",
        {
            "dynamodb:BatchGetItem": 1,
            "dynamodb:TransactWriteItems": 1,
        },
        read_units=3.5,
        write_units=26,
        cpu_seconds=0.007,
    ),
    "a hundred views": Work(
        "count_visits",
        "counts 100 views of a link by 100 new visitors, in one batch",
        {
            "dynamodb:BatchGetItem": 5,
            "dynamodb:TransactWriteItems": 5,
        },
        read_units=207.5,
        write_units=890,
        cpu_seconds=0.06,
    ),
}
"""What visits may ask of AWS to be counted, on counters that have had a busy day.

Units are those of `charging.py`; the processor's time is that of a test's process.
"""

APPROVAL = {
    "start": Work(
        "api_handler",
        "`POST workflows/`",
        {
            "dynamodb:BatchGetItem": 1,
            "dynamodb:BatchWriteItem": 1,
            "dynamodb:GetItem": 8,  # one asks for a ban of the bytes
            "dynamodb:Query": 8,  # one finds the template that applies, one the rules
            "dynamodb:TransactWriteItems": 1,
            "dynamodb:UpdateItem": 1,
            "stepfunctions:StartExecution": 1,
        },
        read_units=13.5,
        write_units=39,
        cpu_seconds=0.03,
    ),
    "wait to approve": Work(
        "keep_time",
        "keeps the first step's token",
        {"dynamodb:GetItem": 3, "dynamodb:Query": 1, "dynamodb:TransactWriteItems": 1},
        read_units=4,
        write_units=2,
        cpu_seconds=0.01,
    ),
    "approve": Work(
        "api_handler",
        "approves the first of two steps",
        {
            "dynamodb:BatchGetItem": 1,
            "dynamodb:BatchWriteItem": 1,
            "dynamodb:DeleteItem": 1,
            "dynamodb:GetItem": 7,
            "dynamodb:Query": 5,
            "dynamodb:TransactWriteItems": 1,
            "dynamodb:UpdateItem": 1,
            "stepfunctions:SendTaskSuccess": 1,
        },
        read_units=14,
        write_units=37,
        cpu_seconds=0.03,
    ),
    "wait to approve last": Work(
        "keep_time",
        "keeps the second step's token",
        {"dynamodb:GetItem": 3, "dynamodb:Query": 1, "dynamodb:TransactWriteItems": 1},
        read_units=4,
        write_units=2,
        cpu_seconds=0.01,
    ),
    "approve last": Work(
        "api_handler",
        "approves the last step",
        {
            "dynamodb:BatchGetItem": 1,
            "dynamodb:BatchWriteItem": 1,
            "dynamodb:DeleteItem": 1,
            "dynamodb:GetItem": 8,
            "dynamodb:Query": 4,
            "dynamodb:TransactWriteItems": 1,
            "dynamodb:UpdateItem": 1,
            "stepfunctions:SendTaskSuccess": 1,
        },
        read_units=14,
        write_units=50,
        cpu_seconds=0.03,
    ),
    "dispatch": Work(
        "dispatch_records",
        "publishes and seals its records, in three batches",
        {"dynamodb:PutItem": 3, "dynamodb:Query": 3, "sns:PublishBatch": 3},
        read_units=6,
        write_units=3,
        cpu_seconds=0.02,
    ),
    "notify": Work(
        "notify",
        "tells two approvers and the uploader",
        {
            "dynamodb:BatchGetItem": 6,
            "dynamodb:GetItem": 21,
            "dynamodb:PutItem": 3,
            "dynamodb:Query": 1,
            "dynamodb:UpdateItem": 6,
            "ses:SendEmail": 3,
        },
        read_units=25,
        write_units=18,
        cpu_seconds=0.06,
    ),
}
"""What one approval in two steps, each of one approver, may ask of AWS beside its state machine."""

TRANSITIONS_PER_STEP = 2
"""State transitions of a step that is decided in time; `tests/workflows/test_machine.py` counts."""

SCREENS = {
    "unchanged": Work(
        "api_handler",
        "`GET devices/{id}/manifest/`, unchanged",
        {"dynamodb:BatchGetItem": 1},
        read_units=2,
        write_units=0,
        cpu_seconds=0.004,
    ),
    "changed": Work(
        "api_handler",
        "the same, 500 assets, after a change",
        {"dynamodb:BatchGetItem": 3, "dynamodb:UpdateItem": 1},
        read_units=15,
        write_units=1,
        cpu_seconds=0.06,
    ),
    "heartbeat": Work(
        "api_handler",
        "`POST devices/{id}/heartbeat/`, with six plays",
        {"dynamodb:BatchGetItem": 2, "dynamodb:TransactWriteItems": 1, "dynamodb:UpdateItem": 1},
        read_units=7,
        write_units=34,  # by DynamoDB's rules, as if every item were in the index
        cpu_seconds=0.012,
    ),
    "fetch": Work(
        "api_handler",
        "`GET /d/…`, once for each file and device",
        {"dynamodb:BatchGetItem": 1, "dynamodb:PutItem": 1},
        read_units=2,
        write_units=1,
        cpu_seconds=0.006,
    ),
}
"""What players may ask of AWS; the processor's time is that of a test's process."""

ZIP = {
    "request": Work(
        "api_handler",
        "`POST assets/zip/`",
        {
            "dynamodb:BatchGetItem": 1,
            "dynamodb:GetItem": 1,
            "dynamodb:TransactWriteItems": 1,
            "sqs:SendMessage": 1,
        },
        read_units=101,
        write_units=12,
        cpu_seconds=0.03,
    ),
    "make_zip": Work(
        "make_zip",
        "streams 100 MB, and counts 100 downloads",
        {
            "dynamodb:BatchGetItem": 1,
            "dynamodb:GetItem": 3,
            "dynamodb:PutItem": 100,
            "dynamodb:Query": 1,
            "dynamodb:TransactWriteItems": 1,
            "dynamodb:UpdateItem": 21,  # twenty say how far it is
            "s3:CompleteMultipartUpload": 1,
            "s3:CreateMultipartUpload": 1,
            "s3:GetObject": 100,
            "s3:ListMultipartUploads": 2,
            "s3:UploadPart": 6,
            "sqs:SendMessage": 100,
        },
        read_units=106,
        write_units=341,
        cpu_seconds=1.2,
    ),
    "status": Work(
        "api_handler",
        "`GET processing/{id}/status/`, done",
        {"dynamodb:BatchGetItem": 2, "dynamodb:GetItem": 4, "dynamodb:Query": 1},
        read_units=107,
        write_units=0,
        cpu_seconds=0.02,
    ),
}
"""What one zip of a hundred images of 1 MB may ask of AWS, beside what follows from its records."""

IMPORT = {
    "request": Work(
        "api_handler",
        "`POST metadata/import/`",
        {
            "dynamodb:GetItem": 1,
            "dynamodb:TransactWriteItems": 1,
            "s3:PutObject": 1,
            "sqs:SendMessage": 1,
        },
        read_units=1,
        write_units=2,
        cpu_seconds=0.02,
    ),
    "transfer_metadata": Work(
        "transfer_metadata",
        "edits a hundred assets, and writes what became of them",
        {
            "dynamodb:BatchGetItem": 3,
            "dynamodb:GetItem": 203,
            "dynamodb:Query": 102,
            "dynamodb:TransactWriteItems": 104,
            "dynamodb:UpdateItem": 2,
            "s3:GetObject": 1,
            "s3:ListObjectVersions": 1,
            "s3:PutObject": 1,
        },
        read_units=305,
        write_units=1828,
        cpu_seconds=1.5,
    ),
}
"""What an import of a hundred rows may ask of AWS, beside what follows from its records."""
