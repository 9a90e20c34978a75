"""The emulated AWS gets all that infra/ describes, and nothing is dropped silently."""

import json
from typing import Any

import pytest

from local import cloud
from local.intrinsics import UnknownName
from local.provision import provision
from local.resources import UnknownType, is_made_locally


def test_every_table_has_what_the_template_says(aws: Any) -> None:
    dynamodb = aws.client("dynamodb")
    for resource in cloud.reefs_template()["Resources"].values():
        if resource.get("Type") != "AWS::DynamoDB::Table":
            continue
        wanted = resource["Properties"]
        name = wanted["TableName"]["Fn::Sub"].replace("${AWS::StackName}", "reef")
        table = dynamodb.describe_table(TableName=name)["Table"]
        assert table["KeySchema"] == wanted["KeySchema"]
        indexes = [index["IndexName"] for index in table.get("GlobalSecondaryIndexes", [])]
        assert indexes == [i["IndexName"] for i in wanted.get("GlobalSecondaryIndexes", [])]
        assert table.get("StreamSpecification", {}).get("StreamViewType") == wanted.get(
            "StreamSpecification", {}
        ).get("StreamViewType")
        ttl = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
        assert ttl.get("AttributeName") == wanted.get("TimeToLiveSpecification", {}).get(
            "AttributeName"
        )
        backups = dynamodb.describe_continuous_backups(TableName=name)
        recovery = backups["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
        assert recovery["PointInTimeRecoveryStatus"] == "ENABLED"


@pytest.mark.parametrize("name", ["UPLOADS", "ORIGINALS", "RENDITIONS", "SIGNATURES"])
def test_every_bucket_is_private_and_encrypted(aws: Any, name: str) -> None:
    s3, bucket = aws.client("s3"), aws.environment[f"REEF_{name}_BUCKET"]
    blocked = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert all(blocked.values())
    rules = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rules[0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"]


def test_the_uploads_bucket_keeps_versions_and_cleans_up(aws: Any) -> None:
    s3 = aws.client("s3")
    assert s3.get_bucket_versioning(Bucket=aws.uploads)["Status"] == "Enabled"
    rules = s3.get_bucket_lifecycle_configuration(Bucket=aws.uploads)["Rules"]
    assert any("AbortIncompleteMultipartUpload" in rule for rule in rules)
    assert any(rule.get("Expiration", {}).get("Days") for rule in rules)


def test_an_uploaded_object_reaches_its_queue(aws: Any) -> None:
    aws.client("s3").put_object(Bucket=aws.uploads, Key="acme/a/u", Body=b"x")
    sqs = aws.client("sqs")
    url = sqs.get_queue_url(QueueName="reef-uploads-arrived")["QueueUrl"]
    bodies = [
        m["Body"] for m in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    ]
    assert any("acme%2Fa%2Fu" in body for body in bodies)


def test_an_original_reaches_both_tasks_in_raw_form(aws: Any) -> None:
    bucket = aws.environment["REEF_ORIGINALS_BUCKET"]
    aws.client("s3").put_object(Bucket=bucket, Key="acme/0123", Body=b"x")
    sqs = aws.client("sqs")
    for name in ("thumbnails", "metadata"):
        url = sqs.get_queue_url(QueueName=f"reef-{name}")["QueueUrl"]
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
        records = [r for m in messages for r in json.loads(m["Body"]).get("Records", [])]
        assert [r["s3"]["object"]["key"] for r in records] == ["acme%2F0123"]


def test_a_record_reaches_the_queues_that_ask_for_its_action(aws: Any) -> None:
    sns, sqs = aws.client("sns"), aws.client("sqs")
    for action in ("asset.trashed", "workflow.opened", "asset.downloaded"):
        sns.publish(
            TopicArn=aws.environment["REEF_RECORDS_TOPIC"],
            Message=action,
            MessageAttributes={"action": {"DataType": "String", "StringValue": action}},
        )
    got = {}
    for name in ("workflow-endings", "notifications"):
        url = sqs.get_queue_url(QueueName=f"reef-{name}")["QueueUrl"]
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
        got[name] = [message["Body"] for message in messages]
    assert got == {"workflow-endings": ["asset.trashed"], "notifications": ["workflow.opened"]}


def test_the_approval_machine_sends_to_the_queue_that_was_made(aws: Any) -> None:
    machines = aws.client("stepfunctions")
    arn = aws.environment["REEF_APPROVAL_MACHINE"]
    machine = machines.describe_state_machine(stateMachineArn=arn)
    assert (machine["name"], machine["type"]) == ("reef-approval", "STANDARD")
    url = aws.client("sqs").get_queue_url(QueueName="reef-workflow-clock")["QueueUrl"]
    states = json.loads(machine["definition"])["States"]
    for name in ("Wait", "Overdue"):
        assert states[name]["Parameters"]["QueueUrl"] == url
    assert "${" not in machine["definition"]
    role = aws.client("iam").get_role(RoleName=machine["roleArn"].rpartition("/")[2])
    assert role["Role"]["AssumeRolePolicyDocument"]


def test_a_message_that_fails_too_often_moves_to_its_dead_letter_queue(aws: Any) -> None:
    sqs = aws.client("sqs")
    url = sqs.get_queue_url(QueueName="reef-scan-small")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="bad", MessageGroupId="acme")
    received = 0
    while "Messages" in sqs.receive_message(QueueUrl=url, VisibilityTimeout=0):
        received += 1
    assert received == 5
    dead = sqs.get_queue_url(QueueName="reef-scan-small-dead")["QueueUrl"]
    assert sqs.receive_message(QueueUrl=dead)["Messages"][0]["Body"] == "bad"


def test_messages_with_a_group_share_a_standard_queue(aws: Any) -> None:
    sqs = aws.client("sqs")
    url = sqs.get_queue_url(QueueName="reef-scan-large")["QueueUrl"]
    for body in ("one", "two"):
        sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId="acme")
    messages = sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"]
    )["Messages"]
    assert [m["Attributes"]["MessageGroupId"] for m in messages] == ["acme", "acme"]


def test_an_id_token_carries_address_and_tenant(aws: Any) -> None:
    import jwt

    cognito, pool = aws.client("cognito-idp"), aws.environment["REEF_USER_POOL_ID"]
    cognito.admin_create_user(
        UserPoolId=pool,
        Username="a@acme.test",
        MessageAction="SUPPRESS",
        UserAttributes=[
            {"Name": "email", "Value": "a@acme.test"},
            {"Name": "custom:tenant_id", "Value": "acme"},
        ],
    )
    cognito.admin_set_user_password(
        UserPoolId=pool, Username="a@acme.test", Password="Correct-horse-7", Permanent=True
    )
    answer = cognito.admin_initiate_auth(
        UserPoolId=pool,
        ClientId=aws.environment["REEF_JWT_AUDIENCE"],
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "a@acme.test", "PASSWORD": "Correct-horse-7"},
    )["AuthenticationResult"]
    claims = jwt.decode(answer["IdToken"], options={"verify_signature": False})
    assert claims["iss"] == aws.environment["REEF_JWT_ISSUER"]
    assert claims["aud"] == aws.environment["REEF_JWT_AUDIENCE"]
    assert (claims["email"], claims["custom:tenant_id"]) == ("a@acme.test", "acme")
    assert claims["token_use"] == "id"


def test_the_private_key_of_media_fits_the_public_one(aws: Any) -> None:
    secret = aws.client("secretsmanager").get_secret_value(
        SecretId=aws.environment["REEF_MEDIA_KEY_SECRET"]
    )["SecretString"]
    told = json.loads(secret)
    assert told["private_key"] == cloud.media_keys().private
    key = aws.client("cloudfront").get_public_key(Id=told["key_id"])
    assert key["PublicKey"]["PublicKeyConfig"]["EncodedKey"].strip() == (
        cloud.media_keys().public.strip()
    )


def test_an_unknown_type_is_refused() -> None:
    with pytest.raises(UnknownType, match="AWS::Kinesis::Stream"):
        is_made_locally("Stream", "AWS::Kinesis::Stream")


def test_every_resource_of_infra_is_known() -> None:
    for logical_id, resource in cloud.reefs_template()["Resources"].items():
        is_made_locally(logical_id, resource.get("Type", ""))


def _template(**resources: Any) -> Any:
    return {"Resources": resources}


def _bucket(**properties: Any) -> Any:
    return {"Type": "AWS::S3::Bucket", "Properties": properties}


def test_an_unknown_property_is_refused(aws: Any) -> None:
    with pytest.raises(ValueError, match="AccelerateConfiguration"):
        provision(
            _template(B=_bucket(BucketName="bucket", AccelerateConfiguration={})),
            client=aws.client,
        )


@pytest.mark.parametrize(
    ("kind", "properties"),
    [
        ("AWS::IAM::Role", {"AssumeRolePolicyDocument": {}, "ManagedPolicyArns": ["x"]}),
        (
            "AWS::StepFunctions::StateMachine",
            {"Definition": {}, "RoleArn": "x", "DefinitionS3Location": {}},
        ),
    ],
)
def test_an_unknown_property_of_a_machine_or_role_is_refused(
    aws: Any, kind: str, properties: Any
) -> None:
    with pytest.raises(ValueError, match="does not know"):
        provision(_template(X={"Type": kind, "Properties": properties}), client=aws.client)


def test_a_circle_is_told(aws: Any) -> None:
    template = _template(
        A=_bucket(BucketName={"Fn::Sub": "${B}-a"}), B=_bucket(BucketName={"Fn::Sub": "${A}-b"})
    )
    with pytest.raises(ValueError, match="A → B → A"):
        provision(template, client=aws.client)


def test_a_name_that_leads_nowhere_is_told(aws: Any) -> None:
    with pytest.raises(UnknownType, match="Nowhere"):
        provision(_template(A=_bucket(BucketName={"Ref": "Nowhere"})), client=aws.client)
    with pytest.raises(UnknownName, match="Needed"):
        provision(
            {"Parameters": {"Needed": {}}} | _template(A=_bucket(BucketName={"Ref": "Needed"})),
            client=aws.client,
        )


def test_an_override_of_nothing_is_refused(aws: Any) -> None:
    with pytest.raises(ValueError, match="Typo"):
        provision(_template(), overrides={"Typo": "x"}, client=aws.client)


def test_a_resource_whose_condition_is_false_is_not_made(aws: Any) -> None:
    template = {
        "Conditions": {"Never": {"Fn::Equals": ["a", "b"]}},
        **_template(A=_bucket(BucketName="conditional") | {"Condition": "Never"}),
    }
    provision(template, client=aws.client)
    names = [bucket["Name"] for bucket in aws.client("s3").list_buckets()["Buckets"]]
    assert "conditional" not in names
