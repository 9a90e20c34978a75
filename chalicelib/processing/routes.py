"""Processing jobs over HTTP."""

import time
from typing import Annotated

import msgspec

from chalicelib.assets.models import Upload
from chalicelib.core import clock
from chalicelib.core.errors import Conflict
from chalicelib.core.identity import Actor
from chalicelib.core.routing import Routes
from chalicelib.processing import jobs
from chalicelib.processing.jobs import Job
from chalicelib.tenants.quotas import QuotaExceeded
from chalicelib.tenants.roles import CONTRIBUTORS, MEMBERS

api = Routes(__name__, loaders={"job_id": ("upload", jobs.find_upload)})

_POLL_SECONDS = (0.1, 1.0)
"""The first and the longest wait between two looks at a job, each half as long again."""


class StatusQuery(msgspec.Struct):
    """How long to wait for the next change."""

    wait: Annotated[float, msgspec.Meta(ge=0, le=20)] = 0


class Retried(msgspec.Struct):
    """The job that runs again."""

    job_id: str


@api.get("/processing/{job_id}/status", may=MEMBERS)
def show_job(upload: Upload, query: StatusQuery) -> Job:
    """Show a job, by its id or its asset's; `wait` answers at the next change."""
    deadline = time.monotonic() + query.wait
    first = job = jobs.describe(upload)
    pause, longest = _POLL_SECONDS
    while job == first and job.status in {"pending", "running"} and time.monotonic() < deadline:
        time.sleep(pause)  # DynamoDB has nothing to wait on
        pause = min(longest, pause * 1.5)
        job = jobs.describe(upload)
    return job


@api.post(
    "/processing/{job_id}/retry", may=CONTRIBUTORS, status=202, problems=[Conflict, QuotaExceeded]
)
def retry_job(actor: Actor, upload: Upload) -> Retried:
    """Run the failed tasks of a job again."""
    jobs.retry(upload, actor, clock.now())
    return Retried(upload.upload_id)
