"""A fake Reef: one device's manifest, its files, and what its heartbeats said."""

import hashlib
import json
import re
from typing import Any

from tests.device.serving import Answer, Calls, Json, Request, Server

DEVICE, TOKEN = "0192a000-0000-7000-8000-000000000001", "dk_of_this_device"


def asset_id(number: int) -> str:
    return f"0192a000-0000-7000-8000-{number:012d}"


class FakeReef(Server):
    """`entries` are the manifest's, in order, and `told` is the agent that it names.

    `down` answers 503; `spoil` may change answers; `others` are files without a redirect.
    """

    def __init__(self, calls: Calls) -> None:
        super().__init__(calls)
        self.entries: list[Json] = []
        self.files: dict[str, bytes] = {}
        self.others: dict[str, bytes] = {}
        self.told: Json | None = None
        self.beats: list[Json] = []
        self.down, self.date = False, None
        self.pairings: list[Json] = []
        self.spoil: Any = lambda request, answer: answer

    def put(self, number: int, data: bytes = b"", version: int = 1, **fields: Any) -> Json:
        """Put a file, or with `uri` an address, into the manifest in place of what it was."""
        found, headers = asset_id(number), {"X-Reef-Ref": f"acme/{asset_id(number)}@{version}"}
        anthias: Json = {
            "name": f"Asset {number}",
            "uri": None,
            "ext": ".png",
            "mimetype": "image",
            "start_date": "2026-11-01T00:00:00Z",
            "end_date": "2036-11-01T00:00:00Z",
            "duration": 10,
            "is_enabled": True,
            "nocache": False,
            "skip_asset_check": False,
            "skip_ssl_verify": False,
            "play_days": [1, 2, 3, 4, 5, 6, 7],
            "play_time_from": None,
            "play_time_to": None,
            "refresh_interval_s": 0,
            "custom_headers": headers,
        }
        entry: Json = {"asset_id": found, "version": version, "delivery": "url"}
        if "uri" in fields:
            anthias["ext"] = None
        else:
            path = f"/d/{DEVICE}/{found}/{version}{fields.get('ext', '.png')}"
            self.files[path] = data
            entry |= {"delivery": "file"}
            entry["content"] = {
                "url": f"{self.address}{path}?k=key",
                "sha256": hashlib.sha256(data).hexdigest(),
                "size_bytes": len(data),
                "content_type": "image/png",
            }
        entry["anthias"] = anthias | fields
        places = [each["asset_id"] for each in self.entries]
        if found in places:
            self.entries[places.index(found)] = entry
        else:
            self.entries.append(entry)
        return entry

    def manifest(self) -> Json:
        return {
            "schema": "reef-manifest/1",
            "device_id": DEVICE,
            "generated_at": "2026-11-22T08:00:00Z",
            "refresh_seconds": 60,
            "assets": sorted(self.entries, key=lambda entry: entry["asset_id"]),
            "order": [entry["asset_id"] for entry in self.entries],
        } | ({"agent": self.told} if self.told else {})

    def answer(self, request: Request) -> Answer:
        answer: Answer = self.spoil(request, self._answer(request))
        return answer

    def _answer(self, request: Request) -> Answer:
        path = request.path.partition("?")[0]
        if self.down:
            return Answer(503, {"code": "unavailable"}, {"Retry-After": "7"})
        if path in self.others:
            return Answer(200, self.others[path])
        if path in self.files:
            assert "Authorization" not in request.headers, "the token goes to Reef's API alone"
            return Answer(302, headers={"Location": f"{self.address}/signed{path}"})
        if path.startswith("/signed"):
            return self._bytes(request, self.files[path.removeprefix("/signed")])
        if path == "/api/v3/devices/pairing/":
            return self._pair(request.json)
        if not path.startswith("/api/"):
            return Answer(404, {"code": "not_found"})
        base = f"/api/v3/devices/{DEVICE}"
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return Answer(401, {"code": "unauthenticated"})
        if path == f"{base}/manifest/":
            body = json.dumps(self.manifest()).encode()
            etag = f'"{hashlib.sha256(body).hexdigest()}"'
            if request.headers.get("If-None-Match") == etag:
                return Answer(304, headers={"ETag": etag})
            return Answer(200, body, {"ETag": etag})
        if path == f"{base}/heartbeat/":
            self.beats.append(request.json)
            return Answer(204)
        return Answer(404, {"code": "not_found"})

    def _bytes(self, request: Request, data: bytes) -> Answer:
        asked = re.fullmatch(r"bytes=(\d+)-", request.headers.get("Range", ""))
        if not asked:
            return Answer(200, data)
        start = int(asked[1])
        if start >= len(data):
            return Answer(416, headers={"Content-Range": f"bytes */{len(data)}"})
        where = f"bytes {start}-{len(data) - 1}/{len(data)}"
        return Answer(206, data[start:], {"Content-Range": where})

    def _pair(self, sent: Json) -> Answer:
        if "poll_token" not in sent:
            return Answer(201, {"code": "ABCD2345", "poll_token": "p", "expires_at": "…"})
        return Answer(200, self.pairings.pop(0))
