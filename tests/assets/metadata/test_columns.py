"""Rows of a table, and the edits that they ask for."""

from typing import Any

import pytest

from chalicelib.assets.faces import Face
from chalicelib.assets.metadata import columns
from chalicelib.assets.metadata.columns import Reading
from chalicelib.assets.models import AssetMetadata
from chalicelib.core.errors import Invalid
from local.functions import ROOT

FACE = Face(number=1, filename="a.jpg", kind="image", content_type="image/jpeg", size_bytes=1)


def asset(**said: Any) -> AssetMetadata:
    values: dict[str, Any] = {"title": "One", "tags": ["a", "b"], "rights": {"license": "CC0"}}
    return AssetMetadata("t#a", "ASSET", asset_id="a", revision=3, **(values | said))


def test_a_row_has_every_column_and_comes_back_as_nothing_new() -> None:
    row = columns.row_of(asset(custom_fields={"n": 1}), FACE, {})
    assert [*row] == [*columns.FIXED, "custom_fields.n"]
    assert row["tags"] == "a,b"
    assert row["rights.license"] == "CC0"
    assert columns.change_of(asset(custom_fields={"n": 1}), FACE, row, Reading()) is None


def test_cells_that_differ_are_what_changes() -> None:
    row = {"id": "a", "filename": "", "title": "Two", "tags": "b", "rights.license": ""}
    change = columns.change_of(asset(), FACE, row, Reading())
    assert change is not None
    assert (change.title, change.tags) == ("Two", ["b"])
    assert change.rights.license is None  # type: ignore[union-attr]


def test_line_ends_do_not_matter() -> None:
    said = asset(description="a\r\nb")
    assert columns.change_of(said, FACE, {"description": "a\nb"}, Reading()) is None


def test_every_column_at_fault_is_named() -> None:
    row = {"title": "", "filename": "b.jpg", "focal_point": "1", "rights.valid_from": "x"}
    with pytest.raises(Invalid) as refused:
        columns.change_of(asset(), FACE, row, Reading())
    assert [error["field"] for error in refused.value.errors or ()] == [*row]


def test_a_revision_is_a_precondition() -> None:
    assert columns.if_match({"revision": " 3 "}) == '"3"'
    assert columns.if_match({"revision": ""}) is None
    assert columns.if_match({}) is None


@pytest.mark.parametrize("heading", [[], ["title"], ["id", "id"], ["id", ""], ["id", "nothing"]])
def test_a_heading_says_what_all_columns_are(heading: list[str]) -> None:
    with pytest.raises(Invalid):
        columns.require_known(heading)
    columns.require_known(["id", "custom_fields.a.b", *columns.FIXED[1:]])


def test_the_documentation_names_every_column() -> None:
    text = (ROOT / "docs" / "metadata.md").read_text("utf-8")
    assert [name for name in columns.FIXED if f"`{name}`" not in text] == []
