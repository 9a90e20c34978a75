"""A soak's audit finds what was lost, doubled, or not counted."""

from typing import Any

from chalicelib.core import storage
from chalicelib.core.settings import settings
from chalicelib.core.tables import update
from chalicelib.tenants.models import Usage
from tests.faults import parcels, soak_audit
from tests.journeys.pipeline import Pipeline

pytest_plugins = ["tests.journeys.pipeline"]


def expected(pipeline: Pipeline) -> dict[str, list[Any]]:
    """Send a text, a picture twice, and what is no picture; gives how each must end."""
    ends: dict[str, list[Any]] = {}
    for parcel in (parcels.text(), parcels.image(), parcels.image(), parcels.torn_image()):
        reserved = pipeline.upload(parcel.data, **parcel.described)
        ends[reserved["asset"]["id"]] = [*parcel.ends]
    pipeline.cloud.run()
    return ends


def test_what_does_not_hold_is_said(pipeline: Pipeline) -> None:
    ends = expected(pipeline)
    assert soak_audit.audit(ends) == []
    first, *rest = ends
    assert soak_audit.audit({one: ends[one] for one in rest}) == [f"nobody sent {first}"]
    lost = soak_audit.audit({**ends, "0" * 36: ["failed", "unreadable"]})
    assert lost == [f"{'0' * 36} is gone"]
    other = soak_audit.audit({**ends, first: ["quarantined", None]})
    assert [one.partition(" ")[0].strip(",") for one in other] == [first, first]
    usage = Usage(pipeline.acme.id, "USAGE")
    for change in (1, -1):
        update(usage, Usage.storage_bytes.add(change))
        assert bool(soak_audit.audit(ends)) == (change == 1)
    orphan = f"{pipeline.acme.id}/{'f' * 64}"
    storage.put(settings().originals_bucket, orphan, b"x", "text/plain")
    (wrong,) = soak_audit.audit(ends)
    assert wrong.startswith("the tables:")
    storage.delete(settings().originals_bucket, orphan)
    assert soak_audit.audit(ends) == []
