"""A real clamd and a real DynamoDB for whole stories."""

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from pynamodb.models import Model

from chalicelib.core import settings, tables
from chalicelib.processing.scanning.clamd import Clamd
from local import clamav, dynamodb
from tests import cloud as clouds
from tests.journeys.pipeline import Pipeline, environment, pipeline, shared_cloud

__all__ = ["pipeline", "shared_cloud"]


@pytest.fixture(scope="session")
def clamd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clamd]:
    """A real clamd with the shipped signatures; not to be harmed."""
    with clamav.start(tmp_path_factory.mktemp("clamav")) as running:
        yield running


@pytest.fixture
def own_clamd() -> Iterator[Clamd]:
    """A real clamd for one test, which may kill it."""
    folder = Path(tempfile.mkdtemp(prefix="r-", dir="/tmp"))
    with clamav.start(folder) as running:
        yield running
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def dynamodb_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """AWS's own DynamoDB Local, empty, in memory."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = (tmp_path_factory.mktemp("dynamodb") / "log").open("wb")
    with log, subprocess.Popen(dynamodb.command(port), stdout=log, stderr=log) as process:
        try:
            _wait_for(port, process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def exact_cloud(dynamodb_url: str) -> Iterator[clouds.Cloud]:
    """A cloud whose tables are in DynamoDB Local; everything else is moto's, in this process."""
    with environment(
        AWS_ENDPOINT_URL_DYNAMODB=dynamodb_url, AWS_ENDPOINT_URL_DYNAMODB_STREAMS=dynamodb_url
    ):
        _forget_connections()
        try:
            with clouds.running() as cloud:
                yield cloud
        finally:
            client = boto3.client("dynamodb", endpoint_url=dynamodb_url)
            for name in client.list_tables()["TableNames"]:
                client.delete_table(TableName=name)
    _forget_connections()


@pytest.fixture
def exact_pipeline(
    exact_cloud: clouds.Cloud, clamd: Clamd, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Pipeline]:
    """The pipeline on DynamoDB Local, whose conditions and transactions are exact under threads."""
    yield Pipeline(exact_cloud, clamd, monkeypatch)
    monkeypatch.undo()
    settings.settings.cache_clear()


def _forget_connections() -> None:
    """Let PynamoDB look again where DynamoDB is; models keep their connections."""
    tables._connection.cache_clear()
    waiting = [Model]
    while waiting:
        model = waiting.pop()
        model._connection = None
        waiting += model.__subclasses__()


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 30
    while process.poll() is None and time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("DynamoDB Local did not start")
