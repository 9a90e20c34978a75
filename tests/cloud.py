"""Reef's whole cloud inside the test process: moto, the real app, the real handlers."""

import base64
import gzip
import importlib
import json
import math
import os
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3
import moto.cognitoidp
from botocore.config import Config
from chalice.config import Config as ChaliceConfig
from chalice.local import LocalGateway
from moto import mock_aws
from moto.sqs.models import sqs_backends

from local import cloud as local_cloud
from local.provision import ACCOUNT_ID
from local.streams import Stream

PASSWORD = "Correct-horse-7"
PUBLIC_URL = "http://127.0.0.1:8000"
EDGE_URL = "http://127.0.0.1:8001"
INDEX = "index_assets"

MACHINES_THREADS = ("(_execution_logic)", "(eval)", "(_exec_and_notify)")


@lru_cache(maxsize=1)
def jwks_url() -> str:
    """Serve the public keys of moto's user pools over HTTP, for as long as the process lives."""
    packed = Path(moto.cognitoidp.__path__[0]) / "resources" / "jwks-public.json.gz"
    keys = gzip.decompress(packed.read_bytes())

    class Keys(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(keys)

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Keys)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/jwks.json"


def environment() -> dict[str, str]:
    """Create everything in the moto of this process; gives the functions' environment."""
    return local_cloud.create(PUBLIC_URL, EDGE_URL, jwks_url())


@dataclass
class Answer:
    """An HTTP answer."""

    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.content)

    @property
    def code(self) -> str:
        return str(self.json["code"])


@dataclass
class Tenant:
    """A tenant with its members' ids by role."""

    id: str
    name: str
    members: dict[str, str] = field(default_factory=dict)

    def email(self, who: str) -> str:
        return f"{who}@{self.name}.test"


class Cloud:
    """What a test can do: call the API as somebody, put bytes, run the pipeline."""

    def __init__(self) -> None:
        import app

        self.app = app.app
        self._gateway = LocalGateway(app.app, ChaliceConfig())
        self._tokens: dict[str, str] = {}
        self._end_at: dict[str, float] = {}
        self._streams: dict[str, Stream] = {}
        self._queues: dict[str, str] = {}

    def tenant(self, name: str, *who: str) -> Tenant:
        """Create a tenant with a member for each role name (or `name=role,role`).

        They are what invitations make, in one write for all and without records.
        """
        from chalicelib.core import clock
        from chalicelib.core.tables import put, transact
        from chalicelib.tenants import accounts, directory, members, memberships
        from chalicelib.tenants.models import Member, MemberEmail, email_key, member_key

        tenant = Tenant(accounts.create(name, clock.now()), name)
        writes, admins = [], 0
        for entry in who:
            person, _, names = entry.partition("=")
            email = tenant.email(person)
            user = directory.create(tenant.id, email)
            directory.set_password(user.id, PASSWORD, lasting=True)
            member = Member(
                tenant.id,
                member_key(user.id),
                email=email,
                roles=members.checked_roles((names or person).split(",")),
                created_at=clock.timestamp(clock.now()),
            )
            writes += [
                put(member),
                put(MemberEmail(tenant.id, email_key(email), member_id=user.id)),
                memberships.joining(user.id, {tenant.id}),
            ]
            admins += members.is_admin(member)
            tenant.members[person] = user.id
        if writes:
            transact(*writes, members.counted(tenant.id, admins))
        return tenant

    def token(self, email: str) -> str:
        """Sign in at the user pool, again before the token ends; gives the ID token."""
        if email not in self._tokens or self._end_at.get(email, math.inf) < time.monotonic():
            from chalicelib.core.aws import client
            from chalicelib.core.settings import settings

            answer = client("cognito-idp").admin_initiate_auth(
                UserPoolId=settings().user_pool_id,
                ClientId=settings().jwt_audience,
                AuthFlow="ADMIN_USER_PASSWORD_AUTH",
                AuthParameters={"USERNAME": email, "PASSWORD": PASSWORD},
            )
            self._tokens[email] = answer["AuthenticationResult"]["IdToken"]
            self._end_at[email] = time.monotonic() + answer["AuthenticationResult"]["ExpiresIn"] / 2
        return self._tokens[email]

    def remember(self, email: str, token: str) -> None:
        """Have whoever is named so send this token with every request."""
        self._tokens[email] = token
        self._end_at.pop(email, None)

    def forget(self, email: str) -> None:
        """Have somebody sign in anew at their next request."""
        self._tokens.pop(email, None)

    def call(
        self,
        method: str,
        path: str,
        email: str | None = None,
        body: Any = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Call the API (`path` without its base) as a member, or as nobody."""
        return self.fetch(method, f"/api/v3{path}", email, body, headers)

    def fetch(
        self,
        method: str,
        path: str,
        email: str | None = None,
        body: Any = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Call whatever Reef answers under a whole path, such as a share's page."""
        sent = {"content-type": "application/json"} | (headers or {})
        if email is not None:
            sent["authorization"] = f"Bearer {self.token(email)}"
        data = body if isinstance(body, bytes) else b""
        if body is not None and not isinstance(body, bytes):
            data = json.dumps(body).encode()
        answer = self._gateway.handle_request(method, path, sent, data)
        content = answer["body"]
        if isinstance(content, str):
            content = base64.b64decode(content)
        return Answer(answer["statusCode"], dict(answer["headers"]), content)

    def get(self, path: str, email: str | None = None, **more: Any) -> Answer:
        return self.call("GET", path, email, **more)

    def post(self, path: str, email: str | None = None, body: Any = None, **more: Any) -> Answer:
        return self.call("POST", path, email, {} if body is None else body, **more)

    def upload(self, email: str, data: bytes, **described: Any) -> dict[str, Any]:
        """Reserve an upload and put its bytes into the bucket; gives what was reserved."""
        body = {"filename": "photo.jpg", "size_bytes": len(data), "content_type": "image/jpeg"}
        answer = self.post("/assets/upload/", email, body | described)
        assert answer.status == 201, answer.content
        reserved: dict[str, Any] = answer.json
        self.put(reserved["upload"], data)
        return reserved

    def put(self, upload: dict[str, Any], data: bytes) -> None:
        """Store bytes as the front door of S3 does when it has accepted a presigned POST."""
        from chalicelib.core.aws import client
        from chalicelib.core.settings import settings

        bucket = settings().uploads_bucket
        client("s3").put_object(Bucket=bucket, Key=upload["fields"]["key"], Body=data)

    def asset(self, email: str, reserved: dict[str, Any]) -> dict[str, Any]:
        """Read the asset of a reserved upload."""
        answer = self.get(f"/assets/{reserved['asset']['id']}/", email)
        assert answer.status == 200, answer.content
        shown: dict[str, Any] = answer.json
        return shown

    def run(self, *names: str, rounds: int = 12) -> int:
        """Run queue and stream functions until nothing moves.

        All unless some are named, but for the search's index, which few tests look into.
        """
        handled = 0
        for _ in range(rounds):
            moved = sum(self._drain(source) for source in self._sources(names))
            handled += moved
            if not moved:
                break
        return handled

    def run_until(self, what: Callable[[], bool], seconds: float = 30) -> None:
        """Run functions until something is so, since state machines take their own time."""
        give_up_at = time.monotonic() + seconds
        while not what():
            assert time.monotonic() < give_up_at, "it did not come about"
            if not self.run(rounds=1):
                time.sleep(0.02)

    def _sources(self, names: tuple[str, ...]) -> list[Any]:
        fed = [s for s in self.app.event_sources if hasattr(s, "queue") or hasattr(s, "stream_arn")]
        return [s for s in fed if (s.name in names if names else s.name != INDEX)]

    def _drain(self, source: Any) -> int:
        """Receive one batch as Lambda does, invoke the handler, delete what succeeded."""
        from chalicelib.core.aws import client

        if hasattr(source, "stream_arn"):
            return self._follow(source)
        emulated = sqs_backends[ACCOUNT_ID][local_cloud.REGION]
        if not emulated.queues[f"reef-{source.queue}"].messages:
            return 0  # looking spares half of all requests that tests make
        sqs = client("sqs")
        if source.queue not in self._queues:
            found = sqs.get_queue_url(QueueName=f"reef-{source.queue}")
            self._queues[source.queue] = found["QueueUrl"]
        queue_url = self._queues[source.queue]
        received = sqs.receive_message(
            QueueUrl=queue_url, MaxNumberOfMessages=min(source.batch_size, 10)
        ).get("Messages", [])
        if not received:
            return 0
        failed = invoke(source.handler_string, sqs_event(source.queue, received))
        for message in received:
            if message["MessageId"] not in failed:
                sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
        return len(received)

    def _follow(self, source: Any) -> int:
        """Hand over the next batch of a table's stream, and remember how far it is done."""
        from chalicelib.core.aws import client

        if source.name not in self._streams:
            table = f"{local_cloud.STACK}-{source.stream_arn}"
            # botocore puts the stream's account into the address, where moto does not look.
            config = Config(account_id_endpoint_mode="disabled")
            streams = boto3.client("dynamodbstreams", config=config)
            self._streams[source.name] = Stream(client("dynamodb"), streams, table)
        stream = self._streams[source.name]
        return stream.take(source.batch_size, lambda event: answer(source, event)).records


def answer(source: Any, event: dict[str, Any]) -> Any:
    """Invoke the function of an event source; gives its answer."""
    module, _, name = source.handler_string.rpartition(".")
    return getattr(importlib.import_module(module), name)(event, None)


def sqs_event(queue: str, messages: list[dict[str, Any]]) -> dict[str, Any]:
    """Write received messages as the event that Lambda would hand over."""
    return {
        "Records": [
            {
                "messageId": message.get("MessageId", str(uuid.uuid4())),
                "receiptHandle": message.get("ReceiptHandle", "none"),
                "body": message["Body"],
                "attributes": {},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": f"arn:aws:sqs:us-east-1:123456789012:reef-{queue}",
                "awsRegion": "us-east-1",
            }
            for message in messages
        ]
    }


def invoke(handler: str, event: dict[str, Any]) -> set[str]:
    """Invoke a function by its handler string; gives the ids of messages that failed."""
    module, _, name = handler.rpartition(".")
    function: Callable[..., Any] = getattr(importlib.import_module(module), name)
    outcome = function(event, None) or {}
    return {item["itemIdentifier"] for item in outcome.get("batchItemFailures", [])}


@contextmanager
def running(*, machines: bool = False) -> Iterator[Cloud]:
    """Give a cloud of its own to one test.

    Args:
        machines: let state machines run, with their real times; otherwise an execution is noted as
            running, and nothing comes of it.
    """
    from chalicelib.core import aws, secrets, settings, signing
    from chalicelib.core.api import identity

    if machines:
        from local import interpreter  # takes a second to import

        interpreter.prepare()
    with mock_aws(config={"stepfunctions": {"execute_state_machine": machines}}):
        aws.forget_clients()
        os.environ.update(environment())
        secrets.forget()
        for cache in (settings.settings, identity._keys, signing._lasting_query):
            cache.cache_clear()
        try:
            yield Cloud()
        finally:
            if machines:
                end_executions()
    aws.forget_clients()


def end_executions() -> None:
    """End every execution and its threads, which would go on into the next test's cloud."""
    from moto.stepfunctions.parser.models import stepfunctions_parser_backends

    while alive := [t for t in threading.enumerate() if t.name.endswith(MACHINES_THREADS)]:
        for machine in stepfunctions_parser_backends[ACCOUNT_ID][local_cloud.REGION].state_machines:
            for execution in machine.executions:
                environment = execution.exec_worker.env
                environment.set_stop(stop_date=datetime.now(UTC), cause=None, error=None)
                for endpoint in list(environment.callback_pool_manager._pool.values()):
                    endpoint.interrupt_all()
        alive[0].join(timeout=0.05)
