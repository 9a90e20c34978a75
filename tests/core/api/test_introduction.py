"""What the API's description says of failures."""

from chalicelib.core.api import introduction
from chalicelib.core.errors import NotFound, invalid


def test_a_failure_is_shown_with_its_words_and_its_code() -> None:
    shown = introduction.problem(NotFound("There is no such asset."))
    assert (shown["status"], shown["code"]) == (404, "not_found")
    assert shown["detail"] == "There is no such asset."
    assert "errors" not in shown


def test_a_request_that_does_not_fit_is_shown_with_the_field_that_is_wrong() -> None:
    shown = introduction.problem(invalid("title", "Must not be blank"))
    assert shown["status"] == 422
    assert all(set(error) == {"field", "message"} for error in shown["errors"])
