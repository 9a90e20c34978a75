"""What a tenant keeps by id is made, changed and removed with a record, and never blindly."""

import itertools
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.core import clock
from chalicelib.core.errors import NotFound
from chalicelib.core.outbox import SYSTEM, AuditRecord
from chalicelib.core.resources import Resource, Resources
from chalicelib.core.settings import settings
from chalicelib.core.tables import find
from tests.cloud import Cloud

MOMENTS = (clock.now() + timedelta(seconds=number) for number in itertools.count())
"""Records sort by their time, so that no two changes happen at one moment."""


@pytest.fixture
def tenant_id(cloud: Cloud) -> str:
    del cloud
    return clock.new_id()


@pytest.fixture
def shelves(cloud: Cloud) -> Resources[Any]:
    """A kind of resource that is in no product."""
    del cloud

    class Shelf(Resource):
        class Meta:
            table_name = settings().workflows_table

    return Resources(Shelf, "SHELF#", "shelf", "shelf")


def records(tenant_id: str, identifier: str) -> list[tuple[str, Any, Any]]:
    found = AuditRecord.by_subject.query(f"{tenant_id}#{identifier}")
    return [(one.action, one.old, one.new) for one in found]


def test_each_change_is_recorded_with_the_values_before_and_after(
    shelves: Resources[Any], tenant_id: str
) -> None:
    made = shelves.create(tenant_id, {"a": 1}, SYSTEM, next(MOMENTS))
    changed = shelves.replace(made, lambda old: old.values | {"b": 2}, SYSTEM, next(MOMENTS))
    assert (changed.values, changed.revision) == ({"a": 1, "b": 2}, 2)
    shelves.delete(changed, SYSTEM, next(MOMENTS))
    assert records(tenant_id, made.id) == [
        ("shelf.created", None, {"a": 1}),
        ("shelf.changed", {"a": 1}, {"a": 1, "b": 2}),
        ("shelf.deleted", {"a": 1, "b": 2}, None),
    ]
    with pytest.raises(NotFound, match="no such shelf"):
        shelves.get(tenant_id, made.id)


def test_they_are_listed_newest_first_by_tenant(shelves: Resources[Any], tenant_id: str) -> None:
    made = [shelves.create(tenant_id, {"n": n}, SYSTEM, next(MOMENTS)) for n in range(3)]
    shelves.create(clock.new_id(), {"n": 9}, SYSTEM, next(MOMENTS))
    listed = shelves.every(tenant_id)
    assert {one.id for one in listed} == {one.id for one in made}
    assert [one.id for one in listed] == sorted((one.id for one in made), reverse=True)


def test_who_was_not_fast_enough_changes_what_the_other_left(
    shelves: Resources[Any], tenant_id: str
) -> None:
    made = shelves.create(tenant_id, {"a": 1}, SYSTEM, next(MOMENTS))
    mine = shelves.get(tenant_id, made.id)
    shelves.replace(made, lambda old: old.values | {"b": 2}, SYSTEM, next(MOMENTS))
    assert shelves.replace(
        mine, lambda old: old.values | {"c": 3}, SYSTEM, next(MOMENTS)
    ).values == {
        "a": 1,
        "b": 2,
        "c": 3,
    }
    assert shelves.get(tenant_id, made.id).revision == 3
    assert records(tenant_id, made.id)[-1][1] == {"a": 1, "b": 2}


def test_the_same_values_change_nothing(shelves: Resources[Any], tenant_id: str) -> None:
    made = shelves.create(tenant_id, {"a": 1}, SYSTEM, next(MOMENTS))
    assert shelves.replace(made, lambda old: {"a": 1}, SYSTEM, next(MOMENTS)).revision == 1
    assert len(records(tenant_id, made.id)) == 1


def test_what_was_deleted_meanwhile_is_not_written_again(
    shelves: Resources[Any], tenant_id: str
) -> None:
    made = shelves.create(tenant_id, {"a": 1}, SYSTEM, next(MOMENTS))
    mine = shelves.get(tenant_id, made.id)
    shelves.delete(made, SYSTEM, next(MOMENTS))
    with pytest.raises(NotFound):
        shelves.replace(mine, lambda old: {"a": 2}, SYSTEM, next(MOMENTS))
    shelves.delete(mine, SYSTEM, next(MOMENTS))
    assert [action for action, *_ in records(tenant_id, made.id)] == [
        "shelf.created",
        "shelf.deleted",
    ]


def test_what_was_written_before_revisions_were_kept_can_be_changed(
    shelves: Resources[Any], tenant_id: str
) -> None:
    made = shelves.create(tenant_id, {"a": 1}, SYSTEM, next(MOMENTS))
    made.update(actions=[type(made).revision.remove()])
    old = find(type(made), made.pk, made.sk)
    assert shelves.replace(old, lambda _: {"a": 2}, SYSTEM, next(MOMENTS)).revision == 2
