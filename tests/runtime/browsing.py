"""What a browser does beside the API: it sends files, and follows signed links."""

import json
import urllib.request
from typing import Any

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


def uploaded(region: Region, data: bytes, email: str, **described: Any) -> dict[str, Any]:
    """Upload a file, run the functions until it is processed, and give the asset."""
    body = {"size_bytes": len(data)} | described
    reserved = region.call("POST", "/assets/upload/", email, body)
    assert reserved.status == 201, reserved.body
    upload = json.loads(reserved.body)
    send(region, upload["upload"], data, email)
    path = f"/processing/{upload['job']['id']}/status/"

    def ended() -> bool:
        job = json.loads(region.call("GET", path, email).body)
        return job["status"] in {"completed", "failed"}

    region.run_until(ended)
    shown: dict[str, Any] = json.loads(
        region.call("GET", f"/assets/{upload['asset']['id']}/", email).body
    )
    return shown


def fetch(url: str) -> bytes:
    """Fetch what a signed link leads to."""
    return _ask(urllib.request.Request(url))


def _ask(request: urllib.request.Request) -> bytes:
    with urllib.request.urlopen(request, timeout=60) as answer:
        content: bytes = answer.read()
    return content
