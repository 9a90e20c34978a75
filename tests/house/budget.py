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
        write_units=20,
        assumed_seconds=0.40,
    ),
    "make_thumbnails": Work(
        "make_thumbnails",
        "makes three, and a grid",
        {
            "dynamodb:GetItem": 1,
            "dynamodb:UpdateItem": 2,
            "s3:GetObject": 1,
            "s3:PutObject": 4,
        },
        read_units=1,
        write_units=2,
        assumed_seconds=0.40,
    ),
    "read_metadata": Work(
        "read_metadata",
        "reads, and publishes as the last",
        {
            "dynamodb:GetItem": 4,
            "dynamodb:Query": 1,
            "dynamodb:TransactWriteItems": 1,
            "dynamodb:UpdateItem": 2,
            "s3:GetObject": 1,
        },
        read_units=5,
        write_units=27,
        assumed_seconds=0.30,
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
