"""The packaged template and what the code names, made once for all tests of the house."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from infra import package, template

ROOT = Path(package.ROOT)


@pytest.fixture(scope="session")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The template that `make package` would write."""
    path = package.build(tmp_path_factory.mktemp("dist"), with_requirements=False)
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


@pytest.fixture(scope="session")
def resources(packaged: dict[str, Any]) -> dict[str, Any]:
    """The packaged template's resources by logical id."""
    found: dict[str, Any] = packaged["Resources"]
    return found


@pytest.fixture(scope="session")
def code() -> dict[str, Any]:
    """What the code names; a setting's value is the logical id that the template gives it."""
    variables = template.load()["Globals"]["Function"]["Environment"]["Variables"]
    named = {name: value["Ref"] for name, value in variables.items() if "Ref" in value}
    environment = {k: v for k, v in os.environ.items() if not k.startswith("REEF_")}
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("inventory.py"))],
        env=environment | named | {"PYTHONPATH": str(ROOT), "AWS_DEFAULT_REGION": "us-east-1"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found
