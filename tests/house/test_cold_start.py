"""The API's cold start is light: no media library, no test library, no client."""

import json
import subprocess
import sys

import pytest

from local.functions import ROOT

HEAVY = {
    "PIL",
    "moto",
    "magic",
    "pyclamd",
    "ffmpeg",
    "cryptography",
    "jwt",
    "mutagen",
    "pypdfium2",
    "qrcode",
    "re2",
    "ua_parser",
    "crawleruseragents",
    "pydantic",
    "local",
    "infra",
    "multiprocessing.pool",
}

SCRIPT = """
import json, sys
made = []
import botocore.client
original = botocore.client.ClientCreator.create_client
def create_client(self, service_name, *more, **named):
    made.append(service_name)
    return original(self, service_name, *more, **named)
botocore.client.ClientCreator.create_client = create_client
{statement}
json.dump({{"modules": sorted(sys.modules), "clients": made}}, sys.stdout)
"""


def after(statement: str) -> tuple[set[str], list[str]]:
    """Run a statement in a fresh Python; gives the modules it loaded and the clients it made."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(statement=statement)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    return set(found["modules"]), found["clients"]


@pytest.mark.parametrize(
    "statement",
    [
        "import app",
        "import chalicelib.processing.events",
        "import chalicelib.analytics.events",
        "import chalicelib.assets.media_types",
    ],
)
def test_importing_a_function_loads_nothing_heavy_and_makes_no_client(statement: str) -> None:
    modules, clients = after(statement)
    assert modules & HEAVY == set()
    assert clients == []


def test_answering_a_public_route_needs_neither_keys_nor_clients() -> None:
    statement = """
import app
event = {
    "requestContext": {
        "httpMethod": "GET", "resourcePath": "/api/v3/health", "requestId": "1", "identity": {}
    },
    "headers": {}, "multiValueQueryStringParameters": None, "pathParameters": {},
    "body": "", "stageVariables": {}, "isBase64Encoded": False,
}
import io, contextlib
with contextlib.redirect_stdout(io.StringIO()):
    import logging
    logging.disable()
    assert app.app(event, None)["statusCode"] == 200
"""
    modules, clients = after(statement)
    assert modules & HEAVY == set()
    assert clients == []
