"""Serve the front: `python -m local.front PORT`, with the functions' environment."""

import importlib
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.request import urlopen

import boto3
from botocore.config import Config

from chalicelib.core import secrets
from local import seeds
from local.cloud import STACK, reefs_template
from local.front.application import Front
from local.front.gateway import Gateway
from local.front.mailbox import Mailbox
from local.front.sign_in import SignInPage
from local.front.site import Site
from local.front.tokens import TokenEndpoint
from local.functions import limits
from local.headers import site_headers
from local.mail import PATH as MAIL_PATH
from local.serving import serve

THREADS = 96
"""A page that waits for an upload's next step holds one for 20 seconds."""


def main(port: int) -> None:
    """Serve the API and the site until told to stop."""
    environment = dict(os.environ)
    public_url = environment["REEF_PUBLIC_URL"]
    api = limits("api_handler")
    # moto breaks on a session that it does not know, and would do so again.
    cognito = boto3.client("cognito-idp", config=Config(retries={"total_max_attempts": 1}))
    pool = environment["REEF_USER_POOL_ID"]
    tokens = TokenEndpoint(
        cognito,
        pool,
        environment["REEF_JWT_AUDIENCE"],
        set_password=partial(seeds.ensure_password, cognito, pool),
        now=lambda: datetime.now(UTC),
    )
    # The app's module is named like every Chalice project's, and its import reads the settings.
    app = importlib.import_module("app").app
    front = Front(
        gateway=Gateway(app, api["lambda_timeout"], api["lambda_memory_size"]),
        api_patterns=_api_patterns(),
        site=Site(environment, site_headers(environment)),
        sign_in=SignInPage(tokens, f"{public_url}/"),
        tokens=tokens,
        mail=Mailbox(partial(_mail, environment["AWS_ENDPOINT_URL"])),
        queues=partial(queue_depths, boto3.client("sqs")),
        edge_secret=partial(secrets.secret, environment["REEF_EDGE_SECRET"]),
    )
    serve(front, port, THREADS)


def queue_depths(sqs: Any) -> dict[str, dict[str, int]]:
    """Count the messages of every queue: waiting, being worked on, and given up."""
    depths = {}
    counted = {name: count for name, *count in _counts(sqs)}
    for name, (visible, in_flight) in counted.items():
        if not name.endswith("-dead"):
            dead = sum(counted.get(f"{name}-dead", [0, 0]))
            depths[name] = {"visible": visible, "in_flight": in_flight, "dead": dead}
    return depths


def _counts(sqs: Any) -> Iterator[tuple[str, int, int]]:
    names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
    for url in sqs.list_queues(QueueNamePrefix=f"{STACK}-").get("QueueUrls", []):
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(names))
        visible, in_flight = (int(attributes["Attributes"][name]) for name in names)
        yield url.rsplit("/", 1)[1].removeprefix(f"{STACK}-"), visible, in_flight


def _mail(endpoint: str) -> bytes:
    with urlopen(f"{endpoint}{MAIL_PATH}", timeout=10) as answer:
        content: bytes = answer.read()
    return content


def _api_patterns() -> list[str]:
    distribution = reefs_template()["Resources"]["SiteDistribution"]["Properties"]
    behaviors = distribution["DistributionConfig"]["CacheBehaviors"]
    return [b["PathPattern"] for b in behaviors if b["TargetOriginId"] == "api"]


if __name__ == "__main__":
    main(int(sys.argv[1]))
