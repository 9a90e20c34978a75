"""Serve the edge: `python -m local.edge PORT`, with the functions' environment."""

import os
import sys
from datetime import UTC, datetime
from typing import Any

import boto3
from botocore.config import Config
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from local.cloud import media_key_ids
from local.edge.application import Edge
from local.edge.cloudfront import TrustedKeys
from local.edge.signatures import Credentials
from local.headers import media_headers
from local.serving import serve

THREADS = 48


def main(port: int) -> None:
    """Serve uploads and media until told to stop."""
    environment = os.environ
    edge = Edge(
        # The edge has compared the bytes with their checksums already.
        s3=boto3.client(
            "s3",
            config=Config(
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                max_pool_connections=THREADS,
                s3={"addressing_style": "path"},
            ),
        ),
        credentials=Credentials(
            environment["AWS_ACCESS_KEY_ID"],
            environment["AWS_SECRET_ACCESS_KEY"],
            environment["AWS_DEFAULT_REGION"],
        ),
        media_url=environment["REEF_MEDIA_URL"],
        media_buckets={
            "originals": environment["REEF_ORIGINALS_BUCKET"],
            "renditions": environment["REEF_RENDITIONS_BUCKET"],
        },
        media_headers=media_headers(),
        trusted_keys=lambda: trusted_keys(boto3.client("cloudfront")),
        now=lambda: datetime.now(UTC),
    )
    serve(edge, port, THREADS)


def trusted_keys(cloudfront: Any) -> TrustedKeys:
    """Ask the emulated CloudFront for the public keys of its key groups."""
    keys: dict[str, rsa.RSAPublicKey] = {}
    for key_id in media_key_ids(cloudfront):
        config = cloudfront.get_public_key(Id=key_id)["PublicKey"]["PublicKeyConfig"]
        key = load_pem_public_key(config["EncodedKey"].encode())
        assert isinstance(key, rsa.RSAPublicKey)
        keys[key_id] = key
    return keys


if __name__ == "__main__":
    main(int(sys.argv[1]))
