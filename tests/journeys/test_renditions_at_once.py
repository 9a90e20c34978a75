"""Twenty ask for the same at once, on DynamoDB Local, where conditions are exact: made once."""

import io
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import pytest
from PIL import Image

from chalicelib.processing.conversion import on_demand
from tests.journeys.pipeline import Pipeline, Reserved

ASKERS = 20


@pytest.fixture
def photo(exact_pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> Reserved:
    for name in ("WAIT_SECONDS", "SHORT_WAIT_SECONDS"):
        monkeypatch.setattr(on_demand, name, 0.0)
    exact_pipeline.configure(renditions={"banner": {"width": 16, "height": 16, "fit": "crop"}})
    encoded = io.BytesIO()
    Image.effect_noise((64, 48), 40).convert("RGB").save(encoded, "PNG")
    data = encoded.getvalue()
    reserved = exact_pipeline.upload(data, content_type="image/png", filename="a.png")
    exact_pipeline.cloud.run()
    return reserved


def at_once(ask: Any) -> list[Any]:
    with ThreadPoolExecutor(ASKERS) as threads:
        return list(threads.map(lambda _: ask(), range(ASKERS)))


def test_a_rendition_is_asked_for_made_and_kept_once(
    exact_pipeline: Pipeline, photo: Reserved
) -> None:
    def ask() -> Any:
        path = f"/assets/{photo['asset']['id']}/download/?rendition=banner"
        return exact_pipeline.cloud.get(path, exact_pipeline.who("viewer"))

    assert Counter(answer.status for answer in at_once(ask)) == {409: ASKERS}
    asked = exact_pipeline.receive("convert_media")
    assert len(asked) == 1
    at_once(lambda: exact_pipeline.deliver("convert_media", asked))
    answers = at_once(ask)
    assert Counter(answer.status for answer in answers) == {302: ASKERS}
    (key,) = {urlsplit(answer.headers["Location"]).path for answer in answers}
    kept = [one for one in exact_pipeline.renditions() if "/banner" in one]
    assert [key.removeprefix("/renditions/")] == kept


def test_the_same_task_asked_for_twenty_times_is_done_for_all_of_them(
    exact_pipeline: Pipeline, photo: Reserved
) -> None:
    body = {"asset_id": photo["asset"]["id"], "tasks": ["compression", "thumbnail"]}
    who = exact_pipeline.who("editor")
    answers = at_once(lambda: exact_pipeline.cloud.post("/processing/", who, body))
    assert Counter(answer.status for answer in answers) == {202: ASKERS}
    jobs = {answer.json["job_id"] for answer in answers}
    assert len(jobs) == ASKERS
    exact_pipeline.cloud.run()
    for job in jobs:
        told = exact_pipeline.cloud.get(f"/processing/{job}/status/", who).json
        assert (told["status"], told["progress_percent"]) == ("completed", 100), told
    shown = exact_pipeline.asset(photo)
    assert [one["name"] for one in shown["renditions"]] == ["optimised"]
    kept = [one for one in exact_pipeline.renditions() if "/optimised" in one]
    assert len(kept) == 1
