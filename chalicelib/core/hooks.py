"""Hooks: what a lower slice has to ask a higher one, which it must not import.

`chalicelib.wiring` says, in one place, which function answers. It is looked for when a hook is used
for the first time, so that every entry point finds it, and pays for what it uses alone.
"""

import importlib
from collections.abc import Callable
from typing import Any, Generic, TypeVar

F = TypeVar("F")

_WIRING = "chalicelib.wiring"
"""The one import upwards, by name: it imports what has hooks, in whichever slice."""


class Hook(Generic[F]):
    """A place for something that a higher slice gives, such as a function.

    Args:
        purpose: what it is for, as a question that the higher slice answers.
    """

    def __init__(self, purpose: str) -> None:
        self.purpose = purpose
        self._provider: Callable[[], F] | None = None
        HOOKS.append(self)

    def provided_by(self, provider: Callable[[], F]) -> None:
        """Set what gives the hook's content; it is called at each use, and imports it there."""
        self._provider = provider

    def get(self) -> F:
        """Return what a higher slice gave.

        Raises:
            LookupError: nothing was given.
        """
        if self._provider is None:
            importlib.import_module(_WIRING)
        if self._provider is None:
            raise LookupError(f"nothing is wired to: {self.purpose}")
        return self._provider()


HOOKS: list[Hook[Any]] = []
"""The hooks of every module that this process has imported."""
