"""What keeping the search's index may ask of AWS; `test_index_budget.py` measures it.

Whoever changes a number runs `python -m tests.house.costs`, too.
"""

from tests.house.budget import Work

INDEX = {
    "created": Work(
        "index_assets",
        "an asset that is new, by itself",
        {
            "dynamodb:BatchGetItem": 3,
            "dynamodb:BatchWriteItem": 1,
            "dynamodb:GetItem": 1,
            "dynamodb:PutItem": 4,
            "dynamodb:UpdateItem": 31,
        },
        read_units=30,
        write_units=42,
        cpu_seconds=0.03,
    ),
    "edited": Work(
        "index_assets",
        "two words of a title edited",
        {
            "dynamodb:BatchGetItem": 3,
            "dynamodb:BatchWriteItem": 1,
            "dynamodb:GetItem": 1,
            "dynamodb:PutItem": 3,
            "dynamodb:UpdateItem": 4,
        },
        read_units=5,
        write_units=15,
        cpu_seconds=0.015,
    ),
    "together": Work(
        "index_assets",
        "a hundred new assets that came together",
        {
            "dynamodb:BatchGetItem": 15,
            "dynamodb:BatchWriteItem": 5,
            "dynamodb:GetItem": 5,
            "dynamodb:PutItem": 400,
            "dynamodb:UpdateItem": 435,
        },
        read_units=335,
        write_units=1535,
        cpu_seconds=0.8,
    ),
}
"""An asset has a title of four words, a description of nine, two tags and a category."""

TOGETHER = 100
