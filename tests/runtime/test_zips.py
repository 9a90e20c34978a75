"""A zip is asked for, made and fetched through all functions as Lambda runs them."""

import io
import json
import zipfile

import pytest

from tests.runtime.browsing import fetch, uploaded
from tests.runtime.region import Region

pytestmark = pytest.mark.timeout(600)

EDITOR = "editor@acme.test"


def test_several_files_are_fetched_as_one_zip(region: Region) -> None:
    texts = {"grüße.txt": b"one " * 50, "b.txt": b"two " * 50}
    ids = [
        uploaded(region, data, EDITOR, filename=name, content_type="text/plain")["id"]
        for name, data in texts.items()
    ]
    asked = region.call("POST", "/assets/zip/", EDITOR, {"asset_ids": ids})
    assert asked.status == 202, asked.body
    path = f"/processing/{json.loads(asked.body)['job_id']}/status/"

    def job() -> dict[str, str]:
        shown: dict[str, str] = json.loads(region.call("GET", path, EDITOR).body)
        return shown

    region.run_until(lambda: job()["status"] in {"completed", "failed"})
    with zipfile.ZipFile(io.BytesIO(fetch(job()["download_url"]))) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == texts
