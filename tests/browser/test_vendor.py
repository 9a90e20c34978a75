"""What is vendored is what the manifest says, with its licence."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

VENDOR = Path(__file__).parents[2] / "web" / "vendor"
MANIFEST: dict[str, Any] = json.loads((VENDOR / "manifest.json").read_text("utf-8"))
PACKAGES = [package for file in MANIFEST["files"] for package in file["packages"]]


def _hashes(file: dict[str, Any]) -> dict[str, str]:
    """Map what belongs to a file of the manifest to its hash."""
    entry = {file["entry"]["file"]: file["entry"]["sha512"]} if "entry" in file else {}
    return {file["file"]: file["sha512"]} | entry | file.get("parts", {})


def _sha512(path: Path) -> str:
    return "sha512-" + base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()


@pytest.mark.parametrize("file", MANIFEST["files"], ids=lambda file: str(file["file"]))
def test_a_vendored_file_has_the_hash_in_the_manifest(file: dict[str, Any]) -> None:
    assert file["made_with"]
    for name, expected in _hashes(file).items():
        assert _sha512(VENDOR / name) == expected, name


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: str(package["name"]))
def test_a_vendored_package_is_named_with_version_hash_and_licence(package: dict[str, str]) -> None:
    assert package["version"]
    assert package["sha512"].startswith("sha512-")
    licence = (VENDOR / package["licence_file"]).read_text("utf-8")
    assert package["licence"].split("-")[0] in licence


@pytest.mark.parametrize("picture", sorted(VENDOR.rglob("*.svg")), ids=lambda path: path.name)
def test_a_vendored_picture_is_one(picture: Path) -> None:
    assert ElementTree.fromstring(picture.read_text("utf-8")).tag.endswith("}svg")


def test_nothing_else_is_vendored() -> None:
    named = {name for file in MANIFEST["files"] for name in _hashes(file)}
    named |= {package["licence_file"] for package in PACKAGES} | {"manifest.json"}
    there = {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*") if path.is_file()}
    assert there == named
