"""Assets are divided into files of a bounded size, and each file gets a name of its own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.assets import file_names
from chalicelib.processing.zips import planning
from chalicelib.processing.zips.planning import Names, Wanted, ZipTooLarge

MEGABYTE = 1_000_000
LARGEST = 2_147_483_647


@given(st.lists(st.integers(0, LARGEST), min_size=1, max_size=15))
def test_files_are_as_large_as_they_may_and_keep_the_order(sizes: list[int]) -> None:
    wanted = [Wanted(str(number), size) for number, size in enumerate(sizes)]
    parts = planning.split(wanted)
    totals = [sum(one.size_bytes for one in part) for part in parts]
    assert [one for part in parts for one in part] == wanted
    assert max(totals) <= planning.MOST_BYTES_A_FILE
    for total, (first, *_) in zip(totals, parts[1:], strict=False):
        assert total + first.size_bytes > planning.MOST_BYTES_A_FILE


def test_a_job_has_a_most_of_bytes() -> None:
    fits = [Wanted(str(number), 1000 * MEGABYTE) for number in range(40)]
    assert [len(part) for part in planning.split(fits)] == [4] * 10
    with pytest.raises(ZipTooLarge):
        planning.split([*fits, Wanted("more", 1)])


@given(st.lists(st.sampled_from(["a.jpg", "A.jpg", "a (2).jpg", "b", "x" * 250 + ".jpg"])))
def test_no_two_files_have_one_name_on_any_system(given_names: list[str]) -> None:
    names = Names()
    taken = [names.take(name) for name in given_names]
    assert len({name.casefold() for name in taken}) == len(taken)
    assert all(len(name.encode()) <= file_names.LONGEST_BYTES for name in taken)
    assert all(
        name.rpartition(".")[2] == wanted.rpartition(".")[2]
        for name, wanted in zip(taken, given_names, strict=True)
        if "." in wanted
    )
