"""A Reef that runs from what ships: built once, started once."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra import package
from infra.bytecode import runtime_python
from tests.house.reading import functions
from tests.house.test_layers import built
from tests.runtime import machine
from tests.runtime.containers import Packaged
from tests.runtime.region import Region
from tests.stack import running_stack

_SMALLEST_STORAGE_MEGABYTES = 512
"""What Lambda gives a function that asks for no more."""


@pytest.fixture(scope="session")
def python() -> Path:
    """The installation of a Python 3.13."""
    program = runtime_python()
    if program is None:
        pytest.skip("no Python 3.13 on this machine, with which Lambda runs the functions")
    asked = [program, "-c", "import sys; print(sys.prefix)"]
    return Path(subprocess.check_output(asked, text=True).strip())


@pytest.fixture(scope="session")
def shipped(python: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the package that `make package` makes."""
    output = tmp_path_factory.mktemp("dist")
    package.build(output)
    return output


@pytest.fixture(scope="session")
def packaged(shipped: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Packaged]:
    """Every function as the template has it, unpacked for Lambda's folders."""
    folder = tmp_path_factory.mktemp("unpacked")
    task = machine.unpack(shipped / "deployment.zip", folder / "task")
    template: dict[str, Any] = json.loads((shipped / "template.json").read_text())
    found = {}
    for name, properties in functions(template["Resources"]).items():
        layers = [layer["Ref"].removesuffix("LayerArn").lower() for layer in properties["Layers"]]
        opt = folder / "-".join(layers)
        if not opt.exists():
            machine.merge([built(layer) for layer in layers], opt)
        found[name] = Packaged(
            name=name,
            handler=properties["Handler"],
            memory_megabytes=properties["MemorySize"],
            timeout_seconds=properties["Timeout"],
            storage_megabytes=properties.get("EphemeralStorage", {}).get(
                "Size", _SMALLEST_STORAGE_MEGABYTES
            ),
            task=task,
            layers=opt,
        )
    return found


@pytest.fixture(scope="session")
def region(
    packaged: dict[str, Packaged], python: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Region]:
    """The whole of it, with virus signatures fetched."""
    if (missing := machine.why_no_namespaces()) is not None:
        pytest.skip(missing)
    with running_stack("--no-workers") as stack:
        started = Region(stack, packaged, python, tmp_path_factory.mktemp("region"))
        try:
            started.run_schedule("refresh_signatures")
            yield started
        finally:
            started.close()
