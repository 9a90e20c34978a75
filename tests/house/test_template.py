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

KEEPING = {
    "AWS::DynamoDB::Table",
    "AWS::S3::Bucket",
    "AWS::Cognito::UserPool",
    "AWS::SecretsManager::Secret",
}
"""Types of what nobody gets back once it is gone."""


def test_cfn_lint_finds_nothing(packaged: dict[str, Any]) -> None:
    assert cfnlint.api.lint(json.dumps(packaged)) == []


@pytest.fixture(scope="session")
def translated(packaged: dict[str, Any]) -> dict[str, Any]:
    """The resources that SAM makes of the packaged template's."""
    session = boto3.Session(region_name="eu-central-1")
    translator = Translator({}, Parser(), None, session)
    parameters = dict.fromkeys(packaged["Parameters"], "x")
    deployable = json.loads(json.dumps(packaged).replace("./deployment.zip", "s3://bucket/key"))
    resources: dict[str, Any] = translator.translate(deployable, parameters)["Resources"]
    return resources


def test_sam_translates_it(packaged: dict[str, Any], translated: dict[str, Any]) -> None:
    api = translated["RestAPI"]["Properties"]
    functions = of_type(translated, "AWS::Lambda::Function")
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
    assert used == {name for name in groups if name != "GatewayLogGroup"}


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
        denied = [
            statement
            for statement in by_bucket[name]["PolicyDocument"]["Statement"]
            if statement["Effect"] == "Deny"
        ]
        assert denied[0]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}, name
        assert denied[0]["Action"] == "s3:*", name


def test_who_read_the_buckets_is_logged_unless_addresses_carry_signatures(
    resources: dict[str, Any],
) -> None:
    logged = {
        name: bucket["LoggingConfiguration"]["DestinationBucketName"]
        for name, bucket in of_type(resources, "AWS::S3::Bucket").items()
        if "LoggingConfiguration" in bucket
    }
    assert set(of_type(resources, "AWS::S3::Bucket")) - set(logged) == {
        "UploadsBucket",
        "LogsBucket",
    }
    assert all(target == {"Ref": "LogsBucket"} for target in logged.values())


def test_a_deleted_original_can_be_had_back_for_a_week(resources: dict[str, Any]) -> None:
    originals = resources["OriginalsBucket"]["Properties"]
    assert originals["VersioningConfiguration"] == {"Status": "Enabled"}
    rules = originals["LifecycleConfiguration"]["Rules"]
    assert [
        r["NoncurrentVersionExpiration"] for r in rules if "NoncurrentVersionExpiration" in r
    ] == [{"NoncurrentDays": 7}]


def test_no_cdn_reads_what_was_not_scanned(resources: dict[str, Any]) -> None:
    readable = {
        policy["Bucket"]["Ref"]
        for policy in of_type(resources, "AWS::S3::BucketPolicy").values()
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow" and statement["Action"] != "s3:PutObject"
    }
    assert readable == {"OriginalsBucket", "RenditionsBucket", "WebBucket"}


def test_media_is_served_by_signed_urls_alone(resources: dict[str, Any]) -> None:
    media = resources["MediaDistribution"]["Properties"]["DistributionConfig"]
    for behaviour in [media["DefaultCacheBehavior"], *media["CacheBehaviors"]]:
        assert behaviour["TrustedKeyGroups"] == [{"Ref": "MediaKeyGroup"}]
        assert behaviour["ViewerProtocolPolicy"] == "https-only"


def test_there_are_two_places_for_keys_so_that_one_can_be_replaced(
    resources: dict[str, Any],
) -> None:
    keys = of_type(resources, "AWS::CloudFront::PublicKey")
    assert len(keys) == 2
    group = resources["MediaKeyGroup"]["Properties"]["KeyGroupConfig"]
    assert group["Items"] == [
        {"Fn::If": [resources[name]["Condition"], {"Ref": name}, {"Ref": "AWS::NoValue"}]}
        for name in keys
    ]
    places = [key["PublicKeyConfig"] for key in keys.values()]
    for unique in ("Name", "CallerReference", "EncodedKey"):
        assert len({str(place[unique]) for place in places}) == 2, unique


def test_tables_can_be_restored(resources: dict[str, Any]) -> None:
    for name, table in of_type(resources, "AWS::DynamoDB::Table").items():
        recovery = table["PointInTimeRecoverySpecification"]
        assert recovery == {"PointInTimeRecoveryEnabled": True}, name
        assert table["SSESpecification"] == {"SSEEnabled": True}, name


def test_a_domain_of_ones_own_takes_no_old_tls(resources: dict[str, Any]) -> None:
    for name, cdn in of_type(resources, "AWS::CloudFront::Distribution").items():
        condition, own, theirs = cdn["DistributionConfig"]["ViewerCertificate"]["Fn::If"]
        assert condition in {"HasMediaDomain", "HasSiteDomain"}, name
        assert own["MinimumProtocolVersion"] == "TLSv1.2_2021", name
        assert theirs == {"CloudFrontDefaultCertificate": True}, name


def test_arns_are_written_for_every_partition(packaged: dict[str, Any]) -> None:
    assert "arn:aws:" not in json.dumps(packaged)


def test_a_new_console_is_there_at_once(resources: dict[str, Any]) -> None:
    site = resources["SiteDistribution"]["Properties"]["DistributionConfig"]
    assert site["DefaultCacheBehavior"]["CachePolicyId"] == {"Ref": "SiteCaching"}
    caching = resources["SiteCaching"]["Properties"]["CachePolicyConfig"]
    assert (caching["MinTTL"], caching["DefaultTTL"]) == (0, 0)
    headers = resources["SiteHeaders"]["Properties"]["ResponseHeadersPolicyConfig"]
    (header,) = headers["CustomHeadersConfig"]["Items"]
    assert header == {"Header": "Cache-Control", "Value": "no-cache", "Override": False}


def test_members_can_sign_in_with_a_second_factor(resources: dict[str, Any]) -> None:
    pool = resources["UserPool"]["Properties"]
    chosen = template.load()["Parameters"][pool["MfaConfiguration"]["Ref"]]
    assert (chosen["Default"], chosen["AllowedValues"]) == ("OPTIONAL", ["OPTIONAL", "ON"])
    assert pool["EnabledMfas"] == ["SOFTWARE_TOKEN_MFA"]


def test_a_companys_sign_in_makes_nobody_a_member() -> None:
    resources = template.load()["Resources"]
    kind = "AWS::Cognito::UserPoolIdentityProvider"
    providers = {name: one for name, one in resources.items() if one.get("Type") == kind}
    assert set(providers) == {"OidcProvider", "SamlProvider"}
    for provider in providers.values():
        assert provider["Condition"] in {"HasOidc", "HasSaml"}
        assert set(provider["Properties"]["AttributeMapping"]) <= {"email", "username"}
    offered = resources["UserPoolClient"]["Properties"]["SupportedIdentityProviders"]
    assert offered[0] == "COGNITO"
    assert {one["Fn::If"][1]["Ref"] for one in offered[1:]} == set(providers)


def test_what_keeps_data_outlives_the_stack_but_not_a_first_deployment_that_failed(
    resources: dict[str, Any],
) -> None:
    keeping = {
        name: resource
        for name, resource in resources.items()
        if "DeletionPolicy" in resource or resource["Type"] in KEEPING
    }
    assert {resource["Type"] for resource in keeping.values()} >= KEEPING
    for name, resource in keeping.items():
        assert resource["DeletionPolicy"] == "RetainExceptOnCreate", name
        assert resource["UpdateReplacePolicy"] == "Retain", name


def test_dead_letters_are_kept_and_announced(resources: dict[str, Any]) -> None:
    queues = of_type(resources, "AWS::SQS::Queue")
    dead = {name for name in queues if name.endswith("DeadQueue")}
    announced = {
        alarm["Dimensions"][0]["Value"]["Fn::GetAtt"][0]
        for alarm in of_type(resources, "AWS::CloudWatch::Alarm").values()
        if alarm.get("MetricName") == "ApproximateNumberOfMessagesVisible"
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


def test_the_api_has_no_stage_but_the_one_that_is_named(translated: dict[str, Any]) -> None:
    deployments = of_type(translated, "AWS::ApiGateway::Deployment")
    assert deployments
    assert all("StageName" not in deployment for deployment in deployments.values())
    (stage,) = of_type(translated, "AWS::ApiGateway::Stage").values()
    assert stage["StageName"] == "live"


def test_answers_are_compressed_and_requests_can_be_logged(resources: dict[str, Any]) -> None:
    api = resources["RestAPI"]["Properties"]
    assert api["MinimumCompressionSize"] == 1024
    condition, logged, _ = api["AccessLogSetting"]["Fn::If"]
    assert condition == "LogsGateway"
    assert logged["DestinationArn"] == {"Fn::GetAtt": ["GatewayLogGroup", "Arn"]}
    told = set(json.loads(logged["Format"]))
    assert {"request_id", "status", "route"} <= told
    assert not any("query" in name or "header" in name for name in told)
