"""Invitations at once: one comes about, and the password that it mails is good."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from unittest.mock import ANY

import pytest
from moto.ses.models import ses_backends

from chalicelib.core import clock, mail
from chalicelib.core.aws import client
from chalicelib.core.settings import settings
from chalicelib.tenants import directory, memberships
from tests.cloud import PASSWORD, Answer, Cloud, Tenant
from tests.shared import Team


@contextmanager
def just(before: str, operation: str, deed: Callable[[], Any]) -> Iterator[None]:
    """Do something once, just before or after the user pool is asked for something."""
    events, done = client("cognito-idp").meta.events, []
    name = f"{before}-call.cognito-idp.{operation}"

    def do(**_: Any) -> None:
        if not done:
            done.append(True)
            deed()

    events.register(name, do)
    try:
        yield
    finally:
        events.unregister(name, do)


def passwords(email: str) -> list[str]:
    """Give the passwords that were mailed to somebody."""
    return [
        body.partition("temporary password ")[2].split()[0]
        for body in mails(email)
        if "temporary password " in body
    ]


def mails(email: str) -> list[str]:
    """Give the bodies of the mails that went to somebody."""
    sent = ses_backends["123456789012"]["us-east-1"].sent_messages
    return [one.body for one in sent if one.destinations["ToAddresses"] == [email]]


def lets_in(email: str, password: str) -> bool:
    answer = client("cognito-idp").admin_initiate_auth(
        UserPoolId=settings().user_pool_id,
        ClientId=settings().jwt_audience,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": email, "PASSWORD": password},
    )
    return bool(answer["ChallengeName"] == "NEW_PASSWORD_REQUIRED")


def invite(cloud: Cloud, tenant: Tenant, email: str) -> Answer:
    return cloud.post("/members/", tenant.email("admin"), {"email": email, "roles": ["viewer"]})


@pytest.mark.parametrize("moment", ["before", "after"])
def test_of_three_invitations_at_once_one_comes_about_and_its_password_is_good(
    cloud: Cloud, team: Team, moment: str
) -> None:
    tenant, email = team("admin"), f"three-{moment}@x.test"
    answers: list[Answer] = []

    def second() -> None:
        with just(moment, "AdminCreateUser", lambda: answers.append(invite(cloud, tenant, email))):
            answers.append(invite(cloud, tenant, email))

    with just(moment, "AdminCreateUser", second):
        answers.append(invite(cloud, tenant, email))
    assert sorted(answer.status for answer in answers) == [201, 409, 409]
    (password,) = passwords(email)
    assert lets_in(email, password)


def test_an_invitation_that_was_interrupted_is_repeated_with_a_password_that_is_good(
    cloud: Cloud, team: Team
) -> None:
    tenant, email = team("admin"), "again@x.test"
    directory.create(tenant.id, email)
    assert invite(cloud, tenant, email).status == 201
    (password,) = passwords(email)
    assert lets_in(email, password)


def test_who_is_invited_again_while_being_removed_can_sign_in(cloud: Cloud, team: Team) -> None:
    tenant = team("admin", "viewer")
    email, admin = tenant.email("viewer"), tenant.email("admin")
    answers: list[Answer] = []
    with just("before", "AdminDeleteUser", lambda: answers.append(invite(cloud, tenant, email))):
        gone = cloud.call("DELETE", f"/members/{tenant.members['viewer']}/", admin)
    assert (gone.status, answers[0].status) == (204, 201)
    assert answers[0].json["id"] != tenant.members["viewer"]
    (password,) = passwords(email)
    assert lets_in(email, password)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_three_tenants_that_invite_one_person_at_once_leave_one_password_that_is_good(
    cloud: Cloud, team: Team, moment: str
) -> None:
    tenants, email = [team("admin") for _ in range(3)], f"wanted-{moment}@x.test"
    answers: list[Answer] = []
    for tenant in tenants:
        cloud.token(tenant.email("admin"))

    def second() -> None:
        def third() -> None:
            answers.append(invite(cloud, tenants[2], email))

        with just(moment, "AdminCreateUser", third):
            answers.append(invite(cloud, tenants[1], email))

    with just(moment, "AdminCreateUser", second):
        answers.append(invite(cloud, tenants[0], email))
    assert [answer.status for answer in answers] == [201, 201, 201]
    assert len({answer.json["id"] for answer in answers}) == 1
    (password,) = passwords(email)
    assert lets_in(email, password)
    assert len(mails(email)) == 3


def test_an_invitation_tells_nobody_but_the_person_whether_the_address_is_known(
    cloud: Cloud, team: Team
) -> None:
    mine, theirs = team("admin"), team("admin", "viewer")
    known = invite(cloud, mine, theirs.email("viewer"))
    unknown = invite(cloud, mine, "nobody.yet@x.test")
    assert (known.status, known.json.keys()) == (unknown.status, unknown.json.keys()) == (201, ANY)
    assert known.headers.keys() == unknown.headers.keys()
    assert theirs.id not in known.content.decode()
    (told,) = mails(theirs.email("viewer"))
    assert "temporary" not in told
    assert f"Sign in at {settings().public_url}/\n" in told
    # The password that they have goes on to work, and their token still is for their own tenant.
    assert cloud.get("/tenant/", theirs.email("viewer")).json["id"] == theirs.id


def test_a_password_that_was_never_sent_is_sent_with_the_next_invitation(
    cloud: Cloud, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other, email = team("admin"), team("admin"), "unlucky@x.test"

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("no mail goes out")

    with monkeypatch.context() as patch:
        patch.setattr(mail, "send", fail)
        assert invite(cloud, one, email).status == 500
    assert mails(email) == []
    assert email not in cloud.get("/members/", one.email("admin")).content.decode()
    assert invite(cloud, other, email).status == 201
    (password,) = passwords(email)
    assert lets_in(email, password)
    assert invite(cloud, one, email).status == 201
    assert passwords(email) == [password]


def test_a_password_that_a_dead_function_was_to_send_is_sent_a_minute_later(
    cloud: Cloud, team: Team
) -> None:
    one, email = team("admin"), "late@x.test"
    person = directory.create(one.id, email)
    began = clock.now() - timedelta(seconds=61)
    assert memberships.begin_password(person.id, began)
    assert not memberships.begin_password(person.id, began + timedelta(seconds=59))
    assert invite(cloud, one, email).status == 201
    (password,) = passwords(email)
    assert lets_in(email, password)


def test_who_was_left_half_invited_elsewhere_signs_in_where_they_are_a_member(
    cloud: Cloud, team: Team
) -> None:
    one, other, email = team("admin"), team("admin"), "half@x.test"
    directory.create(one.id, email)
    assert invite(cloud, other, email).status == 201
    (password,) = passwords(email)
    assert lets_in(email, password)
    directory.set_password(email, PASSWORD, lasting=True)
    assert cloud.get("/tenant/", email).json["id"] == other.id


def test_a_member_of_the_time_before_memberships_were_kept_stays_one(
    cloud: Cloud, team: Team
) -> None:
    old, new = team("admin", "viewer"), team("admin")
    email, person_id = old.email("viewer"), old.members["viewer"]
    kept = memberships.of(person_id)
    assert kept is not None
    kept.delete()
    assert [tenant["id"] for tenant in cloud.get("/me/", email).json["tenants"]] == [old.id]
    assert invite(cloud, new, email).status == 201
    shown = cloud.get("/me/", email).json["tenants"]
    assert {tenant["id"] for tenant in shown} == {old.id, new.id}
