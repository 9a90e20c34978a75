"""Operations of AWS become the actions that IAM checks, each with what it is done to."""

from typing import Any

import pytest

from tests.house.actions import UNSAID, uses
from tests.house.calls import Call


@pytest.mark.parametrize(
    ("service", "operation", "params", "error", "expected"),
    [
        (
            "dynamodb",
            "TransactWriteItems",
            {
                "TransactItems": [
                    {"Put": {"TableName": "reef-audit"}},
                    {"Update": {"TableName": "reef-assets"}},
                    {"Delete": {"TableName": "reef-assets"}},
                    {"ConditionCheck": {"TableName": "reef-processing"}},
                ]
            },
            None,
            {
                ("dynamodb:PutItem", "AuditTable"),
                ("dynamodb:UpdateItem", "AssetsTable"),
                ("dynamodb:DeleteItem", "AssetsTable"),
                ("dynamodb:ConditionCheckItem", "ProcessingTable"),
            },
        ),
        (
            "dynamodb",
            "Query",
            {"TableName": "reef-assets", "IndexName": "by_due"},
            None,
            {("dynamodb:Query", "AssetsTable/index/by_due")},
        ),
        (
            "dynamodb",
            "BatchGetItem",
            {"RequestItems": {"reef-assets": {}}},
            None,
            {("dynamodb:BatchGetItem", "AssetsTable")},
        ),
        (
            "s3",
            "CopyObject",
            {
                "Bucket": "reef-originals-123456789012",
                "Key": f"t/{'5e' * 32}",
                "CopySource": {
                    "Bucket": "reef-uploads-123456789012",
                    "Key": "t/018f3f5e-0000-7000-8000-000000000000/u",
                    "VersionId": "1",
                },
            },
            None,
            {
                ("s3:PutObject", "OriginalsBucket/t/{sha256}"),
                ("s3:GetObjectVersion", "UploadsBucket/t/{id}/u"),
            },
        ),
        (
            "s3",
            "HeadObject",
            {"Bucket": "reef-signatures-123456789012", "Key": "reef.ndb"},
            "404",
            {("s3:GetObject", "SignaturesBucket/reef.ndb"), ("s3:ListBucket", "SignaturesBucket")},
        ),
        (
            "s3",
            "DeleteObjects",
            {
                "Bucket": "reef-uploads-123456789012",
                "Delete": {"Objects": [{"Key": "a", "VersionId": "1"}, {"Key": "b"}]},
            },
            None,
            {("s3:DeleteObjectVersion", "UploadsBucket/a"), ("s3:DeleteObject", "UploadsBucket/b")},
        ),
        (
            "s3",
            "ListObjectVersions",
            {"Bucket": "reef-uploads-123456789012"},
            None,
            {("s3:ListBucketVersions", "UploadsBucket")},
        ),
        (
            "s3",
            "CompleteMultipartUpload",
            {"Bucket": "reef-uploads-123456789012", "Key": "a"},
            None,
            {("s3:PutObject", "UploadsBucket/a")},
        ),
        (
            "sqs",
            "SendMessageBatch",
            {"QueueUrl": "http://127.0.0.1:5000/123456789012/reef-scan-small"},
            None,
            {("sqs:SendMessage", "ScanSmallQueue")},
        ),
        (
            "secretsmanager",
            "GetSecretValue",
            {"SecretId": "arn:aws:secretsmanager:us-east-1:1:secret:reef-media-key-aBcDeF"},
            None,
            {("secretsmanager:GetSecretValue", "MediaKeySecret")},
        ),
        (
            "stepfunctions",
            "SendTaskSuccess",
            {"taskToken": "t"},
            None,
            {("states:SendTaskSuccess", UNSAID)},
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_operations_become_the_actions_that_iam_checks(
    service: str, operation: str, params: dict[str, Any], error: str | None, expected: set[Any]
) -> None:
    assert set(uses(Call("work", service, operation, params, error=error))) == expected
