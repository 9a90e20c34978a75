"""The stage is Lambda's: who does without it fails here before it fails there."""

import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.house.test_layers import UNPACKED_LIMIT_BYTES, size_bytes
from tests.runtime.containers import Container, Packaged
from tests.runtime.region import Region

pytestmark = pytest.mark.timeout(600)

Ask = Callable[[str, str], Any]


@pytest.fixture
def ask(region: Region) -> Iterator[Ask]:
    """Call a probe in the surroundings of a function."""
    started: list[Container] = []

    def call(function: str, probe: str) -> Any:
        real = region.containers[function]
        packaged = replace(real.packaged, handler=f"probes.{probe}")
        started.append(
            replace(real, packaged=packaged, calls=[], loading=None, _process=None, _account=None)
        )
        return started[-1].invoke({})

    yield call
    for container in started:
        container.stop()


def test_a_function_may_write_to_its_tmp_alone_and_reach_nobody_but_aws(ask: Ask) -> None:
    assert ask("scan_upload", "surroundings") == {
        "python": ["/var/lang/bin/python3.13", [3, 13]],
        "user": [993, 990, []],
        "unset": ["HOME", "TMPDIR"],
        "writable": [],
        "tmp_bytes": 4096 * 1024**2,
        "programs": ["sh"],
        "reaches_others": False,
    }


def test_python_does_not_start_without_the_runtimes_own_libraries(ask: Ask) -> None:
    status, said = ask("make_thumbnails", "without_its_libraries")
    assert status == 127
    assert "libpython3.13.so" in said


def test_types_are_told_by_the_layers_libmagic_though_the_image_has_one(ask: Ask) -> None:
    assert ask("scan_upload", "libmagic") == ["image/gif", ["/opt/lib/libmagic.so.1"]]


def test_nothing_that_is_imported_has_to_be_compiled(ask: Ask) -> None:
    assert ask("api_handler", "compiled_anew") == []


def test_zip_and_layers_fit_into_every_function(packaged: dict[str, Packaged]) -> None:
    for one in packaged.values():
        together = size_bytes(one.task) + size_bytes(one.layers)
        assert together < UNPACKED_LIMIT_BYTES, f"{one.name}: {together / 1024**2:.0f} MiB"


def test_every_function_answers(region: Region) -> None:
    for name, container in region.containers.items():
        if name == "api_handler":
            assert region.call("GET", "/me/", "editor@acme.test").status == 200
        elif region.is_scheduled(name):
            region.run_schedule(name)
        else:
            assert region.invoke(name, {"Records": []}) == {"batchItemFailures": []}
        assert container.loading is not None


def test_every_function_is_loaded_from_what_ships(
    packaged: dict[str, Packaged], python: Path
) -> None:
    """Runs where there are no namespaces, too."""
    for one in packaged.values():
        module, _, name = one.handler.rpartition(".")
        places = [str(one.task), str(one.layers / "python")]
        script = f"import sys; sys.path[:0] = {places}; import {module} as m; m.{name}"
        done = subprocess.run(
            [str(python / "bin/python3.13"), "-I", "-S", "-c", script],
            env={"AWS_DEFAULT_REGION": "us-east-1", "PATH": os.defpath},
            cwd=one.task,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, ""), one.name
