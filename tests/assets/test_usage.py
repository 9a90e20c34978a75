"""Where an asset is used is counted by those who use it."""

from chalicelib.assets import usage
from chalicelib.core import clock
from chalicelib.core.api.identity import Actor
from chalicelib.tenants import roles
from tests.cloud import Cloud


def test_every_kind_of_place_is_counted_in_the_order_of_answers(cloud: Cloud) -> None:
    actor = Actor(clock.new_id(), clock.new_id(), "nobody@acme.test", roles.BUILT_IN)
    assert usage.count(actor, clock.new_id()) == dict.fromkeys(usage.PLACES, 0)
    assert tuple(usage.count(actor, clock.new_id())) == usage.PLACES


def test_only_known_places_are_counted() -> None:
    assert set(usage.counters.get()) <= set(usage.PLACES)
