"""Secrets, and the public keys that CloudFront trusts."""

import uuid

from local.resources.calls import Aws, Made, Properties, arguments, tags


def create_secret(aws: Aws, name: str, properties: Properties) -> Made:
    """Create a secret, with its value or a random one."""
    secrets = aws("secretsmanager")
    wanted: Properties = {"Name": name} | properties
    tags(wanted)
    if "GenerateSecretString" in wanted:
        rule = arguments(secrets, "GetRandomPassword", wanted.pop("GenerateSecretString"))
        wanted["SecretString"] = secrets.get_random_password(**rule)["RandomPassword"]
    arn = secrets.create_secret(**arguments(secrets, "CreateSecret", wanted))["ARN"]
    return Made(arn, {"Id": arn})


def create_public_key(aws: Aws, _name: str, properties: Properties) -> Made:
    """Tell CloudFront a public key."""
    cloudfront = aws("cloudfront")
    settings = dict(properties["PublicKeyConfig"])
    settings.setdefault("CallerReference", uuid.uuid4().hex)
    made = cloudfront.create_public_key(PublicKeyConfig=settings)
    key_id = made["PublicKey"]["Id"]
    return Made(key_id, {"Id": key_id})


def create_key_group(aws: Aws, _name: str, properties: Properties) -> Made:
    """Group public keys, to be trusted together."""
    made = aws("cloudfront").create_key_group(KeyGroupConfig=properties["KeyGroupConfig"])
    group_id = made["KeyGroup"]["Id"]
    return Made(group_id, {"Id": group_id})
