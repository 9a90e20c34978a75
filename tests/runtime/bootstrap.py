"""Plays Lambda's runtime inside a container: `python3.13 bootstrap.py EVENTS ANSWERS`.

EVENTS and ANSWERS are descriptors of pipes that carry a JSON document a line. The first answer
tells how the function's code was loaded, each further one what became of an event. It stands alone:
only what ships is around it.
"""

import importlib
import json
import os
import resource
import sys
import time
import traceback
from types import SimpleNamespace

LIMITS = {resource.RLIMIT_NOFILE: 1024, resource.RLIMIT_CORE: 0}


def main(events, answers):
    for kind, most in LIMITS.items():
        resource.setrlimit(kind, (most, most))
    task = os.environ["LAMBDA_TASK_ROOT"]
    sys.path[:1] = [task, "/opt/python/lib/python3.13/site-packages", "/opt/python"]
    os.chdir(task)
    loaded = timed(load)
    tell(answers, loaded | {"result": None})
    for line in events:
        event = json.loads(line)
        context = context_of(event["timeout_seconds"])
        tell(answers, timed(lambda: loaded["result"](event["event"], context)))  # noqa: B023


def load():
    module, _, name = os.environ["_HANDLER"].rpartition(".")
    return getattr(importlib.import_module(module), name)


def timed(work):
    """Do something; gives its result or its trace, and what it cost this process."""
    wall, own = time.perf_counter(), time.process_time()
    told = {"result": None, "error": None}
    try:
        told["result"] = work()
    except BaseException:
        told["error"] = traceback.format_exc()
    told["seconds"] = time.perf_counter() - wall
    told["cpu_seconds"] = time.process_time() - own
    told["peak_memory_bytes"] = sum(
        resource.getrusage(whose).ru_maxrss * 1024
        for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return told


def context_of(timeout_seconds):
    ends_at = time.monotonic() + timeout_seconds
    name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
    return SimpleNamespace(
        function_name=name,
        function_version="$LATEST",
        invoked_function_arn=f"arn:aws:lambda:us-east-1:123456789012:function:{name}",
        memory_limit_in_mb=os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"],
        aws_request_id=f"{time.time_ns():032x}",
        log_group_name=f"/aws/lambda/{name}",
        log_stream_name="stage",
        get_remaining_time_in_millis=lambda: max(0, int((ends_at - time.monotonic()) * 1000)),
    )


def tell(answers, told):
    answers.write(json.dumps(told) + "\n")
    answers.flush()


if __name__ == "__main__":
    with open(int(sys.argv[1])) as events, open(int(sys.argv[2]), "w") as answers:
        main(events, answers)
