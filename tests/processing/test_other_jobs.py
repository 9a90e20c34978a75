"""Jobs beside those of uploads are listed while they are there, to those who may see them."""

from datetime import timedelta

from chalicelib.core import clock
from chalicelib.core.api.identity import Actor
from chalicelib.processing import other_jobs
from chalicelib.tenants import roles
from tests.journeys.pipeline import Pipeline

pytest_plugins = ["tests.journeys.pipeline"]


def test_what_is_gone_is_not_listed(pipeline: Pipeline) -> None:
    reserved = pipeline.upload(b"Ebb.", content_type="text/plain", filename="a.txt")
    pipeline.cloud.run()
    asset_id, admin = reserved["asset"]["id"], pipeline.who("admin")
    again = {"asset_id": asset_id, "tasks": ["metadata"]}
    rerun = pipeline.cloud.post("/processing/", admin, again).json["job_id"]
    zipped = pipeline.cloud.post("/assets/zip/", admin, {"asset_ids": [asset_id]}).json["job_id"]
    pipeline.cloud.run()
    member = pipeline.acme.members["admin"]
    actor = Actor(pipeline.acme.id, member, admin, frozenset({roles.ADMIN}))

    def listed(later: timedelta) -> list[str]:
        found, following = other_jobs.page(actor, 50, None, clock.now() + later)
        assert following is None
        return [one.job.id for one in found]

    assert listed(timedelta(0)) == [zipped, rerun]
    assert listed(timedelta(days=8)) == [rerun]
    purged = pipeline.cloud.call("DELETE", f"/assets/{asset_id}/?purge=true", admin)
    assert purged.status == 204
    assert listed(timedelta(0)) == [zipped]
