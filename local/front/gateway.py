"""Plays API Gateway: turns requests into events for the Chalice app, and refuses what it would."""

import base64
import logging
import uuid
from typing import Any

from chalice.config import Config
from chalice.local import LambdaContext, LocalGateway

from local.cloud import reefs_template
from local.edge.answers import Answer, Headers, Request

log = logging.getLogger("local.gateway")

LARGEST_BODY_BYTES = 10 * 1024 * 1024


class Gateway:
    """The API behind the gateway.

    Args:
        app: the Chalice app.
        timeout_seconds: the API function's time.
        memory_megabytes: the API function's memory.
    """

    def __init__(self, app: Any, timeout_seconds: int, memory_megabytes: int) -> None:
        config = Config.create(
            app_name=app.app_name,
            lambda_timeout=timeout_seconds,
            lambda_memory_size=memory_megabytes,
        )
        self._local = LocalGateway(app, config)
        self._routes: dict[str, Any] = app.routes
        self._app = app
        self._limits = (memory_megabytes, timeout_seconds * 1000)
        rest_api = reefs_template()["Resources"]["RestAPI"]["Properties"]
        self._responses: dict[str, Any] = rest_api["GatewayResponses"]

    def answer(self, request: Request) -> Answer:
        """Answer one request of the API."""
        request_id = str(uuid.uuid4())
        body: bytes | None = None
        if "transfer-encoding" not in request.headers:
            if int(request.headers.get("content-length") or 0) > LARGEST_BODY_BYTES:
                request.drain()
                return self._refuse("REQUEST_TOO_LARGE", request_id)
            body = b"".join(request.body())
        try:
            event = self._local.event_converter.create_lambda_event(
                request.method, _uri(request), request.headers, body
            )
        except ValueError:
            return self._refuse("MISSING_AUTHENTICATION_TOKEN", request_id)
        context = event["requestContext"]
        if request.method not in self._routes[context["resourcePath"]]:
            return self._refuse("MISSING_AUTHENTICATION_TOKEN", request_id)
        context["requestId"] = request_id
        context["identity"]["sourceIp"] = request.client
        # The API takes bodies of every type as binary, which reach a Lambda in base64.
        event["body"] = base64.b64encode(body).decode() if body else None
        event["isBase64Encoded"] = bool(body)
        memory, milliseconds = self._limits
        try:
            answered = self._app(event, LambdaContext("api_handler", memory, milliseconds))
        except Exception:
            log.exception("the API function failed")
            return self._refuse("DEFAULT_5XX", request_id)
        return _answer(answered)

    def _refuse(self, kind: str, request_id: str) -> Answer:
        response = self._responses[kind]
        given = response.get("ResponseParameters", {}).get("Headers", {})
        headers = [(name, value.strip("'")) for name, value in given.items()]
        text = response["ResponseTemplates"]["application/json"]
        body = text.replace("$context.requestId", request_id)
        return Answer(int(response["StatusCode"]), headers, [body.encode()])


def _uri(request: Request) -> str:
    return request.raw_path + (f"?{request.raw_query}" if request.raw_query else "")


def _answer(answered: dict[str, Any]) -> Answer:
    body = answered.get("body") or ""
    content = base64.b64decode(body) if answered.get("isBase64Encoded") else body.encode()
    headers: Headers = [(name, str(value)) for name, value in answered["headers"].items()]
    headers += [
        (name, str(value))
        for name, values in answered.get("multiValueHeaders", {}).items()
        for value in values
    ]
    return Answer(answered["statusCode"], headers, [content])
