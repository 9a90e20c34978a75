"""How each type of CloudFormation resource is made with plain calls.

moto's own CloudFormation silently drops bucket notifications, CORS, lifecycle rules and TTL, and
ignores subscriptions, Cognito, CloudFront and Secrets Manager; hence these.
"""

from local.resources import identity, keys, machines, messages, storage, tables
from local.resources.calls import Creator, Made

__all__ = ["CREATORS", "Made", "UnknownType", "is_made_locally"]

CREATORS: dict[str, Creator] = {
    "AWS::DynamoDB::Table": tables.create_table,
    "AWS::S3::Bucket": storage.create_bucket,
    "AWS::SQS::Queue": messages.create_queue,
    "AWS::SQS::QueuePolicy": messages.set_queue_policy,
    "AWS::SNS::Topic": messages.create_topic,
    "AWS::SNS::TopicPolicy": messages.set_topic_policy,
    "AWS::SNS::Subscription": messages.subscribe,
    "AWS::StepFunctions::StateMachine": machines.create_state_machine,
    # moto's machines want a role that exists; nobody else's permissions are asked for.
    "AWS::IAM::Role": machines.create_role,
    "AWS::SES::EmailIdentity": messages.create_email_identity,
    "AWS::Cognito::UserPool": identity.create_user_pool,
    "AWS::Cognito::UserPoolClient": identity.create_user_pool_client,
    "AWS::Cognito::UserPoolDomain": identity.create_user_pool_domain,
    "AWS::SecretsManager::Secret": keys.create_secret,
    "AWS::CloudFront::PublicKey": keys.create_public_key,
    "AWS::CloudFront::KeyGroup": keys.create_key_group,
}

NOT_LOCAL = (
    # moto ignores the conditions of bucket policies and would refuse every write.
    "AWS::S3::BucketPolicy",
    # Nothing reads the logs, alarms and permissions of one machine.
    "AWS::CloudWatch::",
    "AWS::IAM::",
    "AWS::Lambda::",
    "AWS::Logs::",
    # The front and the edge play API Gateway, Lambda and CloudFront.
    "AWS::ApiGateway::",
    "AWS::Serverless::",
    "AWS::CloudFront::CachePolicy",
    "AWS::CloudFront::Distribution",
    "AWS::CloudFront::Function",
    "AWS::CloudFront::OriginAccessControl",
    "AWS::CloudFront::OriginRequestPolicy",
    "AWS::CloudFront::ResponseHeadersPolicy",
    # Local mode has no company that people could sign in at.
    "AWS::Cognito::UserPoolIdentityProvider",
    # The front and the edge have no certificates and names of their own.
    "AWS::CertificateManager::",
    "AWS::Route53::",
)
"""Types, or beginnings of types, that local mode does without."""


class UnknownType(LookupError):
    """A template has a resource that the provisioner cannot make and must not drop silently."""


def is_made_locally(logical_id: str, kind: str) -> bool:
    """Return whether a resource is created in local mode.

    A resource without a type only adds properties to one of Chalice's own, which are functions.

    Raises:
        UnknownType: the type is listed neither as made nor as left out.
    """
    if kind in CREATORS:
        return True
    if not kind or kind.startswith(NOT_LOCAL):
        return False
    raise UnknownType(
        f"{logical_id} is of type {kind}: teach local/resources to make it, or list it in NOT_LOCAL"
    )
