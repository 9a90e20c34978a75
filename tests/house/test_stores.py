"""Tables, buckets and settings that the code names are those of the template."""

import ast
from pathlib import Path
from typing import Any

from infra.package import ROOT
from tests.house.reading import of_type, setting_names, variables

READ_BY_NO_FUNCTION = {"LogsBucket", "WebBucket"}
"""The console's files go from a deployment to the CDN, and logs from S3 to whoever reads them."""


def test_buckets(packaged: dict[str, Any], code: dict[str, Any]) -> None:
    buckets = set(of_type(packaged["Resources"], "AWS::S3::Bucket")) - READ_BY_NO_FUNCTION
    named = setting_names(packaged, buckets)
    assert set(named) == buckets
    assert set(named.values()) == {name for name in code["settings"] if name.endswith("_bucket")}


def test_tables(packaged: dict[str, Any], code: dict[str, Any]) -> None:
    tables = set(of_type(packaged["Resources"], "AWS::DynamoDB::Table"))
    named = setting_names(packaged, tables)
    assert set(named) == tables
    assert set(named.values()) == {name for name in code["settings"] if name.endswith("_table")}
    assert {model["table"] for model in code["models"] if model["table"]} == tables


def test_keys_and_indexes_are_those_of_the_models(
    resources: dict[str, Any], code: dict[str, Any]
) -> None:
    tables = of_type(resources, "AWS::DynamoDB::Table")
    used: set[tuple[str, str]] = set()
    for model in code["models"]:
        if not model["table"]:
            continue
        table = tables[model["table"]]
        assert model["keys"] == keys(table), model["model"]
        for name, index in model["indexes"].items():
            used.add((model["table"], name))
            (made,) = [i for i in table["GlobalSecondaryIndexes"] if i["IndexName"] == name]
            projection = made["Projection"]
            assert index["keys"] == keys(made), name
            assert index["projection"] == projection["ProjectionType"], name
            assert index["included"] == sorted(projection.get("NonKeyAttributes", [])), name
    assert used == {
        (name, index["IndexName"])
        for name, table in tables.items()
        for index in table.get("GlobalSecondaryIndexes", [])
    }


def keys(definition: dict[str, Any]) -> list[str]:
    """Give the names of a table's or an index's key attributes, the hash first."""
    return [key["AttributeName"] for key in definition["KeySchema"]]


def test_settings(packaged: dict[str, Any], code: dict[str, Any]) -> None:
    given = {name.removeprefix("REEF_").lower() for name in variables(packaged)}
    without_default = {name for name, default in code["settings"].items() if default == ""}
    assert given <= set(code["settings"])
    assert without_default <= given


def test_settings_are_read_in_one_place() -> None:
    readers = {
        str(path.relative_to(ROOT))
        for path in [ROOT / "app.py", *(ROOT / "chalicelib").rglob("*.py")]
        if _names_a_variable(path)
    }
    assert readers <= {"chalicelib/core/settings.py"}


def _names_a_variable(path: Path) -> bool:
    return any(
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.startswith("REEF_")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
    )
