"""Failures say what to do, by family."""

import pytest

from chalicelib.core.errors import Conflict, NotFound, ReefError, RequestInProgress, invalid


def test_a_fault_of_one_field_names_it() -> None:
    failure = invalid("title", "Must not be blank")
    assert (failure.status, failure.code) == (422, "invalid")
    assert failure.detail == "title: Must not be blank"
    assert failure.errors == [{"field": "title", "message": "Must not be blank"}]


def test_who_says_nothing_of_a_failure_says_what_its_class_does() -> None:
    assert NotFound().detail == "There is nothing here, or nothing that you can see."
    assert NotFound("No such asset.").detail == "No such asset."


@pytest.mark.parametrize(("family", "status"), [(RequestInProgress, 409), (ReefError, 500)])
def test_a_failure_has_the_status_of_its_family(family: type[ReefError], status: int) -> None:
    assert family.status == status
    assert issubclass(family, ReefError)


def test_what_goes_along_is_nobody_else_s() -> None:
    first, second = Conflict(), Conflict(headers={"Retry-After": "1"})
    first.extra["current"] = 1
    assert (first.headers, second.headers) == ({}, {"Retry-After": "1"})
    assert second.extra == {}
