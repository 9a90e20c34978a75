"""An emulated AWS in this process, made from infra/, and the edge in front of it."""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from chalice.app import Response
from moto import mock_aws

from chalicelib.core.api.application import ReefApp
from local import cloud
from local.edge.__main__ import trusted_keys
from local.edge.application import Edge
from local.edge.signatures import Credentials
from local.front.application import Front
from local.front.gateway import Gateway
from local.front.mailbox import Mailbox
from local.front.sign_in import SignInPage
from local.front.site import Site
from local.front.tokens import TokenEndpoint
from local.headers import media_headers, site_headers
from local.mail import Mail

EDGE_URL = "http://127.0.0.1:8001"
URL = "http://127.0.0.1:8000"
EMAIL, PASSWORD = "editor@acme.test", "Correct-horse-7"
NEWCOMER = "newcomer@acme.test"


class Clock:
    """A clock that a test can move."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class Aws:
    """The emulated AWS: its clients and the environment that the functions would get."""

    def __init__(self) -> None:
        self.client = cache(boto3.client)
        self.environment = cloud.create(URL, EDGE_URL, "http://jwks.test/${UserPool}", self.client)
        self.uploads = self.environment["REEF_UPLOADS_BUCKET"]
        self.presigner = boto3.client(
            "s3",
            endpoint_url=EDGE_URL,
            config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
        )


@pytest.fixture(scope="module")
def created() -> Iterator[Aws]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in cloud.AWS_ENVIRONMENT.items():
            patch.setenv(name, value)
        patch.setattr(boto3, "DEFAULT_SESSION", None)
        with mock_aws(config={"core": {"mock_credentials": False}}):
            yield Aws()


@pytest.fixture
def aws(created: Aws) -> Iterator[Aws]:
    """The module's AWS, with an empty uploads bucket."""
    yield created
    s3 = created.client("s3")
    for version in s3.list_object_versions(Bucket=created.uploads).get("Versions", []):
        s3.delete_object(Bucket=created.uploads, Key=version["Key"], VersionId=version["VersionId"])
    for upload in s3.list_multipart_uploads(Bucket=created.uploads).get("Uploads", []):
        s3.abort_multipart_upload(
            Bucket=created.uploads, Key=upload["Key"], UploadId=upload["UploadId"]
        )


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def edge(aws: Aws, clock: Clock) -> Any:
    return Edge(
        s3=aws.client("s3"),
        credentials=Credentials("local", "local-secret-key", cloud.REGION),
        media_url=EDGE_URL,
        media_buckets={
            "originals": aws.environment["REEF_ORIGINALS_BUCKET"],
            "renditions": aws.environment["REEF_RENDITIONS_BUCKET"],
        },
        media_headers=media_headers(),
        trusted_keys=lambda: trusted_keys(aws.client("cloudfront")),
        now=clock,
    )


def _app() -> ReefApp:
    """An app that tells what reached it."""
    app = ReefApp("reef")
    app.api.binary_types = ["*/*"]

    @app.route("/api/v3/echo/{name}", methods=["POST", "GET"])
    def echo(name: str) -> Any:
        request = app.current_request
        context = request.context
        return {
            "name": name,
            "query": dict(request.query_params or {}),
            "body": base64.b64encode(request.raw_body).decode(),
            "source": context["identity"]["sourceIp"],
            "request_id": context["requestId"],
            "chunked": request.headers.get("transfer-encoding"),
            "told_by_the_edge": {
                name: value
                for name, value in request.headers.items()
                if name.startswith(("x-reef-", "cloudfront-"))
            },
        }

    @app.route("/api/v3/picture")
    def picture() -> Response:
        return Response(b"\x89PNG\xff", headers={"Content-Type": "image/png"})

    @app.route("/api/v3/nothing", methods=["DELETE"])
    def nothing() -> Response:
        return Response("", status_code=204)

    return app


@pytest.fixture(scope="module")
def member(created: Any) -> str:
    cognito, pool = created.client("cognito-idp"), created.environment["REEF_USER_POOL_ID"]
    for email, permanent in ((EMAIL, True), ("new@acme.test", False), (NEWCOMER, False)):
        cognito.admin_create_user(
            UserPoolId=pool,
            Username=email,
            MessageAction="SUPPRESS",
            UserAttributes=[{"Name": "email", "Value": email}],
        )
        cognito.admin_set_user_password(
            UserPoolId=pool, Username=email, Password=PASSWORD, Permanent=permanent
        )
    return EMAIL


@pytest.fixture
def newcomer(member: str) -> str:
    """A member whose password is a temporary one."""
    return NEWCOMER


@pytest.fixture
def sent() -> list[Mail]:
    """The mail that the front is told of."""
    return []


@pytest.fixture
def front(aws: Any, member: str, clock: Any, sent: list[Mail], tmp_path: Path) -> Front:
    (tmp_path / "index.html").write_text("<!doctype html>")
    (tmp_path / "app.js").write_text("export {}")
    (tmp_path / ".secret").write_text("hidden")
    (tmp_path / "views").mkdir()
    environment = aws.environment
    tokens = TokenEndpoint(
        aws.client("cognito-idp"),
        environment["REEF_USER_POOL_ID"],
        environment["REEF_JWT_AUDIENCE"],
        set_password=lambda email: PASSWORD,
        now=clock,
    )
    return Front(
        gateway=Gateway(_app(), 29, 512),
        api_patterns=["/api/*"],
        site=Site(environment, site_headers(environment), tmp_path),
        sign_in=SignInPage(tokens, f"{URL}/"),
        tokens=tokens,
        mail=Mailbox(lambda: json.dumps(sent).encode()),
        queues=lambda: {"scan-small": {"visible": 0, "in_flight": 0, "dead": 0}},
        edge_secret=lambda: "the edge",
    )
