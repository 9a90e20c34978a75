"""moto's interpreter of state machines, which runs the definition that `infra/` deploys."""

import logging
from typing import Any

from moto.stepfunctions.parser.backend.execution_worker import ExecutionWorker

_start: Any = ExecutionWorker.start


def prepare() -> None:
    """Mend what stands in the way of many executions at once."""
    ExecutionWorker.start = _start_with_environment  # type: ignore[method-assign]
    # Several kilobytes about each step whose time is over.
    logging.getLogger("moto.stepfunctions").setLevel(logging.CRITICAL)


def _start_with_environment(worker: Any) -> None:
    """Start an execution that can be asked for its task tokens from the first moment.

    moto asks every running execution for a token that is answered, and fails at one that is only
    about to begin.
    """
    worker.env = worker._get_evaluation_environment()
    _start(worker)
