"""DynamoDB tables."""

from typing import Any

from botocore.exceptions import ClientError

from local.resources.calls import Aws, Made, Properties, arguments, tags


def create_table(aws: Aws, name: str, properties: Properties) -> Made:
    """Create a table with its indexes, stream, TTL and point-in-time recovery."""
    dynamodb = aws("dynamodb")
    table: Properties = {"TableName": name} | properties
    table.pop("DeletionProtectionEnabled", None)
    tags(table)
    time_to_live = table.pop("TimeToLiveSpecification", None)
    recovery = table.pop("PointInTimeRecoverySpecification", None)
    if "StreamSpecification" in table:
        table["StreamSpecification"] = {"StreamEnabled": True} | table["StreamSpecification"]
    if "SSESpecification" in table:
        encryption = dict(table["SSESpecification"])
        table["SSESpecification"] = {"Enabled": encryption.pop("SSEEnabled")} | encryption
    made = dynamodb.create_table(**arguments(dynamodb, "CreateTable", table))["TableDescription"]
    table_name = made["TableName"]
    if made["TableStatus"] != "ACTIVE":
        dynamodb.get_waiter("table_exists").wait(
            TableName=table_name, WaiterConfig={"Delay": 1, "MaxAttempts": 30}
        )
    if time_to_live:
        dynamodb.update_time_to_live(TableName=table_name, TimeToLiveSpecification=time_to_live)
    if recovery:
        _recover(dynamodb, table_name, recovery)
    attributes = {"Arn": made["TableArn"]}
    if "LatestStreamArn" in made:
        attributes["StreamArn"] = made["LatestStreamArn"]
    return Made(table_name, attributes)


def _recover(dynamodb: Any, table_name: str, recovery: Properties) -> None:
    try:
        dynamodb.update_continuous_backups(
            TableName=table_name, PointInTimeRecoverySpecification=recovery
        )
    except ClientError as error:
        # DynamoDB Local has no backups and says so; everything else is a fault.
        if error.response["Error"]["Code"] != "UnknownOperationException":
            raise
