"""Secrets from Secrets Manager, read once per process."""

from functools import lru_cache

from chalicelib.core.aws import client


@lru_cache(maxsize=8)
def secret(identifier: str) -> str:
    """Give a secret's text by its name or ARN."""
    return str(client("secretsmanager").get_secret_value(SecretId=identifier)["SecretString"])
