"""Jobs that rename are followed like other jobs."""

from chalicelib.core import clock
from chalicelib.core.outbox import SYSTEM
from chalicelib.processing import renames
from chalicelib.search.naming.models import MOVE, Move


def test_progress_is_the_share_of_assets_and_full_only_at_the_end() -> None:
    now = clock.timestamp(clock.now())
    job = Move("t#1", MOVE, job_id="1", kind="tag", old="a", new="b", actor=SYSTEM, created_at=now)
    job.total = 3
    shown = []
    for changed in range(5):
        job.changed = changed
        shown.append(renames.describe(job).progress_percent)
    assert shown == [0, 33, 66, 99, 99]
    job.finished_at = now
    done = renames.describe(job)
    assert (done.id, done.status, done.progress_percent) == ("1", "completed", 100)
    assert done.tasks[0].duration_seconds == 0


def test_a_name_that_nothing_had_is_not_divided_by() -> None:
    now = clock.timestamp(clock.now())
    job = Move("t#1", MOVE, job_id="1", kind="tag", old="a", actor=SYSTEM, created_at=now)
    assert renames.describe(job).progress_percent == 0
