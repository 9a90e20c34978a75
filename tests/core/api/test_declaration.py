"""A declaration that is not whole is refused when it is made."""

from typing import Any

import msgspec
import pytest

from chalicelib.core.api.audience import Audience
from chalicelib.core.api.identity import Actor
from chalicelib.core.api.routing import Routes


class Link(msgspec.Struct):
    name: str


@pytest.mark.parametrize(
    ("audience", "may"),
    [
        (Audience.MEMBERS, None),
        (Audience.API_KEYS, None),
        (Audience.ANYONE, frozenset({"admin"})),
        (Audience.ANYONE | Audience.MEMBERS, frozenset({"admin"})),
        (Audience.DEVICES, frozenset({"admin"})),
        (Audience.DEVICES | Audience.MEMBERS, frozenset({"admin"})),
        (Audience.DEVICES | Audience.ANYONE, None),
    ],
)
def test_roles_are_for_members_and_devices_are_by_themselves(
    audience: Audience, may: frozenset[str] | None
) -> None:
    group = Routes[Any](__name__, audience=audience)
    with pytest.raises(TypeError, match="GET /api/v3/a"):
        group.get("/a", may=may)(lambda: None)
    assert group.routes == []


def test_a_view_asks_for_nothing_that_nothing_gives() -> None:
    group = Routes[Actor](__name__)

    def show(actor: Actor, aset: Link) -> Link:
        return aset

    with pytest.raises(TypeError, match=r"GET /api/v3/assets/\{asset_id\}.*'aset'"):
        group.get("/assets/{asset_id}", may=frozenset())(show)
