"""From a call to AWS to the actions that IAM checks for it, each with what it is done to.

Resources are written as the policies in `.chalice/` name them, by the template's logical ids:
`AssetsTable/index/by_due`, `UploadsBucket/{id}/{id}/{id}`, `ScanSmallQueue`.
"""

import os
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from local.cloud import STACK, reefs_template
from local.provision import ACCOUNT_ID
from tests.house.calls import Call

Use = tuple[str, str]
"""An action with a resource."""

UNSAID = "*"
"""The resource of a call that names none, such as one with a task token."""

_NAMES = ("TableName", "BucketName", "QueueName", "TopicName", "StateMachineName", "Name")

_MADE_UP = (
    (re.compile(r"\b[0-9a-f]{64}\b"), "{sha256}"),
    (re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "{id}"),
)
"""Parts of keys that are another each time."""

_TRANSACTION = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
    "Get": "GetItem",
}

_OBJECT = {
    "GetObject": "GetObject",
    "HeadObject": "GetObject",
    "GetObjectTagging": "GetObjectTagging",
    "PutObject": "PutObject",
    "PutObjectTagging": "PutObjectTagging",
    "CreateMultipartUpload": "PutObject",
    "UploadPart": "PutObject",
    "CompleteMultipartUpload": "PutObject",
    "CopyObject": "PutObject",
    "UploadPartCopy": "PutObject",
    "AbortMultipartUpload": "AbortMultipartUpload",
    "ListParts": "ListMultipartUploadParts",
    "DeleteObject": "DeleteObject",
}
"""What S3 asks for on the object itself."""

_BUCKET = {
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "HeadBucket": "ListBucket",
    "ListObjectVersions": "ListBucketVersions",
    "ListMultipartUploads": "ListBucketMultipartUploads",
}

_OF_A_VERSION = {
    "GetObject": "GetObjectVersion",
    "GetObjectTagging": "GetObjectVersionTagging",
    "PutObjectTagging": "PutObjectVersionTagging",
    "DeleteObject": "DeleteObjectVersion",
}
"""What it asks for instead when the call names a version."""

_MISSING = {"NoSuchKey", "NoSuchVersion", "404"}

_PLACES = {
    "secretsmanager": ("SecretId",),
    "cognito-idp": ("UserPoolId",),
    "sns": ("TopicArn",),
    "sqs": ("QueueUrl", "QueueName"),
    "stepfunctions": ("stateMachineArn", "executionArn"),
}
_PREFIXES = {"stepfunctions": "states"}
"""IAM's names of services where boto3 has another."""


class Unmapped(Exception):
    """This table of actions does not know an operation; look it up at AWS and add it."""


def uses(call: Call) -> Iterator[Use]:
    """Give the actions that a call needs, and what each is done to.

    Raises:
        Unmapped: nobody has said yet what IAM asks for there.
    """
    if call.service == "dynamodb":
        yield from _of_tables(call.operation, call.params)
    elif call.service == "s3":
        yield from _of_objects(call)
    elif call.service == "ses":
        yield f"ses:{call.operation}", f"identity/{call.params['Source']}"
    elif call.service in _PLACES:
        action = call.operation.removesuffix("Batch")
        given = [call.params[name] for name in _PLACES[call.service] if name in call.params]
        service = _PREFIXES.get(call.service, call.service)
        yield f"{service}:{action}", logical_id(given[0]) if given else UNSAID
    else:
        raise Unmapped(f"{call.service} {call.operation}")


def _of_tables(operation: str, params: dict[str, Any]) -> Iterator[Use]:
    if operation in {"TransactWriteItems", "TransactGetItems"}:
        for item in params["TransactItems"]:
            ((kind, about),) = item.items()
            yield f"dynamodb:{_TRANSACTION[kind]}", logical_id(about["TableName"])
    elif operation in {"BatchGetItem", "BatchWriteItem"}:
        for table in params["RequestItems"]:
            yield f"dynamodb:{operation}", logical_id(table)
    else:
        index = f"/index/{params['IndexName']}" if "IndexName" in params else ""
        yield f"dynamodb:{operation}", f"{logical_id(params['TableName'])}{index}"


def _of_objects(call: Call) -> Iterator[Use]:
    params, bucket = call.params, logical_id(call.params["Bucket"])
    if call.operation in _BUCKET:
        yield f"s3:{_BUCKET[call.operation]}", bucket
    elif call.operation == "DeleteObjects":
        for entry in params["Delete"]["Objects"]:
            yield _on_object("DeleteObject", bucket, entry)
    elif call.operation in _OBJECT:
        yield _on_object(_OBJECT[call.operation], bucket, params)
    else:
        raise Unmapped(f"s3 {call.operation}")
    if "CopySource" in params:
        source = params["CopySource"]
        yield _on_object("GetObject", logical_id(source["Bucket"]), source)
        bucket = logical_id(source["Bucket"])
    if call.error in _MISSING:
        # Without the right to list, S3 answers 403 and not that the object is missing.
        yield "s3:ListBucket", bucket


def _on_object(action: str, bucket: str, params: dict[str, Any]) -> Use:
    key = params["Key"]
    for pattern, stands_for in _MADE_UP:
        key = pattern.sub(stands_for, key)
    if params.get("VersionId"):
        action = _OF_A_VERSION.get(action, action)
    return f"s3:{action}", f"{bucket}/{key}"


def logical_id(name: str) -> str:
    """Give the template's logical id of what a call names: a name, a URL or an ARN."""
    for variable, value in _variables().items():
        if os.environ.get(variable) == name:
            return value
    last = re.split(r"[/:]", name)[-1]
    known = _physical()
    return known.get(last) or known.get(last[:-7]) or name  # secrets' ARNs end in -XXXXXX


@cache
def _variables() -> dict[str, str]:
    variables = reefs_template()["Globals"]["Function"]["Environment"]["Variables"]
    return {name: value["Ref"] for name, value in variables.items() if set(value) == {"Ref"}}


@cache
def _physical() -> dict[str, str]:
    found = {}
    for logical, resource in reefs_template()["Resources"].items():
        for key in _NAMES:
            given = resource.get("Properties", {}).get(key)
            text = given.get("Fn::Sub") if isinstance(given, dict) else None
            if isinstance(text, str):
                name = text.replace("${AWS::StackName}", STACK)
                found[name.replace("${AWS::AccountId}", ACCOUNT_ID)] = logical
    return found
