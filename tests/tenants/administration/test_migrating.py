"""Items of an earlier schema version are moved while everybody works, however often it is cut."""

import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.core import clock
from chalicelib.core.aws import client
from chalicelib.core.outbox import SYSTEM
from chalicelib.core.settings import settings
from chalicelib.core.tables import ConditionFailed
from chalicelib.tenants import invitations, members, memberships
from chalicelib.tenants.administration import migrating
from chalicelib.tenants.administration.migrating import Migrated
from tests.cloud import Cloud

OLD = json.loads((Path(__file__).parent / "schema_1.json").read_text("utf-8"))
TENANT = "01900000-0000-7000-8000-000000000001"


@pytest.fixture
def old(cloud: Cloud) -> list[str]:
    """Store a tenant as the code of schema version 1 wrote it; gives its members' ids."""
    for image in OLD:
        client("dynamodb").put_item(TableName=settings().tenants_table, Item=image)
    return [one["sk"]["S"].removeprefix("MEMBER#") for one in OLD if one["sk"]["S"][0] == "M"]


def tenants(person_id: str) -> set[str]:
    found = memberships.of(person_id)
    return set(found.tenants or ()) if found else set()


def test_members_get_their_memberships_in_parts_and_once(cloud: Cloud, old: list[str]) -> None:
    assert [tenants(one) for one in old] == [set()] * 3
    assert members.get(TENANT, old[0]).roles == ["admin"]  # read as they are
    assert migrating.migrate(most=1) == {"memberships": Migrated(1, 0)}
    assert sorted(map(len, map(tenants, old))) == [0, 0, 1]
    assert migrating.migrate() == {"memberships": Migrated(2, 0)}
    assert [tenants(one) for one in old] == [{TENANT}] * 3
    assert migrating.migrate() == {"memberships": Migrated(0, 0)}
    assert members.get(TENANT, old[0]).schema_version == 2


def test_what_changes_meanwhile_is_left_alone_and_the_new_is_not_touched(
    cloud: Cloud, old: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    behind = migrating._behind

    def while_somebody_works(step: Any) -> Any:
        for image in behind(step):
            if image["sk"]["S"].endswith(old[1]):  # removed just before it is moved
                members.expel(members.get(TENANT, old[1]), SYSTEM, clock.now())
            yield image

    monkeypatch.setattr(migrating, "_behind", while_somebody_works)
    assert migrating.migrate() == {"memberships": Migrated(2, 1)}
    assert tenants(old[1]) == set()
    made = invitations.invite(TENANT, "new@old.test", ["viewer"], SYSTEM, clock.now())
    assert made.schema_version == 2
    monkeypatch.undo()
    assert migrating.migrate() == {"memberships": Migrated(0, 0)}


def test_a_step_that_is_cut_off_leaves_an_item_whole(
    cloud: Cloud, old: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(memberships, "joining", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            migrating.migrate()
    with pytest.raises(ConditionFailed):
        migrating.STEPS[0].move(OLD[0] | {"created_at": {"S": "another time"}})
