"""Other programs see a bare environment, and end in time."""

import pytest

from chalicelib.processing import subprocesses
from chalicelib.processing.problems import ProcessingTimeout
from chalicelib.processing.subprocesses import ProgramFailed


def shell(program: str, seconds: float = 20) -> bytes:
    return subprocesses.run(["sh", "-c", program], seconds)


def test_what_a_program_writes_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    seen = shell("env; cat").decode()
    assert "LANG=C.UTF-8" in seen
    assert "secret" not in seen


def test_a_program_that_fails_says_why() -> None:
    with pytest.raises(ProgramFailed, match=r"^no such film$"):
        shell("echo no such film >&2; exit 3")


@pytest.mark.parametrize("program", ["sleep 60", "kill -XCPU $$"])
def test_a_program_whose_time_is_over_is_a_timeout(program: str) -> None:
    with pytest.raises(ProcessingTimeout):
        shell(program, 0.5)
