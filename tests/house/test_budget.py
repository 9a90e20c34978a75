"""An upload asks no more of AWS than its budget, which is written down to the request."""

import io
import itertools
import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from moto.server import ThreadedMotoServer
from msgspec import structs
from PIL import Image

from chalicelib.analytics.counting import SHARDS
from chalicelib.core import clock, storage
from chalicelib.core.outbox import SYSTEM, record
from chalicelib.core.settings import settings
from chalicelib.processing.scanning.clamd import Clamd
from chalicelib.workflows.approval import reading
from tests.analytics.visitors import CHROME, NOON, deliver, view
from tests.assets.stages import SHA256, asset
from tests.cloud import Cloud, invoke, sqs_event
from tests.devices.test_heartbeats import beat, play
from tests.devices.test_manifests import fetch
from tests.devices.wall import Wall
from tests.house import calls, costs
from tests.house.budget import (
    APPROVAL,
    BUDGET,
    COUNTING,
    IMPORT,
    OPENING,
    SCREENS,
    WEBHOOK,
    ZIP,
    Work,
)
from tests.house.charging import charged
from tests.house.metering import Consumption, Meter, metered
from tests.journeys.conftest import clamd, dynamodb_url, exact_cloud
from tests.journeys.pipeline import Pipeline, Reserved, environment
from tests.webhooks.receiver import listening

__all__ = ["clamd", "dynamodb_url", "exact_cloud"]


Steps = dict[str, Consumption]

LOCALLY = 2
"""The units that DynamoDB Local says of a transaction, whatever it writes."""


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
    for name in ("end_workflows", "follow_assets", "make_deliveries"):
        assert cloud.run(name)
        found |= meter.read()
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


def zipped(pipeline: Pipeline, meter: Meter, asset_ids: list[str]) -> dict[str, Consumption]:
    """Have a zip made of assets; gives what each piece of work asked for."""
    cloud, who = pipeline.cloud, pipeline.who("viewer")
    cloud.run()
    # Bytes of which nobody was told; the functions would delete them.
    key = f"{pipeline.acme.id}/{SHA256}"
    storage.put(settings().originals_bucket, key, bytes(1_000_000), "image/jpeg")
    meter.read()
    found: dict[str, Consumption] = {}
    job_id = cloud.post("/assets/zip/", who, {"asset_ids": asset_ids}).json["job_id"]
    found["request"] = meter.read()["api_handler"]
    assert cloud.run("make_zip") == 1
    found |= meter.read()
    assert cloud.get(f"/processing/{job_id}/status/", who).json["status"] == "completed"
    found["status"] = meter.read()["api_handler"]
    return found


def test_a_zip_of_a_hundred_images_stays_within_its_budget(pipeline: Pipeline) -> None:
    tenant, described = pipeline.acme, {"size_bytes": 1_000_000, "sha256": SHA256}
    admin = tenant.email("admin")
    ids = [asset(pipeline.cloud, tenant.id, admin, "approved!", **described) for _ in range(100)]
    with metered() as meter:
        zipped(pipeline, meter, ids)  # warms the functions up
        found = zipped(pipeline, meter, ids)
    assert_within(found, ZIP)


def imported(pipeline: Pipeline, meter: Meter, asset_ids: list[str], title: str) -> Steps:
    """Have a title imported for assets; gives what each piece of work asked for."""
    cloud, who = pipeline.cloud, pipeline.who("editor")
    cloud.run()
    text = "id,title\n" + "".join(f"{asset_id},{title}\n" for asset_id in asset_ids)
    meter.read()
    found: Steps = {}
    job_id = cloud.post("/metadata/import/", who, {"csv": text}).json["job_id"]
    found["request"] = meter.read()["api_handler"]
    assert cloud.run("transfer_metadata") == 1
    found |= meter.read()
    shown = cloud.get(f"/processing/{job_id}/status/", who).json
    assert shown["row_counts"] == {"changed": len(asset_ids)}
    return found


def test_an_import_of_a_hundred_rows_stays_within_its_budget(pipeline: Pipeline) -> None:
    tenant = pipeline.acme
    admin, described = tenant.email("admin"), {"size_bytes": 1_000_000, "sha256": SHA256}
    ids = [asset(pipeline.cloud, tenant.id, admin, "approved!", **described) for _ in range(100)]
    with metered() as meter:
        imported(pipeline, meter, ids[:1], "Zero")  # warms the functions up
        imported(pipeline, meter, ids, "First")  # which writes a first entry of history, too
        found = imported(pipeline, meter, ids, "Second")
    assert_within(found, IMPORT)


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


def delivered(pipeline: Pipeline, meter: Meter, asset_id: str) -> Steps:
    """Have a webhook told of an approval; gives what each piece of work asked for."""
    subject, said = ("asset", asset_id), {"version": 1, "status": "approved"}
    record(pipeline.acme.id, SYSTEM, "version.approved", subject, clock.now(), new=said).save()
    assert pipeline.cloud.run("dispatch_records")
    meter.read()
    found: Steps = {}
    for name in ("make_deliveries", "deliver_webhooks"):
        assert pipeline.cloud.run(name) == 1
        found |= meter.read()
    return found


def test_a_webhook_stays_within_its_budget(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = pipeline.who("admin")
    asset_id = asset(pipeline.cloud, pipeline.acme.id, admin, "approved!")
    pipeline.cloud.run()
    with listening() as receiver, metered() as meter:
        monkeypatch.setenv("REEF_WEBHOOK_ALLOWED_HOSTS", json.dumps([f"127.0.0.1:{receiver.port}"]))
        settings.cache_clear()
        wanted = {"url": receiver.url, "events": ["asset.approved"]}
        assert pipeline.cloud.post("/webhooks/", admin, wanted).status == 201
        delivered(pipeline, meter, asset_id)  # warms the functions up
        found = delivered(pipeline, meter, asset_id)
        assert len(receiver.came) == 2
    settings.cache_clear()
    assert_within(found, WEBHOOK)


def test_opening_a_share_stays_within_its_budget(pipeline: Pipeline) -> None:
    cloud, admin = pipeline.cloud, pipeline.acme.email("admin")
    described = {"size_bytes": 1_000_000, "sha256": SHA256}
    asset_id = asset(cloud, pipeline.acme.id, admin, "approved!", **described)
    wanted = {"asset_id": asset_id, "share_type": "public"}
    uuid = cloud.post("/shares/", admin, wanted).json["share_link"]["uuid"]
    assert cloud.fetch("GET", f"/share/{uuid}/").status == 200  # makes the day's salt
    with metered() as meter:
        page = cloud.fetch("GET", f"/share/{uuid}/")
        found = {"page": meter.read()["api_handler"]}
    assert (page.status, len(page.content) < 30_000) == (200, True)
    assert_within(found, OPENING)


def test_screens_stay_within_their_budget(pipeline: Pipeline) -> None:
    names = itertools.count(1)
    wall = Wall(pipeline.cloud, lambda *who: pipeline.cloud.tenant(f"wall{next(names)}", *who))
    player, ids = wall.device(groups=["all"]), wall.many(500)
    playlist = wall.playlist(*ids)
    wall.give("all", playlist)
    manifest = wall.manifest(player)
    for shown in manifest["assets"][:6]:
        assert fetch(wall, shown["content"]["url"]).status == 302
    began = clock.now() - timedelta(minutes=1)
    plays = [play(one, began + timedelta(seconds=n)) for n, one in enumerate(ids[:6])]
    beat(wall, player, played=plays[:1])
    found = {}
    with metered() as meter:
        tag = {"if-none-match": wall.as_player(player, "GET", "manifest").headers["ETag"]}
        meter.read()
        assert wall.as_player(player, "GET", "manifest", **tag).status == 304
        found["unchanged"] = meter.read()["api_handler"]
        body = {"name": "Other", "items": [{"asset_id": one} for one in ids[::-1]]}
        assert wall.call("PUT", f"/playlists/{playlist}/", body).status == 200
        meter.read()
        assert wall.order(player) == ids[::-1]
        found["changed"] = meter.read()["api_handler"]
        heard: list[calls.Call] = []
        calls.listeners.append(heard.append)
        beat(wall, player, played=plays[1:])
        calls.listeners.remove(heard.append)
        found["heartbeat"] = meter.read()["api_handler"]
        transactions = [call for call in heard if call.operation == "TransactWriteItems"]
        found["heartbeat"].write_units += charged(transactions).write_units - LOCALLY
        assert fetch(wall, manifest["assets"][7]["content"]["url"]).status == 302
        found["fetch"] = meter.read()["api_handler"]
    assert_within(found, SCREENS)


def test_counting_visits_stays_within_its_budget(wire: None, exact_cloud: Cloud) -> None:
    tenant_id = clock.new_id()
    day = [
        view(
            tenant_id,
            at=NOON.replace(hour=number),
            country=f"A{chr(65 + number)}",
            referrer=f"{number}.pages.example.com",
            user_agent=CHROME.replace("Chrome", f"Chrome/{number} Edg"),
        )
        for number in range(24)
    ]
    for _ in range(SHARDS):  # workers go to them in turn, so that each has had the same day
        deliver(structs.replace(visit, id=clock.new_id()) for visit in day)
    found = {}
    with metered() as meter:
        for step, number in (("one view", 1), ("a hundred views", 100)):
            new = [
                view(tenant_id, visitor=clock.new_id(), user_agent=CHROME) for _ in range(number)
            ]
            heard: list[calls.Call] = []
            calls.listeners.append(heard.append)
            assert deliver(new) == set()
            calls.listeners.remove(heard.append)
            found[step] = charged(heard)
            found[step].requests = meter.read()["count_visits"].requests
    assert_within(found, COUNTING)


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
