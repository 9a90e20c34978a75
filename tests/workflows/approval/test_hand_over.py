"""What a member has to decide goes to another one, unless that one may not decide it."""

from chalicelib.assets.hand_over.parts import Handing, Moved
from chalicelib.core import clock
from chalicelib.core.outbox import SYSTEM, Person
from chalicelib.workflows.approval import hand_over as assignments
from tests.assets.hand_over.owned import acme, hand_over, owned
from tests.cloud import Cloud, Tenant
from tests.shared import cloud, team

__all__ = ["acme", "cloud", "owned", "team"]


def test_what_the_other_one_may_not_decide_stays_where_it_is(
    cloud: Cloud, acme: Tenant, owned: dict[str, str]
) -> None:
    admin = acme.email("admin")
    done = hand_over(cloud, acme, to="other")  # whose own upload is under review
    assert done["handed_over"]["assignments"] == 0
    review = cloud.get(f"/workflows/{owned['review']}/", admin).json
    assert [(one["user"]["email"], one["status"]) for one in review["steps"][0]["assignments"]] == [
        (acme.email("leaver"), "pending")
    ]


def test_whoever_has_a_part_already_gets_no_second_one(
    cloud: Cloud, acme: Tenant, owned: dict[str, str]
) -> None:
    people = [Person(acme.members[one], acme.email(one)) for one in ("leaver", "heir")]
    there, back = Handing(acme.id, *people, SYSTEM), Handing(acme.id, *people[::-1], SYSTEM)
    assert assignments.take(there, None, clock.now()) == Moved(1)
    assert assignments.take(there, None, clock.now()) == Moved(0)
    assert assignments.take(back, None, clock.now()) == Moved(0)
    review = cloud.get(f"/workflows/{owned['review']}/", acme.email("admin")).json
    assert [(one["user"]["email"], one["status"]) for one in review["steps"][0]["assignments"]] == [
        (acme.email("leaver"), "delegated"),
        (acme.email("heir"), "pending"),
    ]
