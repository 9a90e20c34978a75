"""Cursors: sealed, and good for nothing but what they were sealed for."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.core.api import cursors
from chalicelib.core.errors import InvalidCursor
from tests.cloud import Cloud

SHARED = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def test_every_last_character_but_its_own_is_refused(cloud: Cloud) -> None:
    del cloud
    for length in range(1, 7):
        cursor = cursors.seal("x" * length, "scope")
        for letter in "AQgwEIU4":
            if letter != cursor[-1]:
                with pytest.raises(InvalidCursor):
                    cursors.unseal(cursor[:-1] + letter, "scope")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@SHARED
@given(position=JSON, scope=st.text(), other=st.text())
def test_what_is_sealed_comes_back_in_its_scope_alone(
    cloud: Cloud, position: Any, scope: str, other: str
) -> None:
    del cloud
    sealed = cursors.seal(position, scope)
    assert cursors.unseal(sealed, scope) == position
    if other != scope:
        with pytest.raises(InvalidCursor):
            cursors.unseal(sealed, other)


@SHARED
@given(cursor=st.text())
def test_no_text_breaks_the_reading_of_cursors(cloud: Cloud, cursor: str) -> None:
    del cloud
    with pytest.raises(InvalidCursor):
        cursors.unseal(cursor, "scope")
