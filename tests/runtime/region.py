"""A whole Reef whose functions run from what ships, on the emulated AWS of one machine."""

import json
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

from local.clamav import SHIPPED
from local.cloud import AWS_ENVIRONMENT, STACK
from local.edge.answers import Request
from local.front.gateway import Gateway
from local.functions import Function, functions
from local.streams import Stream
from local.worker import take_batch
from tests.local.wire import Reply, call
from tests.runtime import machine
from tests.runtime.containers import Container, Packaged
from tests.runtime.network import Network
from tests.stack import Stack

MIRROR = "mirror"
"""A bucket that plays the mirror of virus signatures, for freshclam to fetch from by HTTP."""

READY_SECONDS = 60

_AT_ONCE = 4
"""How many functions run at a time."""


class Region:
    """The functions, what feeds them, and somebody who uses the API.

    Args:
        stack: a Reef without workers.
        packaged: what to run, by name.
        python: an installation of Lambda's Python.
        folder: takes the root and the logs.
    """

    def __init__(
        self, stack: Stack, packaged: Mapping[str, Packaged], python: Path, folder: Path
    ) -> None:
        self.stack = stack
        told = stack.environment()
        self.urls = {
            "cloud": told["AWS_ENDPOINT_URL"],
            "tables": told["AWS_ENDPOINT_URL_DYNAMODB"],
        }
        self.environment = self._as_seen_inside(told)
        self.network = Network([urlsplit(url).port or 0 for url in self.urls.values()])
        self._fill_mirror()
        buckets = [b["Name"] for b in self.client("s3").list_buckets()["Buckets"]]
        root = machine.make_root(folder / "root", python, buckets)
        self.containers = {
            name: Container(
                packaged=one,
                root=root,
                python=python,
                network=self.network.path,
                environment=self.environment,
                log=folder / f"{name}.log",
            )
            for name, one in packaged.items()
        }
        self._fed = {
            name: function._replace(
                handler=self._handler(name),
                # The container's own clock ends a call; this is of the worker around it.
                timeout_seconds=function.timeout_seconds + READY_SECONDS,
            )
            for name, function in functions().items()
        }
        self._streams: dict[str, Stream] = {}
        self._feeders = ThreadPoolExecutor(_AT_ONCE)
        api = packaged["api_handler"]
        self._gateway = Gateway(
            _Api(self.containers["api_handler"]), api.timeout_seconds, api.memory_megabytes
        )

    @cache  # noqa: B019  # one region is as long as the whole run
    def client(self, service: str) -> Any:
        """Make a client of the emulated AWS."""
        ours = self.urls["tables" if service.startswith("dynamodb") else "cloud"]
        return boto3.client(
            service,
            endpoint_url=ours,
            region_name=AWS_ENVIRONMENT["AWS_REGION"],
            aws_access_key_id=AWS_ENVIRONMENT["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=AWS_ENVIRONMENT["AWS_SECRET_ACCESS_KEY"],
            config=Config(read_timeout=60),
        )

    def call(self, method: str, path: str, email: str, body: Any = None) -> Reply:
        """Call the API, `path` without its base, as a member."""
        headers = {
            "Authorization": f"Bearer {self.stack.token(email)}",
            "Content-Type": "application/json",
        }
        data = b"" if body is None else json.dumps(body).encode()
        return call(self._serve, method, f"{self.stack.url}/api/v3{path}", data, headers)

    def open(self, path: str) -> Reply:
        """Open a page, `path` in whole, as a visitor."""
        return call(self._serve, "GET", f"{self.stack.url}{path}", b"", {})

    def invoke(self, name: str, event: Any) -> Any:
        """Call a function by itself."""
        return self.containers[name].invoke(event)

    def is_scheduled(self, name: str) -> bool:
        """Say whether a schedule calls the function."""
        return name in self._fed and self._fed[name].interval_seconds is not None

    def run_schedule(self, name: str) -> None:
        """Call a scheduled function as EventBridge does."""
        self.invoke(name, SCHEDULED)

    def run(self) -> int:
        """Hand every queue's and stream's next batch to its function, several functions at a time.

        Gives how much there was.
        """
        return sum(self._feeders.map(self._feed, self._fed.values()))

    def run_until(self, done: Callable[[], bool], seconds: float = 180) -> None:
        """Run functions until something is so."""
        ends_at = time.monotonic() + seconds
        while not done():
            assert time.monotonic() < ends_at, "it did not come about"
            if not self.run():
                time.sleep(0.05)

    def close(self) -> None:
        """End all containers and their network."""
        self._feeders.shutdown()
        for container in self.containers.values():
            container.stop()
        self.network.close()

    def _serve(self, environ: dict[str, Any], start_response: Any) -> Any:
        return self._gateway.answer(Request(environ)).send(start_response)

    def _handler(self, name: str) -> Callable[[dict[str, Any], Any], Any]:
        return lambda event, _context: self.containers[name].invoke(event)

    def _feed(self, function: Function) -> int:
        if function.queue is not None:
            return take_batch(function, self.client("sqs"), self._queue_url(function.queue), 0)
        if function.table is not None:
            stream = self._streams.setdefault(
                function.name,
                Stream(
                    self.client("dynamodb"),
                    self.client("dynamodbstreams"),
                    f"{STACK}-{function.table}",
                ),
            )
            return stream.take(
                function.batch_size, lambda event: function.handler(event, None)
            ).records
        return 0

    @cache  # noqa: B019
    def _queue_url(self, queue: str) -> str:
        url: str = self.client("sqs").get_queue_url(QueueName=f"{STACK}-{queue}")["QueueUrl"]
        return url

    def _fill_mirror(self) -> None:
        s3 = self.client("s3")
        s3.create_bucket(Bucket=MIRROR)
        for path in SHIPPED:
            s3.put_object(Bucket=MIRROR, Key=path.name, Body=path.read_bytes(), ACL="public-read")
        urls = [f"{self.environment['AWS_ENDPOINT_URL']}/{MIRROR}/{p.name}" for p in SHIPPED]
        self.environment["REEF_SIGNATURE_URLS"] = json.dumps(urls)

    def _as_seen_inside(self, told: Mapping[str, str]) -> dict[str, str]:
        """Give the functions' variables, with names where this machine has 127.0.0.1."""
        kept = {
            name: value
            for name, value in told.items()
            if name.startswith(("REEF_", "AWS_")) and name not in _ONLY_HERE
        }
        for name, value in kept.items():
            if name not in _SEEN_BY_PEOPLE:
                for host, url in self.urls.items():
                    value = value.replace(url, f"http://{host}:{urlsplit(url).port}")
                kept[name] = value
        return kept


class _Api:
    """The Chalice app as the gateway sees it: its routes, and a container that answers."""

    def __init__(self, container: Container) -> None:
        import app

        self.routes, self.api, self.app_name = app.app.routes, app.app.api, app.app.app_name
        self._container = container

    def __call__(self, event: dict[str, Any], _context: Any) -> Any:
        return self._container.invoke(event)


_ONLY_HERE = {
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "REEF_CLAMD_SOCKET",
    "REEF_SIGNATURES_FOLDER",
}
_SEEN_BY_PEOPLE = {"REEF_PUBLIC_URL", "REEF_UPLOAD_URL", "REEF_MEDIA_URL", "REEF_JWT_ISSUER"}

SCHEDULED = {
    "version": "0",
    "id": "0",
    "detail-type": "Scheduled Event",
    "source": "aws.events",
    "account": "123456789012",
    "time": "2026-01-01T00:00:00Z",
    "region": AWS_ENVIRONMENT["AWS_REGION"],
    "resources": [],
    "detail": {},
}
