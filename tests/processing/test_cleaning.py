"""What no content has is found and deleted; what is young or in use stays."""

from datetime import timedelta

import pytest

from chalicelib.core import clock, storage
from chalicelib.core.settings import settings
from chalicelib.processing import __main__ as command
from chalicelib.processing import cleaning
from tests.journeys.pipeline import Pipeline

pytest_plugins = ["tests.journeys.pipeline"]


def test_orphans_are_counted_by_a_trial_and_then_deleted(
    pipeline: Pipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    reserved = pipeline.upload(b"Low tide.", content_type="text/plain", filename="a.txt")
    pipeline.cloud.run()
    kept = {*pipeline.originals(), *pipeline.renditions()}
    tenant, orphan = pipeline.acme.id, "f" * 64
    storage.put(settings().originals_bucket, f"{tenant}/{orphan}", b"12345", "text/plain")
    for name in (f"{orphan}/thumbnail-small.webp", f"{orphan}-difference/{orphan}.png"):
        storage.put(settings().renditions_bucket, f"{tenant}/{name}", b"123", "image/webp")
    storage.put(settings().renditions_bucket, f"zips/{tenant}/1/000.zip", b"1", "a/b")
    young = cleaning.clean(clock.now())
    assert (young.originals, young.renditions) == (0, 0)
    later = clock.now() + timedelta(days=2)
    trial = cleaning.clean(later, dry_run=True)
    assert (trial.originals, trial.renditions, trial.freed_bytes) == (1, 2, 11)
    assert f"{tenant}/{orphan}" in pipeline.originals()
    assert command.main(["clean-up", "--dry-run"]) == 0
    assert "found: 0 originals" in capsys.readouterr().out
    done = cleaning.clean(later)
    assert (done.originals, done.renditions, done.is_whole) == (1, 2, True)
    assert cleaning.clean(later).freed_bytes == 0
    left = {*pipeline.originals(), *pipeline.renditions()}
    assert left == kept | {f"zips/{tenant}/1/000.zip"}
    assert pipeline.outcome(reserved) == ("approved", None, "clean")
