"""Daily salts: one a tenant and day, random, and forgotten."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from chalicelib.analytics import salts
from chalicelib.analytics.models import DailySalt
from chalicelib.core import clock
from chalicelib.core.tables import find
from tests.analytics.visitors import NOON
from tests.cloud import Cloud


def test_a_tenant_has_one_salt_a_day(cloud: Cloud) -> None:
    one, other = clock.new_id(), clock.new_id()
    salt = salts.of_day(one, NOON)
    assert len(salt) == 32
    assert salts.of_day(one, NOON + timedelta(hours=11)) == salt
    assert salts.of_day(one, NOON + timedelta(hours=12)) != salt
    assert salts.of_day(other, NOON) != salt
    assert salts.of_day(one, NOON) == salt  # after another day, from the table


def test_the_table_forgets_it_a_day_after_its_own(cloud: Cloud) -> None:
    tenant_id = clock.new_id()
    salts.of_day(tenant_id, NOON)
    item = find(DailySalt, *salts.key(tenant_id, NOON))
    assert item is not None
    assert item.ttl == int((NOON.replace(hour=0, minute=0) + timedelta(days=2)).timestamp())


def test_all_who_need_it_first_get_the_same(cloud: Cloud) -> None:
    tenant_id = clock.new_id()
    with ThreadPoolExecutor(8) as threads:
        found = set(threads.map(lambda _: salts.make(tenant_id, NOON), range(8)))
    assert len(found) == 1
