"""A longer list, page by page."""

from typing import Any

import pytest

from chalicelib.core import pages
from chalicelib.tenants.models import Member, member_key
from tests.cloud import Cloud

KEYS = [member_key(f"m{number}") for number in range(7)]


@pytest.fixture(scope="module")
def partition(cloud: Cloud) -> str:
    for sk in KEYS:
        is_active = sk in KEYS[::3]
        Member("pages", sk, email="", roles=[], is_active=is_active, created_at="").save()
    Member("pages", "OTHER", email="", roles=[], created_at="").save()
    return "pages"


def every(partition: str, limit: int, **options: Any) -> list[list[str]]:
    """Read to the end."""
    found: list[list[str]] = []
    position: Any = None
    while True:
        items, position = pages.read(
            Member,
            partition,
            Member.sk.startswith("MEMBER#"),
            limit=limit,
            position=position,
            **options,
        )
        found.append([item.sk for item in items])
        if position is None:
            return found


@pytest.mark.parametrize("limit", [1, 3, 7, 50])
@pytest.mark.parametrize("newest_first", [False, True])
def test_pages_hold_every_item_of_the_condition_once_and_in_order(
    partition: str, limit: int, newest_first: bool
) -> None:
    found = every(partition, limit, newest_first=newest_first)
    assert [sk for page in found for sk in page] == (KEYS[::-1] if newest_first else KEYS)
    assert all(len(page) <= limit for page in found)


def test_what_is_dropped_leaves_no_page_short(partition: str) -> None:
    found = every(partition, 2, keep=Member.is_active == True)  # noqa: E712
    assert [page for page in found if page] == [KEYS[0:4:3], [KEYS[6]]]


def test_a_list_at_hand_is_cut_into_pages() -> None:
    assert pages.cut("abcde", 2, None) == (["a", "b"], 2)
    assert pages.cut("abcde", 2, 2) == (["c", "d"], 4)
    assert pages.cut("abcde", 2, 4) == (["e"], None)
    assert pages.cut("abcd", 2, 2) == (["c", "d"], None)
    assert pages.cut("", 2, None) == ([], None)
    assert pages.cut("abc", 2, 9) == ([], None)
