"""Edges are found wherever they lie."""

from pathlib import Path

import pytest
from chalice.app import Blueprint

import chalicelib
from chalicelib.core import edges
from chalicelib.core.api.routing import Routes


def paths(name: str) -> set[str]:
    """Name the modules of the files of a name below the package."""
    root = Path(chalicelib.__path__[0])
    return {
        ".".join(("chalicelib", *path.relative_to(root).with_suffix("").parts))
        for path in root.rglob(f"{name}.py")
    }


@pytest.mark.parametrize("name", ["routes", "events"])
def test_every_file_of_the_name_is_found_once(name: str) -> None:
    found = [module.__name__ for module in edges.modules(name)]
    assert set(found) == paths(name)
    assert len(set(found)) == len(found) > 3


def test_what_they_hold_is_found_by_its_type() -> None:
    groups = edges.found("routes", Routes)
    assert len(groups) >= len(paths("routes"))
    assert len(edges.found("events", Blueprint)) == len(paths("events"))


def test_a_folder_that_cannot_be_imported_is_no_folder_without_edges(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "__init__.py").write_text("import no_such_module\n")
    monkeypatch.setattr(chalicelib, "__path__", [str(tmp_path)])
    edges._module_names.cache_clear()
    with pytest.raises(ImportError, match=r"chalicelib\.broken"):
        list(edges.modules("routes"))
