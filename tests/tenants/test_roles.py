"""Roles, and what they let a member do."""

import pytest

from chalicelib.tenants import roles
from chalicelib.tenants.models import Member


@pytest.mark.parametrize(
    ("names", "may"),
    [
        (["contributor"], True),
        (["viewer", "editor"], True),
        (["admin"], True),
        (["viewer", "Legal"], False),
        (["moderator"], False),
        ([], False),
    ],
)
def test_who_may_upload(names: list[str], may: bool) -> None:
    member = Member("acme", "MEMBER#1", email="a@acme.test", roles=names, is_active=True)
    assert roles.may_upload(member) is may
    member.is_active = False
    assert not roles.may_upload(member)


def test_every_group_is_of_reef_s_own_roles() -> None:
    groups = (roles.CONTRIBUTORS, roles.EDITORS, roles.MODERATORS, roles.OVERSEERS, roles.ADMINS)
    assert all(group <= roles.BUILT_IN for group in groups)
    assert all(roles.ADMIN in group for group in groups)
