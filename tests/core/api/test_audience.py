"""Who a route is for, and how a caller says who they are."""

from dataclasses import dataclass
from typing import Any

import pytest

from chalicelib.core.api import audience
from chalicelib.core.api.audience import Audience, Authenticator
from chalicelib.core.api.identity import Actor, refused
from chalicelib.core.api.routing import Routes
from chalicelib.core.errors import Forbidden
from tests.core.api.made import Made
from tests.shared import assert_problem


@dataclass(frozen=True)
class Player:
    tenant_id: str
    id: str


MEMBER = Actor("acme", "anna", "anna@acme.test", frozenset({"viewer"}))
AWAY = Actor("acme", "ben", "ben@acme.test", frozenset({"viewer"}), is_active=False)
KEY = Actor("acme", "anna", "anna@acme.test", frozenset({"admin"}))
PLAYER = Player("acme", "lobby")


def known(**by_token: Any) -> Any:
    """Authenticate by a list of tokens."""

    def authenticate(token: str) -> Any:
        if token not in by_token:
            raise refused()
        return by_token[token]

    return authenticate


@pytest.fixture(autouse=True)
def authenticators(monkeypatch: pytest.MonkeyPatch) -> None:
    given = [
        Authenticator(Audience.MEMBERS, "", known(anna=MEMBER, ben=AWAY, rk_1=MEMBER)),
        Authenticator(Audience.API_KEYS, "rk_", known(rk_1=KEY)),
        Authenticator(Audience.DEVICES, "rd_", known(rd_1=PLAYER)),
    ]
    monkeypatch.setattr(audience.authenticators, "_provider", lambda: given)


def who(of: Audience, may: frozenset[str] | None = None) -> Made:
    """Serve one route that says who asks."""
    group = Routes[Any](
        __name__,
        base="",
        audience=of,
        loaders={"name": ("thing", lambda caller, name: f"{name} of {caller and caller.id}")},
    )

    @group.get("/who/{name}", may=may)
    def show(actor: Actor | None, thing: str) -> dict[str, Any]:
        return {"id": actor.id if actor else None, "thing": thing}

    return Made(group)


def ask(made: Made, token: str | None) -> Any:
    headers = {} if token is None else {"authorization": f"Bearer {token}"}
    return made.get("/who/x", **headers)


def test_members_alone_come_in_where_a_route_is_for_members() -> None:
    made = who(Audience.MEMBERS, frozenset())
    assert ask(made, "anna").json == {"id": "anna", "thing": "x of anna"}
    for token in (None, "nobody", "rd_1", "rk_2"):
        assert_problem(ask(made, token), 401, "unauthenticated")
    for token in ("ben", "rk_1"):
        assert_problem(ask(made, token), 403, "forbidden")


def test_an_api_key_has_roles_like_its_member() -> None:
    both = Audience.MEMBERS | Audience.API_KEYS
    admins = who(both, frozenset({"admin"}))
    assert ask(admins, "rk_1").status == 200
    assert_problem(ask(admins, "anna"), 403, "forbidden")
    assert_problem(ask(admins, "rd_1"), 401, "unauthenticated")
    assert_problem(ask(who(Audience.API_KEYS, frozenset()), "anna"), 401, "unauthenticated")


def test_where_anybody_may_come_nobody_is_asked() -> None:
    made = who(Audience.ANYONE)
    for token in (None, "anna", "nobody", "rk_1"):
        assert ask(made, token).json == {"id": None, "thing": "x of None"}


def test_somebody_who_says_who_they_are_is_known_where_nobody_has_to() -> None:
    made = who(Audience.ANYONE | Audience.MEMBERS)
    assert ask(made, None).json == {"id": None, "thing": "x of None"}
    assert ask(made, "anna").json == {"id": "anna", "thing": "x of anna"}
    for token in ("nobody", "rk_1", "rd_1"):
        assert_problem(ask(made, token), 401, "unauthenticated")


def test_a_device_comes_as_a_device(caplog: pytest.LogCaptureFixture) -> None:
    group = Routes[Player](__name__, base="", audience=Audience.DEVICES)

    @group.get("/manifest")
    def show(device: Player) -> dict[str, str]:
        return {"id": device.id}

    made = Made(group)
    with caplog.at_level("INFO"):
        assert made.get("/manifest", authorization="Bearer rd_1").json == {"id": "lobby"}
    (line,) = [one for one in caplog.records if one.message == "request"]
    assert vars(line)["device_id"] == "lobby"
    assert vars(line)["tenant_id"] == "acme"
    assert_problem(made.get("/manifest", authorization="Bearer anna"), 401, "unauthenticated")
    assert_problem(made.get("/manifest"), 401, "unauthenticated")


def test_the_authenticator_may_refuse_the_owner_of_a_good_token(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def authenticate(token: str) -> Actor:
        raise Forbidden("You are not a member of this tenant.")

    given = [Authenticator(Audience.MEMBERS, "", authenticate)]
    monkeypatch.setattr(audience.authenticators, "_provider", lambda: given)
    assert_problem(ask(who(Audience.MEMBERS, frozenset()), "anna"), 403, "forbidden")
