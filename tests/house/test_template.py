"""The template is valid, and keeps what Reef promises about its infrastructure."""

import json
from pathlib import Path
from typing import Any

import boto3
import cfnlint.api
import pytest
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

from chalicelib.core import errors
from infra import template
from tests.house.reading import of_type


def test_cfn_lint_finds_nothing(packaged: dict[str, Any]) -> None:
    assert cfnlint.api.lint(json.dumps(packaged)) == []


def test_sam_translates_it(packaged: dict[str, Any]) -> None:
    session = boto3.Session(region_name="eu-central-1")
    translator = Translator({}, Parser(), None, session)
    parameters = dict.fromkeys(packaged["Parameters"], "x")
    deployable = json.loads(json.dumps(packaged).replace("./deployment.zip", "s3://bucket/key"))
    translated = translator.translate(deployable, parameters)
    api = translated["Resources"]["RestAPI"]["Properties"]
    functions = of_type(translated["Resources"], "AWS::Lambda::Function")
    tables = of_type(packaged["Resources"], "AWS::DynamoDB::Table")
    assert "MISSING_AUTHENTICATION_TOKEN" in api["Body"]["x-amazon-apigateway-gateway-responses"]
    assert len(functions) == len(of_type(packaged["Resources"], "AWS::Serverless::Function"))
    for function in functions.values():
        variables = function["Environment"]["Variables"].values()
        assert {v["Ref"] for v in variables if v.get("Ref") in tables} == set(tables)


def test_fragments_cannot_define_a_name_twice(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text("Resources:\n  Same: {Type: AWS::SNS::Topic}\n")
    with pytest.raises(ValueError, match="Same is defined twice"):
        template.load(tmp_path)


def test_a_fragment_cannot_repeat_a_key(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("Resources:\n  Same: 1\n  Same: 2\n")
    with pytest.raises(ValueError, match="repeated keys"):
        template.load(tmp_path)


def test_short_tags_are_read_in_their_long_form(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        'Outputs:\n  A: !GetAtt B.C.D\n  B: !If [X, !Ref Y, !Sub "${Z}"]\n  C: !Condition X\n'
    )
    assert template.load(tmp_path)["Outputs"] == {
        "A": {"Fn::GetAtt": ["B", "C.D"]},
        "B": {"Fn::If": ["X", {"Ref": "Y"}, {"Fn::Sub": "${Z}"}]},
        "C": {"Condition": "X"},
    }


def test_functions_run_the_deployed_python_and_write_to_kept_logs(
    resources: dict[str, Any],
) -> None:
    groups = of_type(resources, "AWS::Logs::LogGroup")
    used = set()
    for function in of_type(resources, "AWS::Serverless::Function").values():
        group = function["LoggingConfig"]["LogGroup"]["Ref"]
        used.add(group)
        assert function["Runtime"] == "python3.13"
        assert {"Ref": "FrameLayerArn"} in function["Layers"]
        assert groups[group]["RetentionInDays"] == 30
        name = function["FunctionName"]["Fn::Sub"]
        assert groups[group]["LogGroupName"] == {"Fn::Sub": f"/aws/lambda/{name}"}
    assert used == set(groups)


def test_every_physical_name_begins_with_the_stack(resources: dict[str, Any]) -> None:
    keys = (
        "TableName",
        "QueueName",
        "TopicName",
        "BucketName",
        "FunctionName",
        "AlarmName",
        "StateMachineName",
    )
    for name, resource in resources.items():
        for key in keys:
            given = resource.get("Properties", {}).get(key)
            if given and resource["Type"] != "AWS::Lambda::Permission":
                assert given["Fn::Sub"].startswith("${AWS::StackName}-"), name


def test_buckets_are_private_encrypted_and_tls_only(resources: dict[str, Any]) -> None:
    buckets = of_type(resources, "AWS::S3::Bucket")
    policies = of_type(resources, "AWS::S3::BucketPolicy").values()
    by_bucket = {policy["Bucket"]["Ref"]: policy for policy in policies}
    assert set(by_bucket) == set(buckets)
    for name, bucket in buckets.items():
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}, name
        assert len(bucket["PublicAccessBlockConfiguration"]) == 4, name
        assert bucket["BucketEncryption"], name
        assert resources[name]["DeletionPolicy"] == "Retain", name
        denied = [
            statement
            for statement in by_bucket[name]["PolicyDocument"]["Statement"]
            if statement["Effect"] == "Deny"
        ]
        assert denied[0]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}, name
        assert denied[0]["Action"] == "s3:*", name


def test_no_cdn_reads_what_was_not_scanned(resources: dict[str, Any]) -> None:
    readable = {
        policy["Bucket"]["Ref"]
        for policy in of_type(resources, "AWS::S3::BucketPolicy").values()
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow"
    }
    assert readable == {"OriginalsBucket", "RenditionsBucket", "WebBucket"}


def test_media_is_served_by_signed_urls_alone(resources: dict[str, Any]) -> None:
    media = resources["MediaDistribution"]["Properties"]["DistributionConfig"]
    for behaviour in [media["DefaultCacheBehavior"], *media["CacheBehaviors"]]:
        assert behaviour["TrustedKeyGroups"] == [{"Ref": "MediaKeyGroup"}]
        assert behaviour["ViewerProtocolPolicy"] == "https-only"


def test_tables_can_be_restored_and_outlive_the_stack(resources: dict[str, Any]) -> None:
    for name, table in of_type(resources, "AWS::DynamoDB::Table").items():
        recovery = table["PointInTimeRecoverySpecification"]
        assert recovery == {"PointInTimeRecoveryEnabled": True}, name
        assert table["SSESpecification"] == {"SSEEnabled": True}, name
        assert resources[name]["DeletionPolicy"] == "Retain", name
        assert resources[name]["UpdateReplacePolicy"] == "Retain", name


def test_dead_letters_are_kept_and_announced(resources: dict[str, Any]) -> None:
    queues = of_type(resources, "AWS::SQS::Queue")
    dead = {name for name in queues if name.endswith("DeadQueue")}
    announced = {
        alarm["Dimensions"][0]["Value"]["Fn::GetAtt"][0]
        for alarm in of_type(resources, "AWS::CloudWatch::Alarm").values()
        if alarm["Namespace"] == "AWS/SQS"
    }
    targets = {
        queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
        for name, queue in queues.items()
        if name not in dead
    }
    targets |= {
        event["Properties"]["DestinationConfig"]["OnFailure"]["Destination"]["Fn::GetAtt"][0]
        for function in of_type(resources, "AWS::Serverless::Function").values()
        for event in function.get("Events", {}).values()
        if event["Type"] == "DynamoDB"
    }
    assert targets == dead == announced
    assert all(queue["SqsManagedSseEnabled"] is True for queue in queues.values())
    assert all(queues[name]["MessageRetentionPeriod"] == 14 * 86400 for name in dead)


def test_the_gateway_answers_as_the_api_does(resources: dict[str, Any]) -> None:
    known = {
        (kind.code, kind.status)
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.ReefError)
    } | {("internal", 504)}
    answers = resources["RestAPI"]["Properties"]["GatewayResponses"]
    for kind, answer in answers.items():
        body = json.loads(answer["ResponseTemplates"]["application/json"])
        headers = answer["ResponseParameters"]["Headers"]
        assert headers["Content-Type"] == "'application/problem+json'", kind
        assert body["status"] == int(answer["StatusCode"]), kind
        assert (body["code"], body["status"]) in known, kind
        assert body["request_id"] == "$context.requestId", kind
        assert set(body) == {"type", "title", "status", "detail", "code", "request_id"}, kind
        assert ("Retry-After" in headers) == (body["status"] == 429), kind
    assert {"DEFAULT_4XX", "DEFAULT_5XX", "MISSING_AUTHENTICATION_TOKEN"} <= set(answers)
