"""An upload asks no more of AWS than its budget, which is written down to the request."""

import io
import json
from collections.abc import Iterator

import pytest
from moto.server import ThreadedMotoServer
from PIL import Image

from chalicelib.processing.clamd import Clamd
from chalicelib.workflows import reading
from tests.cloud import Cloud, invoke, sqs_event
from tests.house import costs
from tests.house.budget import APPROVAL, BUDGET, Work
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
    assert cloud.run("dispatch_records")
    found["dispatch"] = meter.read()["dispatch_records"]
    cloud.get(f"/processing/{reserved['job']['id']}/status/", who)
    api("status")
    assert cloud.get(f"/assets/{reserved['asset']['id']}/", who).json["status"] == "approved"
    api("show")
    assert cloud.get(f"/assets/{reserved['asset']['id']}/download/", who).status == 302
    api("download")
    return found


def approved(pipeline: Pipeline, meter: Meter, data: bytes) -> dict[str, Consumption]:
    """Have a version approved in two steps; gives what each piece of work asked for."""
    cloud, admin = pipeline.cloud, pipeline.who("admin")
    steps = [
        {"id": role, "name": role, "approvers": {"type": "roles", "roles": [role]}}
        for role in ("editor", "moderator")
    ]
    made = cloud.post("/workflow_templates/", admin, {"name": "Two", "steps": steps}).json
    asset_id = pipeline.upload(data, "contributor", create_workflow=True)["asset"]["id"]
    cloud.run()
    workflow = cloud.get(f"/workflows/?asset_id={asset_id}", admin).json["items"][0]
    cloud.post(f"/workflows/{workflow['id']}/cancel/", admin)
    cloud.run()
    meter.read()
    told = {"dispatch": Consumption(), "notify": Consumption()}
    found: dict[str, Consumption] = {}

    def tell(step: str) -> None:
        found[step] = meter.read()["api_handler"]
        for work, function in (("dispatch", "dispatch_records"), ("notify", "notify")):
            assert cloud.run(function)
            told[work].add(meter.read()[function])

    body = {"asset_id": asset_id, "template_id": made["id"]}
    started = cloud.post("/workflows/", admin, body).json
    tell("start")
    for name, who in (("approve", "editor"), ("approve last", "moderator")):
        wait(pipeline.acme.id, started["id"])
        found[f"wait to {name}"] = meter.read()["keep_time"]
        path = f"/workflows/{started['id']}/approve/"
        assert cloud.post(path, pipeline.who(who), {"decision": "approve"}).status == 200
        tell(name)
    cloud.run()
    return found | told


def wait(tenant_id: str, workflow_id: str) -> None:
    """Hand `keep_time` the token of the present turn, as the state machine does."""
    instance = reading.load(tenant_id, workflow_id).instance
    body = {
        "event": "opened",
        "tenant_id": tenant_id,
        "workflow_id": workflow_id,
        "run": int(instance.run),
        "turn": int(instance.turn),
        "token": "a token of the state machine's",
    }
    event = sqs_event("workflow-clock", [{"MessageId": "m", "Body": json.dumps(body)}])
    assert invoke("chalicelib.workflows.events.keep_time", event) == set()


def test_an_approval_stays_within_its_budget(pipeline: Pipeline) -> None:
    with metered() as meter:
        approved(pipeline, meter, photo(2))  # warms the functions up
        found = approved(pipeline, meter, photo(3))
    assert_within(found, APPROVAL)


def test_a_photo_stays_within_its_budget(pipeline: Pipeline) -> None:
    with metered() as meter:
        consumed(pipeline, meter, photo(0))  # warms the functions up
        found = consumed(pipeline, meter, photo(1))
    assert_within(found, BUDGET)


def assert_within(found: dict[str, Consumption], allowed: dict[str, Work]) -> None:
    """See that what was consumed is the budget, no more and no less."""
    told = {step: _plain(what) for step, what in found.items()}
    budget = {
        step: (work.requests, work.read_units, work.write_units) for step, work in allowed.items()
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
