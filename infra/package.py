"""Builds what a deployment needs: `dist/template.json` and the zip of the functions beside it.

`python -m infra.package` works on a clean copy of what ships, so that neither caches nor local
files get into the zip, and refuses a result that Lambda could not run.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

from infra import bytecode, template

ROOT = Path(__file__).parent.parent
STAGE = "live"

TASK_FOLDER = "/var/task"
"""Where Lambda unpacks the zip."""

_CHALICE_RUNS_ITSELF = "chalice"
"""Chalice adds its runtime to the zip; as a requirement it would bring its command line along."""


class NotDeployable(Exception):
    """The package is not what Lambda can run."""


def build(output: Path, *, project: Path = ROOT, with_requirements: bool = True) -> Path:
    """Package the project into a folder, which is emptied before; gives the template's path.

    Args:
        output: where `template.json` and `deployment.zip` go.
        project: the folder with `app.py`.
        with_requirements: without them no package index is asked, and the zip holds Reef's own code
            alone, which is enough to look at the template.

    Raises:
        NotDeployable: a requirement is missing or compiled, or Chalice failed.
    """
    with tempfile.TemporaryDirectory(prefix="reef-package-") as folder:
        stage, made = Path(folder) / "project", Path(folder) / "made"
        _copy_what_ships(project, stage, with_requirements)
        merge = Path(folder) / "merge.json"
        merge.write_text(json.dumps(template.load()), "utf-8")
        _run_chalice(stage, merge, made)
        if with_requirements:
            layered = _required(project / "layers" / "frame" / "requirements.txt")
            remove_packages(made / "deployment.zip", layered.keys())
            remove_services(made / "deployment.zip", services(project))
            check_zip(made / "deployment.zip", _required(stage / "requirements.txt"))
        add_bytecode(made / "deployment.zip")
        output.mkdir(parents=True, exist_ok=True)
        shutil.copy(made / "deployment.zip", output / "deployment.zip")
        return Path(shutil.copy(made / "sam.json", output / "template.json"))


def _copy_what_ships(project: Path, stage: Path, with_requirements: bool) -> None:
    litter = shutil.ignore_patterns("__pycache__", "*.pyc", "deployed", "deployments")
    stage.mkdir()
    shutil.copy(project / "app.py", stage)
    for folder in ("chalicelib", ".chalice"):
        shutil.copytree(project / folder, stage / folder, ignore=litter)
    required = _required(project / "requirements.txt") if with_requirements else {}
    required.pop(_CHALICE_RUNS_ITSELF, None)
    (stage / "requirements.txt").write_text("".join(f"{line}\n" for line in required.values()))


def _required(requirements: Path) -> dict[str, str]:
    """Map the lower-case names of a requirements file to their lines."""
    lines = [line.strip() for line in requirements.read_text("utf-8").splitlines()]
    wanted = [line for line in lines if line and not line.startswith("#")]
    return {re.split(r"[\[=<>~! ;]", line)[0].lower(): line for line in wanted}


def _run_chalice(stage: Path, merge: Path, output: Path) -> None:
    command = [sys.executable, "-c", "import sys, chalice.cli; sys.exit(chalice.cli.main())"]
    command += ["--project-dir", str(stage)]
    command += ["package", "--stage", STAGE, "--template-format", "json"]
    command += ["--merge-template", str(merge), str(output)]
    # The region decides nothing here but which partition's service names are written.
    environment = {"AWS_DEFAULT_REGION": "us-east-1"} | dict(os.environ)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    # Chalice goes on with a zip that lacks a package, saying so in passing.
    if done.returncode or "Could not install dependencies" in said:
        raise NotDeployable(said)


def remove_packages(path: Path, names: Iterable[str]) -> None:
    """Take packages out of the zip that come with the layer of every function.

    Chalice packs what a requirement requires, compiled for the machine that packs.
    """
    with zipfile.ZipFile(path) as archive:
        there = archive.namelist()
        gone: set[str] = set()
        for name in names:
            start = re.compile(rf"{re.escape(name).replace('-', '[-_]')}-[^/]+\.dist-info/", re.I)
            for record in [one for one in there if start.match(one) and one.endswith("/RECORD")]:
                listed = archive.read(record).decode().splitlines()
                gone |= {row.partition(",")[0] for row in listed}
        kept = {name: archive.read(name) for name in there if name not in gone}
    _rewrite(path, kept)


def services(project: Path) -> set[str]:
    """Return the names of AWS's services that the code makes clients of."""
    sources = (file.read_text("utf-8") for file in (project / "chalicelib").rglob("*.py"))
    return {name for text in sources for name in re.findall(r'client\("([a-z0-9-]+)"', text)}


def remove_services(path: Path, used: set[str]) -> None:
    """Take out of the zip what botocore knows of hundreds of services that nobody asks."""
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        unused = {
            name
            for name in names
            if (found := re.match(r"botocore/data/([^/]+)/", name)) and found[1] not in used
        }
        kept = {name: archive.read(name) for name in names if name not in unused}
    _rewrite(path, kept)


def _rewrite(path: Path, files: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)


def check_zip(path: Path, required: dict[str, str]) -> None:
    """See that every requirement is in the zip, and nothing compiled.

    Raises:
        NotDeployable: something is missing or needs another machine.
    """
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
    compiled = sorted(name for name in names if re.search(r"\.(so|pyd|dylib)(\.|$)", name))
    if compiled:
        raise NotDeployable(f"compiled files belong into a layer: {', '.join(compiled[:5])}")
    packed = {
        name.split("-")[0].lower().replace("_", "-") for name in names if ".dist-info/" in name
    }
    missing = sorted(name for name in required if name.replace("_", "-") not in packed)
    if missing:
        raise NotDeployable(f"requirements missing in the zip: {', '.join(missing)}")


def add_bytecode(path: Path) -> None:
    """Put into the zip what Lambda's Python makes of each module, if this machine has one.

    Raises:
        NotDeployable: a module is not Python.
    """
    with tempfile.TemporaryDirectory(prefix="reef-bytecode-") as name:
        folder = Path(name)
        with zipfile.ZipFile(path) as archive:
            archive.extractall(folder)
        try:
            compiled = bytecode.compile_folder(folder, TASK_FOLDER)
        except bytecode.NotCompiled as problem:
            raise NotDeployable(f"not Python: {problem}") from problem
        if not compiled:
            print(f"no Python {bytecode.VERSION}: packaged without bytecode, so that cold starts")
            print("take half a second longer", flush=True)
            return
        with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(folder.rglob("*.pyc")):
                archive.write(file, str(file.relative_to(folder)))


def main() -> None:
    """Package Reef as the command line asks."""
    parser = argparse.ArgumentParser(prog="python -m infra.package", description=__doc__)
    parser.add_argument("--output", type=Path, default=ROOT / "dist", help="default: dist/")
    try:
        path = build(parser.parse_args().output)
    except NotDeployable as problem:
        sys.exit(f"Not packaged: {problem}")
    zipped = path.with_name("deployment.zip")
    print(f"{path}\n{zipped} ({zipped.stat().st_size / 1e6:.1f} MB)")


if __name__ == "__main__":
    main()
