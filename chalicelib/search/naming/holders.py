"""What names categories besides assets, and has to move with them."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from chalicelib.core.hooks import Hook
from chalicelib.core.outbox import Person


class Holder(NamedTuple):
    """What else names categories, such as templates.

    `begin` is called before any asset moves, and again each time that a move goes on: with tenant,
    old path, new path, actor and time. From then on the old path may hold as well, until `end` is
    called with tenant and old path. `decides` tells of tenant and path whether anything of it
    decides on the assets there or below; `decides_anew`, of tenant, old and new path, whether
    anything would decide on what moves, had it nothing of its own that goes along.
    """

    begin: Callable[[str, str, str, Person, datetime], None]
    end: Callable[[str, str], None] | None = None
    decides: Callable[[str, str], bool] | None = None
    decides_anew: Callable[[str, str, str], bool] | None = None


holders: Hook[Sequence[Holder]] = Hook("what else names categories, and moves with them?")
