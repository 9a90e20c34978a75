"""What is refused before a byte moves leaves nothing behind."""

from typing import Any

import pytest

from chalicelib.tenants import accounts
from tests.journeys.pipeline import Pipeline, assert_nothing_unscanned_is_readable

FILE = {"filename": "photo.jpg", "size_bytes": 1000, "content_type": "image/jpeg"}


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"size_bytes": 104_857_601}, 413, "file_too_large"),
        ({"content_type": "text/html"}, 415, "unsupported_media_type"),
        ({"content_type": "application/x-msdownload"}, 415, "unsupported_media_type"),
        ({"content_type": "nonsense"}, 415, "unsupported_media_type"),
        ({"size_bytes": 20_001}, 403, "quota_exceeded"),
        ({"create_workflow": False}, 403, "workflow_required"),
        ({"size_bytes": -1}, 422, "invalid"),
        ({"sha256": "abc"}, 422, "invalid"),
        ({"passwort": "typo"}, 422, "invalid"),
    ],
)
def test_a_refused_upload_says_why_and_takes_nothing(
    pipeline: Pipeline, change: dict[str, Any], status: int, code: str
) -> None:
    accounts.set_quota(pipeline.acme.id, 20_000)
    answer = pipeline.cloud.post("/assets/upload/", pipeline.who("contributor"), FILE | change)
    assert (answer.status, answer.code) == (status, code)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert pipeline.usage() == (0, 0)
    assert pipeline.cloud.get("/assets/", pipeline.who("admin")).json["items"] == []
    assert_nothing_unscanned_is_readable(pipeline)


def test_the_largest_size_and_the_last_byte_of_the_quota_are_taken(pipeline: Pipeline) -> None:
    accounts.set_quota(pipeline.acme.id, 104_857_600 + 1000)
    for size in (104_857_600, 1000):
        body = FILE | {"size_bytes": size}
        answer = pipeline.cloud.post("/assets/upload/", pipeline.who("contributor"), body)
        assert answer.status == 201
    answer = pipeline.cloud.post(
        "/assets/upload/", pipeline.who("contributor"), FILE | {"size_bytes": 1}
    )
    assert answer.code == "quota_exceeded"
    assert pipeline.usage() == (104_858_600, 2)


@pytest.mark.parametrize("role", ["viewer", "moderator"])
def test_who_may_not_upload_is_told_so(pipeline: Pipeline, role: str) -> None:
    answer = pipeline.cloud.post("/assets/upload/", pipeline.who(role), FILE)
    assert (answer.status, answer.code) == (403, "forbidden")
    assert pipeline.usage() == (0, 0)
