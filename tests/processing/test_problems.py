"""Problems of files are told in words, and come back from a child process as they were."""

from chalicelib.processing import problems


def test_a_problem_says_what_its_class_does_unless_told_otherwise() -> None:
    assert problems.Unreadable().message == problems.Unreadable.message
    assert str(problems.Unreadable("The end is missing.")) == "The end is missing."


def test_what_a_child_reports_is_raised_again_by_its_code() -> None:
    for code, problem in problems.BY_CODE.items():
        assert problem.code == code
        assert problem().message
    assert problems.Unforeseen.code not in problems.BY_CODE
