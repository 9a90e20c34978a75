"""Reef's resources in an emulated AWS: created, keyed, and told to the code by environment."""

import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from chalicelib.core import aws
from infra import template
from local.provision import provision

STACK = "reef"
REGION = "us-east-1"

AWS_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local-secret-key",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
}
"""Credentials that are good for the emulated AWS alone, whatever the user's own are."""


class KeyPair(NamedTuple):
    """An RSA key pair as PEM texts."""

    private: str
    public: str


def new_key_pair() -> KeyPair:
    """Make a key pair for CloudFront URLs of media."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return KeyPair(private.decode(), public.decode())


@lru_cache(maxsize=1)
def media_keys() -> KeyPair:
    """Return this process's key pair, made once."""
    return new_key_pair()


def media_secret(key_id: str, private: str) -> str:
    """Write what the secret of the media key holds."""
    return json.dumps({"key_id": key_id, "private_key": private})


def media_key_ids(cloudfront: Any) -> list[str]:
    """Return the ids of the public keys whose signatures open media."""
    groups = cloudfront.list_key_groups()["KeyGroupList"].get("Items", [])
    return [key for group in groups for key in group["KeyGroup"]["KeyGroupConfig"]["Items"]]


@lru_cache(maxsize=1)
def reefs_template() -> template.Template:
    """Return what `infra/` describes, read once."""
    return template.load()


def create(
    public_url: str,
    edge_url: str,
    jwks_url: str,
    client: Callable[[str], Any] = aws.client,
) -> dict[str, str]:
    """Create everything that `infra/` describes and give the functions' environment.

    Args:
        public_url: where people open Reef.
        edge_url: where uploads go to and media comes from.
        jwks_url: where the user pool's keys are; may contain `${UserPool}`.
        client: makes a boto3 client of a service; `chalicelib.core.aws.client` unless given.
    """
    keys = media_keys()
    overrides = {
        "PublicUrl": public_url,
        "MailFrom": "reef@reef.test",
        "MediaPublicKeyPem": keys.public,
        "REEF_UPLOAD_URL": edge_url,
        "REEF_MEDIA_URL": edge_url,
        "REEF_JWKS_URL": jwks_url,
    }
    environment = provision(reefs_template(), STACK, overrides, client)
    client("secretsmanager").put_secret_value(
        SecretId=environment["REEF_MEDIA_KEY_SECRET"],
        SecretString=media_secret(media_key_ids(client("cloudfront"))[0], keys.private),
    )
    client("ses").verify_email_identity(EmailAddress=environment["REEF_MAIL_FROM"])
    return environment


def set_visibility(seconds: int) -> None:
    """Have messages that a worker did not finish come back after this time, in every queue."""
    sqs = aws.client("sqs")
    for url in sqs.list_queues(QueueNamePrefix=f"{STACK}-")["QueueUrls"]:
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": str(seconds)})
