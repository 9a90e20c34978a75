"""The edge in front of a test's cloud: it checks signatures and policies, as moto does not."""

from datetime import UTC, datetime

import boto3

from chalicelib.core import aws
from chalicelib.core.settings import settings
from local.edge.__main__ import trusted_keys
from local.edge.application import Edge
from local.edge.signatures import Credentials
from local.headers import media_headers
from tests.cloud import EDGE_URL


def edge() -> Edge:
    """Give the edge of the cloud that runs."""
    here, session = settings(), boto3.Session()
    keys = session.get_credentials().get_frozen_credentials()
    return Edge(
        s3=aws.client("s3"),
        credentials=Credentials(keys.access_key, keys.secret_key, "us-east-1"),
        media_url=EDGE_URL,
        media_buckets={"originals": here.originals_bucket, "renditions": here.renditions_bucket},
        media_headers=media_headers(),
        trusted_keys=lambda: trusted_keys(aws.client("cloudfront")),
        now=lambda: datetime.now(UTC),
    )
