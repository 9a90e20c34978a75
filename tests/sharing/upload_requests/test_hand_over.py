"""Upload requests go to another member, and so does what comes by them."""

from chalicelib.assets.hand_over.parts import Handing, Moved
from chalicelib.core import clock
from chalicelib.core.outbox import SYSTEM, Person
from chalicelib.sharing.upload_requests import hand_over
from tests.assets.hand_over import owned as leaving
from tests.assets.hand_over.owned import acme
from tests.assets.stages import DESCRIBED
from tests.cloud import Cloud, Tenant
from tests.shared import audit, cloud, team

__all__ = ["acme", "cloud", "team"]


def test_requests_and_what_comes_by_them_are_the_heirs(cloud: Cloud, acme: Tenant) -> None:
    made = cloud.post("/upload_requests/", acme.email("leaver"), {"title": "Mine"}).json
    theirs = cloud.post("/upload_requests/", acme.email("other"), {"title": "Theirs"}).json
    done = leaving.hand_over(cloud, acme)
    assert done["handed_over"]["upload_requests"] == 1
    listed = cloud.get("/upload_requests/", acme.email("heir")).json["items"]
    assert [one["id"] for one in listed] == [made["id"]]
    assert cloud.get("/upload_requests/", acme.email("leaver")).json["items"] == []
    (kept,) = cloud.get("/upload_requests/", acme.email("other")).json["items"]
    assert kept == theirs
    cloud.call("DELETE", f"/members/{acme.members['leaver']}/", acme.email("admin"))
    path = f"/request/{made['url'].split('/')[-2]}/"
    assert cloud.fetch("POST", path, None, DESCRIBED).status == 201
    (asset,) = cloud.get("/assets/", acme.email("heir")).json["items"]
    assert asset["uploaded_by"]["email"] == acme.email("heir")
    trail = audit(cloud, acme.email("admin"), f"&subject={made['id']}")
    assert trail[0]["action"] == "upload_request.handed_over"


def test_again_hands_over_nothing(cloud: Cloud, acme: Tenant) -> None:
    cloud.post("/upload_requests/", acme.email("leaver"), {"title": "Mine"})
    giver, taker = (Person(acme.members[one], acme.email(one)) for one in ("leaver", "heir"))
    handing = Handing(acme.id, giver, taker, SYSTEM)
    taken = [hand_over.take(handing, None, clock.now()) for _ in range(2)]
    assert taken == [Moved(1), Moved(0)]
