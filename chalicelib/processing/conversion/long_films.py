"""What the state machine asks for of a long film: a piece, the joining, or the end of a failure."""

import tempfile

from chalicelib.assets import contents
from chalicelib.assets.contents import Content
from chalicelib.assets.models import content_key
from chalicelib.assets.tasks import TaskError
from chalicelib.core.entrypoint import RetryLater
from chalicelib.core.tables import find_together
from chalicelib.processing import refreshing, run_tasks
from chalicelib.processing.conversion import outcomes, segments
from chalicelib.processing.conversion.models import Conversion

JOIN, GIVE_UP = "join", "give up"
"""What is asked for besides pieces."""

_WAIT_SECONDS = 15


def work_on(tenant_id: str, sha256: str, sort_key: str, run: str, asked: str) -> None:
    """Do what an execution asks for, unless another run has begun meanwhile. Idempotent.

    Args:
        tenant_id: whose film.
        sha256: of its content.
        sort_key: of its conversion.
        run: the execution's name.
        asked: the name of a piece, `JOIN` or `GIVE_UP`.

    Raises:
        RetryLater: the surroundings failed, or a version is not ready to show it yet.
    """
    from chalicelib.processing.media.sandbox import WorkerFailed
    from chalicelib.processing.problems import MediaProblem

    key = content_key(tenant_id, sha256)
    content, conversion = find_together((Content, key, "CONTENT"), (Conversion, key, sort_key))
    if content is None or conversion is None or conversion.run != run:
        return
    if conversion.task.status == "completed":
        _show(content, conversion)
    if conversion.task.status != "running":
        return
    if asked == GIVE_UP:
        outcomes.fail(conversion, conversion.task, segments.GAVE_UP)
        return
    try:
        if asked != JOIN:
            segments.make_piece(content, conversion, asked)
            return
        with tempfile.TemporaryDirectory(prefix="reef-") as folder:
            made = segments.joined(content, conversion, folder)
            outcomes.keep(content, conversion, conversion.task, made)
    except WorkerFailed as failed:
        raise RetryLater(f"the worker failed: {failed}", _WAIT_SECONDS) from failed
    except MediaProblem as problem:
        run_tasks.note(problem, content)
        error = TaskError(problem.code, problem.message)
        outcomes.fail(conversion, conversion.task, error, problem)
        return
    _show(content, conversion)


def _show(content: Content, conversion: Conversion) -> None:
    fresh = contents.get(content.tenant_id, content.sha256) or content
    refreshing.show(fresh)
    outcomes.finish(conversion)
    segments.forget_pieces(content, conversion)
