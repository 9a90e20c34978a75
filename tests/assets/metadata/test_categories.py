"""Paths and what lies in them."""

import pytest

from chalicelib.assets.metadata import categories


@pytest.mark.parametrize(
    ("path", "after"),
    [
        ("menus", "food"),
        ("menus/summer/ices", "food/summer/ices"),
        ("menusfoo", "menusfoo"),
        ("men", "men"),
        ("old/menus", "old/menus"),
    ],
)
def test_what_lies_in_a_category_moves_with_it(path: str, after: str) -> None:
    assert categories.moved(path, "menus", "food") == after
    assert categories.lies_in(path, "menus") == (path != after)


def test_what_has_no_category_lies_in_none() -> None:
    assert not categories.lies_in(None, "menus")
