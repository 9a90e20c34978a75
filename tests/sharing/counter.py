"""Shares of a tenant's assets: made by its members, opened by visitors."""

from typing import Any

import pytest

from tests.assets.shelf import Shelf
from tests.cloud import Answer
from tests.journeys.pipeline import Pipeline
from tests.shared import assert_problem

Json = dict[str, Any]
PASSWORD = "open sesame"


class Counter:
    """One tenant's shares; its contributor makes them unless said otherwise."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self.cloud = pipeline.cloud
        self.shelf = Shelf(pipeline)
        self.tenant = pipeline.acme

    def asset(self, data: bytes = b"shared", **described: Any) -> str:
        """Publish an asset of the contributor's; gives its id."""
        return self.shelf.add(data, "contributor", **described)

    def ask(self, body: Json, role: str = "contributor", **more: Any) -> Answer:
        return self.cloud.post("/shares/", self.pipeline.who(role), body, **more)

    def share(self, asset_id: str, role: str = "contributor", **terms: Any) -> Json:
        """Make a share link; gives the whole answer."""
        answer = self.ask({"asset_id": asset_id, "share_type": "public"} | terms, role)
        assert answer.status == 201, answer.content
        made: Json = answer.json
        return made

    def link(self, asset_id: str | None = None, **terms: Any) -> str:
        """Make a share link of an asset, or of a new one; gives its uuid."""
        made = self.share(asset_id or self.asset(), **terms)
        return str(made["share_link"]["uuid"])

    def protected(self, asset_id: str | None = None, **terms: Any) -> str:
        return self.link(asset_id, share_type="protected", password=PASSWORD, **terms)

    def visit(self, uuid: str, what: str = "", method: str = "GET", **more: Any) -> Answer:
        """Ask for a share as a visitor who has nothing but the link."""
        token = more.pop("token", None)
        headers = {"x-share-token": token} if token else {}
        if agent := more.pop("agent", None):
            headers["user-agent"] = agent
        return self.cloud.call(method, f"/shares/{uuid}/{what}", headers=headers, **more)

    def download(self, uuid: str, **more: Any) -> Answer:
        return self.visit(uuid, "download/", "POST", **more)

    def unlock(self, uuid: str, password: str = PASSWORD, **more: Any) -> Answer:
        return self.visit(uuid, "unlock/", "POST", body={"password": password}, **more)

    def token(self, uuid: str) -> str:
        answer = self.unlock(uuid)
        assert answer.status == 200, answer.content
        return str(answer.json["access_token"])

    def change(self, uuid: str, role: str = "contributor", **terms: Any) -> Answer:
        return self.shelf.call("PATCH", f"/shares/{uuid}/", terms, role)

    def allow(self, **settings: Any) -> None:
        """Have the tenant's admin change settings."""
        body = {"settings": {name.upper(): value for name, value in settings.items()}}
        answer = self.shelf.call("PATCH", "/tenant/", body)
        assert answer.status == 200, answer.content

    def assert_refused(self, answer: Answer, status: int, code: str) -> Json:
        return assert_problem(answer, status, code)


@pytest.fixture
def counter(pipeline: Pipeline) -> Counter:
    """A tenant's shares."""
    return Counter(pipeline)
