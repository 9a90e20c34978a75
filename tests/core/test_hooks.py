"""A hook gives what a higher slice filled it with."""

import pytest

from chalicelib.core import hooks
from chalicelib.core.hooks import Hook


def test_a_hook_that_nobody_fills_fails_and_says_for_what_it_is() -> None:
    hook: Hook[int] = Hook("how many?")
    hooks.HOOKS.remove(hook)
    with pytest.raises(LookupError, match=r"how many\?"):
        hook.get()
    hook.provided_by(lambda: 3)
    assert hook.get() == 3
