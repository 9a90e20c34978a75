"""What is under way is found among the newest assets; `test_statistics.py` lists jobs over HTTP."""

from chalicelib.processing import listing
from tests.journeys.pipeline import Pipeline

pytest_plugins = ["tests.journeys.pipeline"]


def test_what_waits_and_runs_is_told_until_it_ends(pipeline: Pipeline) -> None:
    assert listing.under_way(pipeline.acme.id) == []
    pipeline.upload(b"Low tide.", content_type="text/plain", filename="a.txt")
    pipeline.cloud.run("route_upload", "scan_upload")
    found = listing.under_way(pipeline.acme.id)
    assert {task.job_type for task in found} == {"thumbnail", "metadata"}
    pipeline.cloud.run()
    assert listing.under_way(pipeline.acme.id) == []
