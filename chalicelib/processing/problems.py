"""What can be wrong with a file, in words for the person who uploaded it."""


class MediaProblem(Exception):
    """A file cannot be processed, and trying again would not help.

    `duration_seconds` and `peak_memory_bytes` tell what the attempt cost, where it was measured.
    """

    code = "unreadable"
    message = "This file cannot be processed."

    def __init__(self, message: str = "") -> None:
        self.message = message or type(self).message
        self.duration_seconds: float | None = None
        self.peak_memory_bytes: int | None = None
        super().__init__(self.message)


class Unreadable(MediaProblem):
    """The bytes are damaged, cut short, or not what their type says."""

    code = "unreadable"
    message = "This file is damaged or incomplete and cannot be opened. Export it again."


class TooLargeToDecode(MediaProblem):
    """The picture would take more memory than there is for one file."""

    code = "too_large_to_decode"
    message = "This picture is too large to decode. Make it smaller and upload it again."


class ProcessingTimeout(MediaProblem):
    """The work on this file took longer than any ordinary file needs."""

    code = "processing_timeout"
    message = "Processing this file took too long. A simpler or shorter file may work."


class Unforeseen(MediaProblem):
    """A library failed in a way that nobody foresaw; the same bytes would make it fail again.

    `trace` is for the log alone.
    """

    code = "processing_failed"
    message = "Reef could not process this file. Export it again, or in another format."

    def __init__(self, message: str = "", trace: str = "") -> None:
        self.trace = trace
        super().__init__(message)


BY_CODE: dict[str, type[MediaProblem]] = {
    problem.code: problem for problem in (Unreadable, TooLargeToDecode, ProcessingTimeout)
}
"""The problems by their code, to raise again what a child process reported."""
