"""An upload asks no more of AWS than its budget, which is written down to the request."""

import io
from collections.abc import Iterator

import pytest
from moto.server import ThreadedMotoServer
from PIL import Image

from chalicelib.processing.clamd import Clamd
from tests.cloud import Cloud
from tests.house import costs
from tests.house.budget import BUDGET
from tests.house.metering import Consumption, Meter, metered
from tests.journeys.conftest import clamd, dynamodb_url, exact_cloud
from tests.journeys.pipeline import Pipeline, Reserved, environment

__all__ = ["clamd", "dynamodb_url", "exact_cloud"]


@pytest.fixture(scope="module")
def wire() -> Iterator[None]:
    """Let moto answer over HTTP, so that its requests pass botocore's HTTP session, too."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with environment(AWS_ENDPOINT_URL=f"http://{host}:{port}"):
        yield
    server.stop()


@pytest.fixture
def pipeline(
    wire: None, exact_cloud: Cloud, clamd: Clamd, monkeypatch: pytest.MonkeyPatch
) -> Pipeline:
    return Pipeline(exact_cloud, clamd, monkeypatch)


def photo(seed: int) -> bytes:
    """Make a JPEG of 1 MB, another for each seed."""
    grain = Image.effect_noise((1000, 1000), 60 + seed)
    out = io.BytesIO()
    Image.merge("RGB", [grain] * 3).save(out, "JPEG", quality=93)
    return out.getvalue()


def consumed(pipeline: Pipeline, meter: Meter, data: bytes) -> dict[str, Consumption]:
    """Take a photo from its reservation to its download; gives what each step asked of AWS."""
    cloud, who = pipeline.cloud, pipeline.who("contributor")
    found: dict[str, Consumption] = {}

    def api(step: str) -> None:
        found[step] = meter.read()["api_handler"]

    meter.read()
    reserved: Reserved = pipeline.reserve(data)
    api("reserve")
    pipeline.cloud.put(reserved["upload"], data)
    for name in ("route_upload", "scan_upload", "make_thumbnails", "read_metadata"):
        assert cloud.run(name) == 1
        found |= meter.read()
    cloud.get(f"/processing/{reserved['job']['id']}/status/", who)
    api("status")
    assert cloud.get(f"/assets/{reserved['asset']['id']}/", who).json["status"] == "approved"
    api("show")
    assert cloud.get(f"/assets/{reserved['asset']['id']}/download/", who).status == 302
    api("download")
    return found


def test_a_photo_stays_within_its_budget(pipeline: Pipeline) -> None:
    with metered() as meter:
        consumed(pipeline, meter, photo(0))  # warms the functions up
        found = consumed(pipeline, meter, photo(1))
    told = {step: _plain(what) for step, what in found.items()}
    budget = {
        step: (work.requests, work.read_units, work.write_units) for step, work in BUDGET.items()
    }
    assert list(told) == list(budget)
    rose = [f"{step}: {told[step]}" for step in told if _more(told[step], budget[step])]
    assert rose == [], "it asks for more than its budget"
    fell = [f"{step}: {told[step]}" for step in told if told[step] != budget[step]]
    assert fell == [], "it asks for less than its budget: lower that to these numbers"


def test_the_page_of_costs_is_that_of_the_budget() -> None:
    written = costs.PAGE.read_text("utf-8")
    assert written == costs.page(), "run `python -m tests.house.costs`"


Plain = tuple[dict[str, int], float, float]


def _plain(what: Consumption) -> Plain:
    return dict(sorted(what.requests.items())), what.read_units, what.write_units


def _more(told: Plain, budget: Plain) -> bool:
    requests, reads, writes = told
    rose = any(number > budget[0].get(name, 0) for name, number in requests.items())
    return rose or reads > budget[1] or writes > budget[2]
