"""A library ten times as large costs a page no more; `python -m bench search` goes further."""

import pytest

from bench.searching import QUERIES, asked_of

SMALL, LARGE = 1_000, 10_000


@pytest.mark.timeout(600)
def test_a_page_of_ten_times_the_assets_reads_as_much() -> None:
    found, _ = asked_of([SMALL, LARGE], rounds=1)
    for name in QUERIES:
        (small,), (large,) = found[SMALL][name], found[LARGE][name]
        assert large.read_units <= 1.2 * small.read_units, name
        assert large.requests <= small.requests, name
