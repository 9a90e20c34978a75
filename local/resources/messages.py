"""SQS queues, SNS topics and the addresses that SES may send from."""

import json
from typing import Any

from local.resources.calls import Aws, Made, Properties, tags


def create_queue(aws: Aws, name: str, properties: Properties) -> Made:
    """Create a queue with its redrive policy."""
    sqs = aws("sqs")
    wanted = dict(properties)
    tags(wanted)
    queue_name = wanted.pop("QueueName", name)
    attributes = {key: _text(value) for key, value in wanted.items()}
    url = sqs.create_queue(QueueName=queue_name, Attributes=attributes)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    return Made(url, {"Arn": arn["QueueArn"], "QueueName": queue_name, "QueueUrl": url})


def set_queue_policy(aws: Aws, name: str, properties: Properties) -> Made:
    """Return who may send to some queues."""
    policy = json.dumps(properties["PolicyDocument"])
    for url in properties["Queues"]:
        aws("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    return Made(name, {})


def create_topic(aws: Aws, name: str, properties: Properties) -> Made:
    """Create a topic, with the subscriptions that stand inside it."""
    wanted = dict(properties)
    tags(wanted)
    topic_name = wanted.pop("TopicName", name)
    subscriptions = wanted.pop("Subscription", [])
    attributes = {key: _text(value) for key, value in wanted.items()}
    arn = aws("sns").create_topic(Name=topic_name, Attributes=attributes)["TopicArn"]
    for subscription in subscriptions:
        subscribe(aws, name, {"TopicArn": arn} | subscription)
    return Made(arn, {"TopicArn": arn, "TopicName": topic_name})


def set_topic_policy(aws: Aws, name: str, properties: Properties) -> Made:
    """Return who may publish to some topics."""
    policy = json.dumps(properties["PolicyDocument"])
    for arn in properties["Topics"]:
        aws("sns").set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy)
    return Made(name, {})


def subscribe(aws: Aws, _name: str, properties: Properties) -> Made:
    """Subscribe a queue to a topic."""
    attributes = {
        key: _text(value)
        for key, value in properties.items()
        if key not in ("TopicArn", "Protocol", "Endpoint", "Region")
    }
    arn = aws("sns").subscribe(
        TopicArn=properties["TopicArn"],
        Protocol=properties["Protocol"],
        Endpoint=properties["Endpoint"],
        Attributes=attributes,
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]
    return Made(arn, {"Arn": arn})


def create_email_identity(aws: Aws, _name: str, properties: Properties) -> Made:
    """Let SES send from an address or a domain; locally without proof of owning it."""
    identity = properties["EmailIdentity"]
    aws("sesv2").create_email_identity(EmailIdentity=identity)
    return Made(identity, {})


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return json.dumps(value)
    return str(value)
