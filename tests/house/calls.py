"""Listens to every call to AWS in this process, and knows which function makes it.

Calls are heard at botocore, which both boto3 and PynamoDB go through. What a function does while a
test stands between (its own look at a table from inside a hook, say) is the test's.
"""

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, field
from functools import wraps
from types import FrameType
from typing import Any

import botocore.signers
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from chalice.app import EventSourceHandler

from chalicelib.core.api.application import ReefApp
from local.functions import ROOT

API = "api_handler"
PRODUCT = (f"{ROOT}/chalicelib/", f"{ROOT}/app.py")
OTHERS = tuple(f"{ROOT}/{folder}/" for folder in ("tests", "local", "bench"))

running: ContextVar[str | None] = ContextVar("running", default=None)
"""The function that this thread runs; None in a test's own code."""


@dataclass(frozen=True)
class Call:
    """One call to AWS, or one right to make it that was signed and given away."""

    function: str | None
    """Who made it; None for what tests, seeds and the provisioner do."""
    service: str
    operation: str
    params: dict[str, Any]
    answer: dict[str, Any] = field(default_factory=dict)
    error: str | None = None
    """The code of the refusal, if it was refused."""


under_way: ContextVar[Call | None] = ContextVar("under_way", default=None)
"""The call that botocore is busy with, for whoever watches its HTTP session."""

listeners: list[Callable[[Call], None]] = []
"""Told of each call when it is over."""

preparers: list[Callable[[str, str, dict[str, Any]], None]] = []
"""May add parameters to a call before it is sent, given service and operation."""


@contextmanager
def as_function(name: str | None) -> Iterator[None]:
    """Let calls to AWS be those of a function for a while."""
    token = running.set(name)
    try:
        yield
    finally:
        running.reset(token)


def entered_by(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Let whatever calls this code directly count as the Lambda whose whole work it is."""

    @wraps(function)
    def call(*given: Any, **named: Any) -> Any:
        with as_function(name):
            return function(*given, **named)

    return call


def install() -> None:
    """Begin to listen; again changes nothing."""
    if not hasattr(BaseClient, "is_listened_to"):
        BaseClient.is_listened_to = True
        _name_functions()
        _listen()
        _keep_context_in_pools()


def _name_functions() -> None:
    api: Any = ReefApp
    answer, handle = api.__call__, EventSourceHandler.__call__

    def answer_as_api(app: Any, event: Any, context: Any) -> Any:
        with as_function(API):
            return answer(app, event, context)

    def handle_as_itself(handler: Any, event: Any, context: Any) -> Any:
        function = getattr(handler.func, "_original_func", handler.func)  # of a pure Lambda
        with as_function(function.__name__):
            return handle(handler, event, context)

    api.__call__ = answer_as_api
    EventSourceHandler.__call__ = handle_as_itself


def _listen() -> None:
    send = BaseClient._make_api_call
    sign_url = botocore.signers.generate_presigned_url
    sign_post = botocore.signers.generate_presigned_post

    def make_api_call(client: Any, operation: str, params: dict[str, Any]) -> Any:
        service = client.meta.service_model.service_name
        for prepare in preparers:
            prepare(service, operation, params)
        call = Call(_caller(), service, operation, dict(params))
        token = under_way.set(call)
        try:
            answer = send(client, operation, params)
        except ClientError as refused:
            _tell(call, error=refused.response["Error"]["Code"])
            raise
        except BaseException:  # cut off on its way there or back
            _tell(call)
            raise
        finally:
            under_way.reset(token)
        _tell(call, answer=answer)
        return answer

    def presigned_url(
        client: Any, method: str, params: Any = None, *given: Any, **named: Any
    ) -> str:
        params = named.pop("Params", params) or {}
        method = named.pop("ClientMethod", method)
        operation = client.meta.method_to_api_mapping[method]
        _tell(Call(_caller(), client.meta.service_model.service_name, operation, params))
        return str(sign_url(client, method, params, *given, **named))

    def presigned_post(client: Any, bucket: str, key: str, *given: Any, **named: Any) -> Any:
        _tell(Call(_caller(), "s3", "PutObject", {"Bucket": bucket, "Key": key}))
        return sign_post(client, bucket, key, *given, **named)

    BaseClient._make_api_call = make_api_call
    botocore.signers.generate_presigned_url = presigned_url
    botocore.signers.generate_presigned_post = presigned_post


def _tell(call: Call, **outcome: Any) -> None:
    done = Call(call.function, call.service, call.operation, call.params, **outcome)
    for listener in listeners:
        listener(done)


def _caller() -> str | None:
    """Give the running function, if it is its own code that calls."""
    name = running.get()
    nearest = _nearest(sys._getframe(2)) if name else ""
    return None if nearest.startswith(OTHERS) else name


def _nearest(frame: FrameType | None) -> str:
    """Give the nearest file of this repository from which a call comes.

    What lies between botocore and its HTTP session (a harness that cuts calls, say) is not asked.
    """
    files: list[str] = []
    sender = 0
    while frame is not None:
        path = frame.f_code.co_filename
        if not sender and (frame.f_code.co_name == "_api_call" or "/pynamodb/" in path):
            sender = len(files)
        files.append(path)
        frame = frame.f_back
    return next((path for path in files[sender:] if path.startswith(PRODUCT + OTHERS)), "")


def _keep_context_in_pools() -> None:
    """Let the threads in which boto3 moves large files know for whom they work."""
    pools: Any = ThreadPoolExecutor
    submit = pools.submit

    def submit_in_context(pool: Any, function: Any, /, *given: Any, **named: Any) -> Any:
        return submit(pool, copy_context().run, function, *given, **named)

    pools.submit = submit_in_context
