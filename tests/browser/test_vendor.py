"""What is vendored is what the manifest says, with its licence."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

VENDOR = Path(__file__).parents[2] / "web" / "vendor"
MANIFEST: dict[str, Any] = json.loads((VENDOR / "manifest.json").read_text("utf-8"))
PACKAGES = [package for file in MANIFEST["files"] for package in file["packages"]]


def _sha512(path: Path) -> str:
    return "sha512-" + base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()


@pytest.mark.parametrize("file", MANIFEST["files"], ids=lambda file: str(file["file"]))
def test_a_vendored_file_has_the_hash_in_the_manifest(file: dict[str, Any]) -> None:
    assert _sha512(VENDOR / file["file"]) == file["sha512"]
    assert _sha512(VENDOR / file["entry"]["file"]) == file["entry"]["sha512"]


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: str(package["name"]))
def test_a_vendored_package_is_named_with_version_hash_and_licence(package: dict[str, str]) -> None:
    assert package["version"]
    assert package["sha512"].startswith("sha512-")
    licence = (VENDOR / package["licence_file"]).read_text("utf-8")
    assert package["licence"].split("-")[0] in licence


def test_nothing_else_is_vendored() -> None:
    named = {file["file"] for file in MANIFEST["files"]}
    named |= {file["entry"]["file"] for file in MANIFEST["files"]}
    named |= {package["licence_file"] for package in PACKAGES} | {"manifest.json"}
    there = {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*") if path.is_file()}
    assert there == named
