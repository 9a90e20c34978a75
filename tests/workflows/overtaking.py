"""Somebody else is faster, in the middle of what another one does."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.workflows.desk import Desk


def overtake(
    patch: pytest.MonkeyPatch,
    module: Any,
    name: str,
    deed: Callable[[], object],
    when: Callable[..., bool] = lambda *_, **__: True,
) -> None:
    """Do something right before a function is called the next time with such arguments."""
    real = getattr(module, name)

    def overtaken(*args: Any, **kwargs: Any) -> Any:
        if when(*args, **kwargs):
            patch.setattr(module, name, real)
            deed()
        return real(*args, **kwargs)

    patch.setattr(module, name, overtaken)


def rejection(desk: Desk, asset_id: str) -> Callable[[], None]:
    """Flag an asset; gives what a moderator does then."""
    flag = desk.post(f"/assets/{asset_id}/flag/", "editor", {"reason": "copyright"}).json

    def reject() -> None:
        path = f"/moderation/flags/{flag['id']}/resolve/"
        assert desk.post(path, "moderator", {"resolution": "reject_asset"}).status == 200

    return reject
