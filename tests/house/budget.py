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
    assumed_seconds: float
    """A placeholder for how long Lambda is busy with it; nobody measured it on Lambda."""


BUDGET = {
    "reserve": Work(
        "api_handler",
        "`POST assets/upload/`",
        {"dynamodb:GetItem": 2, "dynamodb:TransactWriteItems": 1, "dynamodb:UpdateItem": 2},
        read_units=2,
        write_units=18,
        assumed_seconds=0.10,
    ),
    "route_upload": Work(
        "route_upload",
        "picks the queue",
        {
            "dynamodb:GetItem": 3,
            "dynamodb:TransactWriteItems": 1,
            "s3:ListObjectVersions": 1,
            "sqs:SendMessage": 1,
        },
        read_units=3,
        write_units=12,
        assumed_seconds=0.15,
    ),
    "scan_upload": Work(
        "scan_upload",
        "scans and keeps",
        {
            "dynamodb:GetItem": 7,
            "dynamodb:PutItem": 1,
            "dynamodb:Query": 1,
            "dynamodb:TransactWriteItems": 1,
            "dynamodb:UpdateItem": 3,
            "s3:CopyObject": 1,
            "s3:GetObject": 1,
        },
        read_units=7,
        write_units=19,
        assumed_seconds=0.40,
    ),
    "make_thumbnails": Work(
        "make_thumbnails",
        "makes three, and a grid",
        {"dynamodb:GetItem": 1, "dynamodb:UpdateItem": 2, "s3:GetObject": 1, "s3:PutObject": 4},
        read_units=1,
        write_units=2,
        assumed_seconds=0.40,
    ),
    "read_metadata": Work(
        "read_metadata",
        "reads, and publishes as the last",
        {
            "dynamodb:GetItem": 6,
            "dynamodb:Query": 3,
            "dynamodb:TransactWriteItems": 1,
            "dynamodb:UpdateItem": 2,
            "s3:GetObject": 1,
        },
        read_units=7,
        write_units=27,
        assumed_seconds=0.30,
    ),
    "dispatch": Work(
        "dispatch_records",
        "publishes and seals its records",
        {"dynamodb:PutItem": 1, "dynamodb:Query": 1, "sns:PublishBatch": 1},
        read_units=1,
        write_units=1,
        assumed_seconds=0.05,
    ),
    "status": Work(
        "api_handler",
        "`GET processing/{id}/status/`, one look",
        {"dynamodb:GetItem": 6},
        read_units=6,
        write_units=0,
        assumed_seconds=0.06,
    ),
    "show": Work(
        "api_handler",
        "`GET assets/{id}/`",
        {"dynamodb:GetItem": 2},
        read_units=2,
        write_units=0,
        assumed_seconds=0.03,
    ),
    "download": Work(
        "api_handler",
        "`GET assets/{id}/download/`",
        {"dynamodb:GetItem": 2, "dynamodb:PutItem": 1},
        read_units=2,
        write_units=3,
        assumed_seconds=0.04,
    ),
}

APPROVAL = {
    "start": Work(
        "api_handler",
        "`POST workflows/`",
        {
            "dynamodb:BatchWriteItem": 1,
            "dynamodb:GetItem": 8,
            "dynamodb:Query": 6,
            "dynamodb:TransactWriteItems": 1,
            "dynamodb:UpdateItem": 1,
            "stepfunctions:StartExecution": 1,
        },
        read_units=11.5,
        write_units=39,
        assumed_seconds=0.10,
    ),
    "wait to approve": Work(
        "keep_time",
        "keeps the first step's token",
        {"dynamodb:GetItem": 3, "dynamodb:Query": 1, "dynamodb:TransactWriteItems": 1},
        read_units=4,
        write_units=2,
        assumed_seconds=0.05,
    ),
    "approve": Work(
        "api_handler",
        "approves the first of two steps",
        {
            "dynamodb:BatchWriteItem": 1,
            "dynamodb:DeleteItem": 1,
            "dynamodb:GetItem": 9,
            "dynamodb:Query": 5,
            "dynamodb:TransactWriteItems": 1,
            "dynamodb:UpdateItem": 1,
            "stepfunctions:SendTaskSuccess": 1,
        },
        read_units=14,
        write_units=37,
        assumed_seconds=0.10,
    ),
    "wait to approve last": Work(
        "keep_time",
        "keeps the second step's token",
        {"dynamodb:GetItem": 3, "dynamodb:Query": 1, "dynamodb:TransactWriteItems": 1},
        read_units=4,
        write_units=2,
        assumed_seconds=0.05,
    ),
    "approve last": Work(
        "api_handler",
        "approves the last step",
        {
            "dynamodb:BatchWriteItem": 1,
            "dynamodb:DeleteItem": 1,
            "dynamodb:GetItem": 11,
            "dynamodb:Query": 4,
            "dynamodb:TransactWriteItems": 1,
            "dynamodb:UpdateItem": 1,
            "stepfunctions:SendTaskSuccess": 1,
        },
        read_units=15,
        write_units=50,
        assumed_seconds=0.10,
    ),
    "dispatch": Work(
        "dispatch_records",
        "publishes and seals its records, in three batches",
        {"dynamodb:PutItem": 3, "dynamodb:Query": 3, "sns:PublishBatch": 3},
        read_units=6,
        write_units=3,
        assumed_seconds=0.10,
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
        assumed_seconds=0.30,
    ),
}
"""What one approval in two steps, each of one approver, may ask of AWS beside its state machine."""

TRANSITIONS_PER_STEP = 2
"""State transitions of a step that is decided in time; `tests/workflows/test_machine.py` counts."""
