"""Secrets live in Secrets Manager and the user pool, never in a file, a log or a template."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

from chalicelib.core.settings import Settings
from infra import template
from local.functions import ROOT

SHAPES = {
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    "an AWS key id": r"\b(AKIA|ASIA)[A-Z0-9]{16}\b",
    "a JWT": r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.",
    "a signed URL": r"X-Amz-Signature=[0-9a-f]{64}",
    "a token of a code host": r"\bgh[pousr]_[A-Za-z0-9]{36}\b",
}
TEXTS = {".py", ".js", ".json", ".yaml", ".yml", ".toml", ".txt", ".sh", ".md", ".html", ".cfg"}


def files() -> list[Path]:
    """Give the repository's own text files, committed or about to be."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = [ROOT / line for line in listed.stdout.splitlines()]
    return [path for path in paths if path.is_file() and path.suffix in TEXTS]


@pytest.mark.parametrize("shape", SHAPES)
def test_no_file_holds_a_secret(shape: str) -> None:
    pattern = re.compile(SHAPES[shape])
    found = [
        str(path.relative_to(ROOT))
        for path in files()
        if pattern.search(path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert found == []


def test_settings_name_secrets_and_hold_none() -> None:
    names = {
        name for name in Settings.__struct_fields__ if re.search("secret|password$|token", name)
    }
    assert names == {"media_key_secret", "cursor_key_secret", "edge_secret"}
    variables = template.load()["Globals"]["Function"]["Environment"]["Variables"]
    for name in names:
        assert set(variables[f"REEF_{name.upper()}"]) <= {"Ref", "Fn::GetAtt"}


def test_the_template_generates_its_secrets_or_leaves_them_to_the_operator() -> None:
    for resource in template.load()["Resources"].values():
        if resource.get("Type") == "AWS::SecretsManager::Secret":
            assert "SecretString" not in resource.get("Properties", {})


def test_functions_print_nothing_past_the_log() -> None:
    printing = [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / "chalicelib").rglob("*.py"))
        if path.name != "__main__.py"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"print", "breakpoint"}
    ]
    assert printing == []
