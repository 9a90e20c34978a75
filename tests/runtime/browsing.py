"""What a browser does beside the API: it sends files, and follows signed links."""

import json
import urllib.request
from collections.abc import Collection
from typing import Any, NamedTuple

from tests.local.wire import form
from tests.runtime.region import Region


def send(region: Region, upload: dict[str, Any], data: bytes, email: str) -> None:
    """Send the bytes of a reserved upload to where its answer says."""
    if upload["method"] == "POST":
        body, headers = form(upload["fields"], data)
        _ask(urllib.request.Request(upload["url"], body, headers, method="POST"))
        return
    path, size = f"/uploads/{upload['upload_id']}", upload["part_size_bytes"]
    for number in range(1, upload["part_count"] + 1):
        wanted = region.call("POST", f"{path}/parts/", email, {"part_numbers": [number]})
        (part,) = json.loads(wanted.body)["parts"]
        piece = data[(number - 1) * size : number * size]
        _ask(urllib.request.Request(part["url"], piece, part["headers"], method="PUT"))
    done = region.call("POST", f"{path}/complete/", email, {})
    assert done.status == 200, done.body


class Sent(NamedTuple):
    """An upload whose bytes are there: its asset's and its job's id."""

    asset_id: str
    job_id: str


def sent(region: Region, data: bytes, email: str, **described: Any) -> Sent:
    """Upload a file, and leave it unprocessed."""
    body = {"size_bytes": len(data)} | described
    reserved = region.call("POST", "/assets/upload/", email, body)
    assert reserved.status == 201, reserved.body
    upload = json.loads(reserved.body)
    send(region, upload["upload"], data, email)
    return Sent(upload["asset"]["id"], upload["job"]["id"])


def processed(region: Region, uploads: Collection[Sent], email: str) -> list[dict[str, Any]]:
    """Run the functions until uploads are processed, and give their assets."""
    waiting = {upload.job_id for upload in uploads}

    def ended() -> bool:
        for job_id in list(waiting):
            answer = region.call("GET", f"/processing/{job_id}/status/", email)
            if json.loads(answer.body)["status"] not in {"completed", "failed"}:
                return False
            waiting.remove(job_id)
        return True

    region.run_until(ended, 180 + 10 * len(uploads))
    return [
        json.loads(region.call("GET", f"/assets/{upload.asset_id}/", email).body)
        for upload in uploads
    ]


def uploaded(region: Region, data: bytes, email: str, **described: Any) -> dict[str, Any]:
    """Upload a file, run the functions until it is processed, and give the asset."""
    (asset,) = processed(region, [sent(region, data, email, **described)], email)
    return asset


def fetch(url: str) -> bytes:
    """Fetch what a signed link leads to."""
    return _ask(urllib.request.Request(url))


def _ask(request: urllib.request.Request) -> bytes:
    with urllib.request.urlopen(request, timeout=60) as answer:
        content: bytes = answer.read()
    return content
