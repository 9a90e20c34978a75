"""Whatever is done afterwards to a sealed trail is found."""

import itertools
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.core import clock
from chalicelib.tenants.audit import seals as sealing
from chalicelib.tenants.audit import verification
from chalicelib.tenants.models import seals_key
from tests.cloud import Cloud
from tests.tenants.trail import (
    changed,
    forge,
    happen,
    later,
    record_item,
    remove,
    sealed,
    seals,
    stored,
)

DISPATCH = "dispatch_records"


@pytest.fixture
def tenant_id(cloud: Cloud) -> str:
    """A tenant with nine records in three seals; its creation is the first record of all."""
    tenant_id = cloud.tenant(f"sealed{next(_numbers)}").id
    for count in (2, 3, 3):
        happen(tenant_id, count)
        cloud.run(DISPATCH)
    return tenant_id


_numbers = itertools.count(1)


def last(tenant_id: str, seal: int = 1, record: int = 0) -> str:
    """Name a record by the position of its seal."""
    return sorted(seals(tenant_id)[seal].records)[record]


def test_an_untouched_trail_is_intact(tenant_id: str) -> None:
    report = later(tenant_id)
    assert (report.faults, report.records, report.seals, report.fresh) == ([], 9, 3, 0)
    assert report.head == seals(tenant_id)[-1].hash
    assert [len(seal.records) for seal in seals(tenant_id)] == [3, 3, 3]
    assert [seal.previous for seal in seals(tenant_id)] == [
        "",
        *(seal.hash for seal in seals(tenant_id)[:-1]),
    ]


@pytest.mark.parametrize(
    "attributes",
    [
        {"new": {"S": '{"number":7}'}},
        {"actor": {"S": '{"id":"somebody","email":""}'}},
        {"at": {"S": "2020-01-01T00:00:00.000Z"}},
        {"slipped_in": {"S": "x"}},
        {"schema_version": {"N": "2"}},
    ],
    ids=lambda attributes: next(iter(attributes)),
)
def test_a_changed_record_is_named(tenant_id: str, attributes: dict[str, Any]) -> None:
    identifier = last(tenant_id)
    forge(changed(record_item(tenant_id, identifier), **attributes))
    assert later(tenant_id).faults == [f"record {identifier} was changed"]


def test_a_removed_record_is_named(tenant_id: str) -> None:
    identifier = last(tenant_id)
    remove(record_item(tenant_id, identifier))
    assert later(tenant_id).faults == [f"record {identifier} is missing"]


def test_records_that_changed_places_are_named(tenant_id: str) -> None:
    one, other = last(tenant_id, 0), last(tenant_id, 2)
    items = [record_item(tenant_id, identifier) for identifier in (one, other)]
    forge(changed(items[0], sk=items[1]["sk"]))
    forge(changed(items[1], sk=items[0]["sk"]))
    assert later(tenant_id).faults == [
        f"record {identifier} was changed" for identifier in sorted((one, other))
    ]


def test_a_record_slipped_in_past_the_stream_is_named(tenant_id: str) -> None:
    forged = clock.new_id(clock.id_time(last(tenant_id)))
    forge(changed(record_item(tenant_id, last(tenant_id)), sk={"S": forged}))
    assert later(tenant_id).faults == [f"record {forged} was never sealed"]


def test_a_record_slipped_in_under_no_id_of_ours_is_named(tenant_id: str) -> None:
    forge(changed(record_item(tenant_id, last(tenant_id)), sk={"S": "zzz"}))
    assert later(tenant_id).faults == ["record zzz was never sealed"]


def test_a_record_of_long_ago_that_was_sealed_today_is_named(cloud: Cloud) -> None:
    now = clock.now()
    created = now - timedelta(days=40)
    tenant_id = clock.new_id(created)
    (true,) = happen(tenant_id, 1, now)
    (forged,) = happen(tenant_id, 1, now - timedelta(days=35))
    cloud.run(DISPATCH)
    assert set(sealed(tenant_id)) == {true, forged}
    at = seals(tenant_id)[0].at
    assert later(tenant_id).faults == [f"record {forged} is backdated: it was sealed at {at}"]


def test_a_copy_of_a_record_in_another_month_is_named(cloud: Cloud) -> None:
    now = clock.now()
    tenant_id = clock.new_id(now - timedelta(days=40))
    (identifier,) = happen(tenant_id, 1, now)
    cloud.run(DISPATCH)
    month = f"{tenant_id}#{clock.id_time(tenant_id):%Y-%m}"
    forge(changed(record_item(tenant_id, identifier), pk={"S": month}))
    assert later(tenant_id).faults == [f"record {identifier} was changed"]


def test_a_chain_cut_at_its_end_is_found_by_the_records_behind_it(tenant_id: str) -> None:
    behind = sorted(seals(tenant_id)[-1].records)
    remove(stored(seals_key(tenant_id), seals(tenant_id)[-1].sk))
    assert later(tenant_id).faults == [f"record {name} was never sealed" for name in behind]


def test_a_chain_cut_with_its_records_is_found_by_a_kept_head(tenant_id: str) -> None:
    head = later(tenant_id).head
    cut = seals(tenant_id)[-1]
    for identifier in cut.records:
        remove(record_item(tenant_id, identifier))
    remove(stored(seals_key(tenant_id), cut.sk))
    now = clock.now() + timedelta(minutes=2)
    assert verification.verify(tenant_id, now).is_intact
    assert verification.verify(tenant_id, now, head).faults == [f"no seal has the hash {head}"]


def test_a_kept_head_is_found_in_a_chain_that_went_on(cloud: Cloud, tenant_id: str) -> None:
    head = later(tenant_id).head
    happen(tenant_id, 1)
    cloud.run(DISPATCH)
    report = verification.verify(tenant_id, clock.now() + timedelta(minutes=2), head)
    assert (report.faults, report.seals) == ([], 4)


def test_a_missing_link_is_found(tenant_id: str) -> None:
    lost = seals(tenant_id)[1]
    remove(stored(seals_key(tenant_id), lost.sk))
    assert later(tenant_id).faults == [
        "seal 000000000003 does not follow the one before it",
        *(f"record {identifier} was never sealed" for identifier in sorted(lost.records)),
    ]


def test_a_changed_seal_is_found(tenant_id: str) -> None:
    seal = seals(tenant_id)[1]
    item = stored(seals_key(tenant_id), seal.sk)
    forge(changed(item, at={"S": "2020-01-01T00:00:00.000Z"}))
    assert later(tenant_id).faults == ["seal 000000000002 was changed"]


def test_a_seal_forged_anew_for_a_changed_record_breaks_the_chain(tenant_id: str) -> None:
    identifier, seal = last(tenant_id), seals(tenant_id)[1]
    item = changed(record_item(tenant_id, identifier), new={"S": '{"number":7}'})
    forge(item)
    seal.records[identifier] = sealing.record_hash(item)
    seal.hash = sealing.seal_hash(seal)
    seal.save()
    assert later(tenant_id).faults == ["seal 000000000003 does not follow the one before it"]


@pytest.mark.parametrize("records", [{"S": "{"}, {"N": "1"}, None], ids=str)
def test_a_seal_that_cannot_be_read_is_named(tenant_id: str, records: Any) -> None:
    item = stored(seals_key(tenant_id), seals(tenant_id)[2].sk)
    if records is None:
        del item["records"]
    forge(item if records is None else changed(item, records=records))
    assert later(tenant_id).faults[0] == "seal 000000000003 was changed"


def test_what_is_new_may_wait_for_its_seal_for_a_minute(cloud: Cloud, tenant_id: str) -> None:
    (identifier,) = happen(tenant_id, 1)
    made = clock.id_time(identifier)
    at_once = verification.verify(tenant_id, made + timedelta(seconds=59))
    assert (at_once.is_intact, at_once.fresh) == (True, 1)
    overdue = verification.verify(tenant_id, made + timedelta(seconds=61))
    assert overdue.faults == [f"record {identifier} was never sealed"]
    cloud.run(DISPATCH)
    assert verification.verify(tenant_id, made + timedelta(seconds=61)).is_intact
