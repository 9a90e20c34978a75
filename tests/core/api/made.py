"""Routes made in a test, and an app that serves nothing else."""

import base64
from typing import Any

from chalice.config import Config
from chalice.local import LocalGateway

from chalicelib.core.api.application import ReefApp
from chalicelib.core.api.routing import Routes
from tests.cloud import Answer


class Made:
    """An app of some groups of routes."""

    def __init__(self, *groups: Routes[Any]) -> None:
        app = ReefApp("made")
        for group in groups:
            app.register_blueprint(group.blueprint)
        self._gateway = LocalGateway(app, Config())

    def call(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        """Send a request; a header's name is written with underscores."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self._gateway.handle_request(method, path, sent, body)
        content = answer["body"]
        if isinstance(content, str):
            content = base64.b64decode(content)
        return Answer(answer["statusCode"], dict(answer["headers"]), content)

    def get(self, path: str, **headers: str) -> Answer:
        return self.call("GET", path, **headers)

    def send(self, path: str, form: bytes) -> Answer:
        """Post a form as a browser does."""
        return self.call("POST", path, form, content_type="application/x-www-form-urlencoded")
