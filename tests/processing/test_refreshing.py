"""What is found out later is shown by every version of a content, and changes nothing else."""

import pytest

from chalicelib.assets import contents
from chalicelib.assets.contents import Content
from chalicelib.core.entrypoint import RetryLater
from chalicelib.core.tables import update
from chalicelib.processing import refreshing
from tests.journeys.pipeline import Pipeline, Reserved

pytest_plugins = ["tests.journeys.pipeline"]

TEXT = {"content_type": "text/plain", "filename": "a.txt"}


def content_of(pipeline: Pipeline, reserved: Reserved) -> Content:
    found = contents.get(pipeline.acme.id, pipeline.asset(reserved)["sha256"])
    assert found is not None
    return found


def test_every_version_and_its_assets_copies_show_it(pipeline: Pipeline) -> None:
    first, second = (pipeline.upload(b"Low tide.", **TEXT) for _ in range(2))
    pipeline.cloud.run()
    before = [pipeline.asset(one) for one in (first, second)]
    content = content_of(pipeline, first)
    update(content, Content.technical.set({"encoding": "utf-16"}))
    for _ in range(2):
        refreshing.show(content_of(pipeline, first))
    for one, was in zip((first, second), before, strict=True):
        told = {"technical": {"encoding": "utf-16"}}
        shown = pipeline.asset(one)
        assert {**shown, "thumbnails": {}} == {**was, **told, "thumbnails": {}}
        # A viewer sees the published copy.
        path = f"/assets/{one['asset']['id']}/"
        assert (
            pipeline.cloud.get(path, pipeline.who("viewer")).json["technical"] == told["technical"]
        )


def test_a_version_that_is_not_ready_is_waited_for(pipeline: Pipeline) -> None:
    reserved = pipeline.upload(b"High tide.", **TEXT)
    pipeline.cloud.run("route_upload", "scan_upload")
    with pytest.raises(RetryLater):
        refreshing.show(content_of(pipeline, reserved))
