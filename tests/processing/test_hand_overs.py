"""Jobs that hand over are followed like other jobs."""

from chalicelib.assets.hand_over import jobs
from chalicelib.core import clock
from chalicelib.core.outbox import SYSTEM, Person
from chalicelib.processing import hand_overs
from tests.assets.hand_over.owned import acme, hand_over
from tests.cloud import Cloud, Tenant
from tests.shared import Team, assert_problem, cloud, team

__all__ = ["acme", "cloud", "team"]


def test_a_job_is_for_admins_alone(cloud: Cloud, acme: Tenant, team: Team) -> None:
    done = hand_over(cloud, acme)
    path = f"/processing/{done['id']}/status/"
    for email in (acme.email("heir"), acme.email("leaver"), team("admin").email("admin")):
        assert_problem(cloud.get(path, email), 404, "not_found")


def test_progress_follows_the_parts(cloud: Cloud, acme: Tenant) -> None:
    person = Person(acme.members["heir"], acme.email("heir"))
    job = jobs.request(acme.id, SYSTEM, person, SYSTEM, clock.now())
    assert hand_overs.describe(job).progress_percent == 100
    job.status, job.finished_at, shown = "running", None, []
    for part in range(6):
        job.part = part
        shown.append(hand_overs.describe(job).progress_percent)
    assert shown == [0, 20, 40, 60, 80, 99]
    assert hand_overs.read_again(job).status == "completed"
