"""Keeping the index asks no more of AWS than its budget, for an asset alone and for many."""

from tests.assets.stages import asset
from tests.cloud import INDEX as INDEXER
from tests.cloud import Tenant
from tests.house.index_budget import INDEX, TOGETHER
from tests.house.metering import metered
from tests.house.test_budget import assert_within, clamd, dynamodb_url, exact_cloud, pipeline, wire
from tests.journeys.pipeline import Pipeline

__all__ = ["clamd", "dynamodb_url", "exact_cloud", "pipeline", "wire"]


def add(pipeline: Pipeline, tenant: Tenant, number: int) -> str:
    """Make an asset of whose words some are its own, and most those of others."""
    return asset(
        pipeline.cloud,
        tenant.id,
        tenant.email("admin"),
        "approved!",
        title=f"Summer menu harbour{number} lights",
        description="What is served at the quay all day long",
        tags=["summer", f"table {number % 10}"],
        category="menus/summer",
        size_bytes=1_000_000 + number,
        sha256=f"{number:064x}",
    )


def test_the_index_stays_within_its_budget(pipeline: Pipeline) -> None:
    tenant = pipeline.cloud.tenant("indexed", "admin")
    for number in range(20):
        add(pipeline, tenant, number)
    pipeline.cloud.run(INDEXER)
    found = {}
    with metered() as meter:
        made = add(pipeline, tenant, 20)
        meter.read()
        pipeline.cloud.run(INDEXER)
        found["created"] = meter.read()["index_assets"]
        body = {"title": "Winter menu harbour20 nights"}
        path = f"/assets/{made}/"
        assert pipeline.cloud.call("PATCH", path, tenant.email("admin"), body).status == 200
        meter.read()
        pipeline.cloud.run(INDEXER)
        found["edited"] = meter.read()["index_assets"]
        for number in range(TOGETHER):
            add(pipeline, tenant, 100 + number)
        meter.read()
        pipeline.cloud.run(INDEXER)
        found["together"] = meter.read()["index_assets"]
    assert_within(found, INDEX)
