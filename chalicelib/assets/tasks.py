"""What is done to bytes, as a job shows it and the tables hold it."""

from typing import Literal

import msgspec

JobType = Literal[
    "virus_scan",
    "thumbnail",
    "metadata",
    "conversion",
    "compression",
    "embed_metadata",
    "zip",
    "hand_over",
    "metadata_import",
    "metadata_export",
    "rename",
]
TaskStatus = Literal["pending", "running", "completed", "failed"]

ContentTask = Literal["thumbnail", "metadata", "decoding"]
"""What is to be done to a content when it has been scanned."""


class TaskError(msgspec.Struct):
    """Why a task failed: a code for programs, a sentence for people.

    Attributes:
        code: for programs, such as `unreadable`; it is the asset's `status_reason`, too.
        message: what happened, in a sentence for people.
    """

    code: str
    message: str


class Segments(msgspec.Struct):
    """How far a long film is that is made in pieces at the same time, its sound one of them.

    Attributes:
        total: how many pieces there are.
        done: how many of them are made.
        longest_seconds: how long the slowest took; null before one is made.
    """

    total: int
    done: int
    longest_seconds: float | None


class Task(msgspec.Struct, kw_only=True):
    """One task of a job; of one that was done for the same bytes before, how it stands alone.

    Attributes:
        job_type: what is done.
        status: how far it is.
        attempts: how often it has begun; what is wrong with the file ends it at once, troubles of
            the machine are tried again.
        started_at: when it began last; null before that, and where an earlier job did it.
        finished_at: when it ended; null before that.
        duration_seconds: how long the last attempt took; null until it has ended.
        peak_memory_bytes: the most memory that it took at once; null where that was not measured.
        error: why it failed; null otherwise.
        segments: of a long film, how far its pieces are; left out otherwise.
    """

    job_type: JobType
    status: TaskStatus = "pending"
    attempts: int = 0
    started_at: str | None = None
    finished_at: str | None = None
    duration_seconds: float | None = None
    peak_memory_bytes: int | None = None
    error: TaskError | None = None
    segments: Segments | msgspec.UnsetType = msgspec.UNSET
