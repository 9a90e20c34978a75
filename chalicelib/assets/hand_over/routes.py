"""Handing over over HTTP."""

import msgspec

from chalicelib.assets.hand_over import jobs
from chalicelib.core import clock
from chalicelib.core.api.identity import Actor
from chalicelib.core.api.routing import Routes
from chalicelib.core.errors import NotFound, invalid
from chalicelib.core.outbox import Person
from chalicelib.tenants import members, scopes
from chalicelib.tenants.models import Member
from chalicelib.tenants.roles import ADMINS

api = Routes[Actor](
    __name__,
    scopes=scopes.TENANT,
    loaders={"member_id": ("member", lambda actor, value: members.get(actor.tenant_id, value))},
    variables={"member_id": "The member's id or address."},
)


class Taker(msgspec.Struct):
    """Who gets what the member owns.

    Attributes:
        to: another active member, by id or address.
    """

    to: str


class HandOverBegun(msgspec.Struct):
    """The job that hands over.

    Attributes:
        job_id: its id, to ask `GET processing/{id}/status/` for.
    """

    job_id: str


@api.post("/members/{member_id}/hand_over", may=ADMINS, status=202, problems=[NotFound])
def hand_over(actor: Actor, member: Member, body: Taker) -> HandOverBegun:
    """Hand over all of a member's assets, share links and open assignments to another member.

    What is planned for an asset, such as a publication, goes with it. An assignment that the other
    one may not have, for it is about an upload of their own, stays where it is.
    """
    taker = members.get(actor.tenant_id, body.to)
    if taker.id == member.id:
        raise invalid("to", "Must be another member")
    if not taker.is_active:
        raise invalid("to", "Not an active member")
    giver = Person(member.id, member.email)
    job = jobs.request(
        actor.tenant_id, giver, Person(taker.id, taker.email), actor.person, clock.now()
    )
    return HandOverBegun(job.job_id)
