"""How a task begins and ends."""

from datetime import UTC, datetime, timedelta

from chalicelib.assets.tasks import Task, TaskError
from chalicelib.processing import tasks

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_each_attempt_counts_and_forgets_the_one_before() -> None:
    failed = tasks.ended(tasks.begun(Task(job_type="metadata"), NOW), NOW, TaskError("x", "X."))
    again = tasks.begun(failed, NOW)
    assert (failed.status, failed.attempts) == ("failed", 1)
    assert (again.status, again.attempts, again.error) == ("running", 2, None)


def test_what_has_ended_says_how_long_it_took_and_how_much_memory() -> None:
    task = tasks.begun(Task(job_type="thumbnail"), NOW)
    done = tasks.ended(task, NOW + timedelta(seconds=1.5), peak_memory_bytes=10)
    assert (done.status, done.duration_seconds, done.peak_memory_bytes) == ("completed", 1.5, 10)
    assert tasks.ended(Task(job_type="thumbnail"), NOW).duration_seconds == 0


def test_decoding_is_shown_as_a_thumbnail_task() -> None:
    assert [tasks.job_type_of(name) for name in tasks.CONTENT_TASKS] == [
        "thumbnail",
        "metadata",
        "thumbnail",
    ]
