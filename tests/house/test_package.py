"""The zip holds what runs on Lambda and nothing else; compiled packages come from layers."""

import importlib.metadata
import re
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from infra import package
from infra.bytecode import runtime_python
from infra.package import ROOT


@pytest.fixture(scope="module")
def zipped(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files in a package of Reef's own code."""
    output = tmp_path_factory.mktemp("dist")
    package.build(output, with_requirements=False)
    with zipfile.ZipFile(output / "deployment.zip") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pinned(path: Path) -> list[Requirement]:
    """Read a requirements file."""
    lines = [line.strip() for line in path.read_text("utf-8").splitlines()]
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def with_dependencies(requirements: list[Requirement]) -> set[str]:
    """Give the names of distributions that are needed, directly or not."""
    wanted: set[str] = set()
    pending = list(requirements)
    while pending:
        requirement = pending.pop()
        name = requirement.name.lower()
        marker = requirement.marker
        if name in wanted or (marker and not marker.evaluate({"extra": ""})):
            continue
        wanted.add(name)
        needed = importlib.metadata.requires(name) or []
        pending += [Requirement(line) for line in needed]
    return wanted


def test_all_code_ships_and_nothing_else(zipped: dict[str, bytes]) -> None:
    code = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "chalicelib").rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    shipped = {name for name in zipped if not name.endswith(".pyc")}
    assert shipped == {"app.py", "chalice/__init__.py", "chalice/app.py"} | code


def test_every_module_ships_with_bytecode_that_lambda_need_not_check(
    zipped: dict[str, bytes],
) -> None:
    if runtime_python() is None:
        pytest.skip("no Python 3.13 on this machine, whose bytecode Lambda reads")
    compiled = {name: data for name, data in zipped.items() if name.endswith(".pyc")}
    modules = [Path(name) for name in zipped if name.endswith(".py")]
    assert set(compiled) == {
        str(path.parent / "__pycache__" / f"{path.stem}.cpython-313.pyc") for path in modules
    }
    for name, data in compiled.items():
        by_hash, checked = data[4] & 1, data[4] & 2
        assert (by_hash, checked) == (1, 0), name
        assert b"/var/task/" in data, f"{name}: tracebacks would show where it was compiled"


def test_what_ships_is_pure_python() -> None:
    shipped = [r for r in pinned(ROOT / "requirements.txt") if r.name != "chalice"]
    layered = {r.name.lower() for r in pinned(ROOT / "layers" / "frame" / "requirements.txt")}
    for name in sorted(with_dependencies(shipped)):
        if name.lower() in layered:
            continue
        files = importlib.metadata.files(name) or []
        compiled = [str(file) for file in files if re.search(r"\.so(\.|$)", str(file))]
        assert not compiled, f"{name} is compiled and belongs into a layer"


def test_requirements_are_pinned_exactly() -> None:
    files = [ROOT / "requirements.txt", *(ROOT / "layers").glob("*/requirements.txt")]
    assert len(files) > 1
    for path in files:
        for requirement in pinned(path):
            assert re.fullmatch(r"==[\w.]+", str(requirement.specifier)), f"{path}: {requirement}"


def test_nothing_stands_both_in_the_zip_and_in_the_frame_layer() -> None:
    shipped = {requirement.name.lower() for requirement in pinned(ROOT / "requirements.txt")}
    frame = {r.name.lower() for r in pinned(ROOT / "layers" / "frame" / "requirements.txt")}
    assert frame
    assert not shipped & frame


def test_a_compiled_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "deployment.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("fast/_core.cpython-313-x86_64-linux-gnu.so", "")
    with pytest.raises(package.NotDeployable, match="belong into a layer"):
        package.check_zip(path, {})


def test_a_missing_requirement_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "deployment.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("PyJWT-2.15.1.dist-info/METADATA", "")
    package.check_zip(path, {"pyjwt": "PyJWT==2.15.1"})
    with pytest.raises(package.NotDeployable, match="missing in the zip: pynamodb"):
        package.check_zip(path, {"pynamodb": "pynamodb==6.1.0"})


def test_what_every_functions_layer_holds_leaves_the_zip(tmp_path: Path) -> None:
    path = tmp_path / "deployment.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("fast/_core.so", "")
        archive.writestr(
            "Fast-1.0.dist-info/RECORD", "fast/_core.so,,\nFast-1.0.dist-info/RECORD,,\n"
        )
        archive.writestr("app.py", "")
    package.remove_packages(path, {"fast"})
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == ["app.py"]


def test_services_that_nobody_asks_leave_the_zip(tmp_path: Path) -> None:
    path = tmp_path / "deployment.zip"
    kept = ["botocore/data/s3/2006-03-01/service-2.json.gz", "botocore/data/endpoints.json"]
    with zipfile.ZipFile(path, "w") as archive:
        for name in (*kept, "botocore/data/braket/2019-09-01/service-2.json.gz"):
            archive.writestr(name, "")
    package.remove_services(path, package.services(ROOT))
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == kept
