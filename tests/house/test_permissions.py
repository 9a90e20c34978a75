"""Each function may do what it does, and no more."""

import json
from typing import Any

from tests.house.reading import of_type


def allowing(resources: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """List every statement that allows something to a role, with the role's logical id."""
    return [
        (name, statement)
        for name, role in of_type(resources, "AWS::IAM::Role").items()
        for policy in role["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow"
    ]


def test_no_role_may_do_everything_or_touch_everything(resources: dict[str, Any]) -> None:
    for role, statement in allowing(resources):
        assert isinstance(statement["Action"], list), role
        assert not [action for action in statement["Action"] if "*" in action], role
        assert isinstance(statement["Resource"], list), role
        assert statement["Resource"], role
        assert "NotAction" not in statement, role
        assert "NotResource" not in statement, role
        for target in statement["Resource"]:
            # An intrinsic, which names something of this stack or account; so never "*".
            assert isinstance(target, dict), role
            assert set(target) <= {"Fn::GetAtt", "Fn::Sub", "Ref"}, role


def test_every_function_has_a_role_of_its_own(resources: dict[str, Any]) -> None:
    functions = of_type(resources, "AWS::Serverless::Function").values()
    used = [function["Role"]["Fn::GetAtt"][0] for function in functions]
    used += [
        machine["RoleArn"]["Fn::GetAtt"][0]
        for machine in of_type(resources, "AWS::StepFunctions::StateMachine").values()
    ]
    assert sorted(used) == sorted(of_type(resources, "AWS::IAM::Role"))


def test_nobody_may_change_or_remove_what_the_audit_table_holds(resources: dict[str, Any]) -> None:
    harmless = {"dynamodb:PutItem", "dynamodb:GetItem", "dynamodb:Query"}
    of_the_stream = {
        "dynamodb:DescribeStream",
        "dynamodb:GetRecords",
        "dynamodb:GetShardIterator",
        "dynamodb:ListStreams",
    }
    for role, statement in allowing(resources):
        for target in statement["Resource"]:
            if "AuditTable" in json.dumps(target):
                allowed = of_the_stream if "/stream/" in json.dumps(target) else harmless
                assert set(statement["Action"]) <= allowed, role


def test_the_approval_machine_sends_to_its_queue_alone(resources: dict[str, Any]) -> None:
    own = [s for role, s in allowing(resources) if role == "ApprovalMachineRole"]
    assert [(s["Action"], s["Resource"]) for s in own] == [
        (["sqs:SendMessage"], [{"Fn::GetAtt": ["WorkflowClockQueue", "Arn"]}])
    ]


def test_only_scanners_write_originals_and_nothing_that_parses_media_holds_secrets(
    resources: dict[str, Any],
) -> None:
    def roles(action: str, target: str) -> set[str]:
        return {
            role
            for role, statement in allowing(resources)
            if action in statement["Action"] and target in json.dumps(statement["Resource"])
        }

    scanners = {"ScanUploadRole", "ScanLargeUploadRole"}
    assert roles("s3:PutObject", "OriginalsBucket") == scanners
    assert roles("s3:GetObjectVersion", '${UploadsBucket.Arn}/*"') == scanners
    # Files to import are read as text by one function, and handed out by none.
    importers = {"TransferMetadataRole"}
    assert roles("s3:GetObjectVersion", '${UploadsBucket.Arn}/*/imports/*"') == importers
    assert roles("s3:GetObjectVersion", "UploadsBucket") == scanners | importers
    # Those that can find bytes to which nothing refers any more.
    purging = {"ApiHandlerRole", "SweepUnfinishedRole"}
    assert roles("s3:DeleteObject", "OriginalsBucket") == scanners | purging | {
        "MakeThumbnailsRole",
        "CleanUpRole",
    }
    # What is kept, or found infected, is deleted by those who looked at it.
    assert roles("s3:DeleteObjectVersion", "UploadsBucket") == scanners | purging
    assert roles("secretsmanager:GetSecretValue", "MediaKeySecret") == {"ApiHandlerRole"}
