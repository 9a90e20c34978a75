"""A fake Reef: uploads, links and playlists of its API, over HTTP, as moving in uses them."""

import itertools
import json
from email.parser import BytesParser
from email.policy import HTTP
from urllib.parse import parse_qs, urlsplit

from tests.device.serving import Answer, Calls, Json, Request, Server

TOKEN = "an-editor's"


class Library(Server):
    """`assets` and `playlists` by id; `infected` and `broken` are bytes that end badly."""

    def __init__(self, calls: Calls) -> None:
        super().__init__(calls)
        self.assets: dict[str, Json] = {}
        self.playlists: dict[str, Json] = {}
        self.bytes: dict[str, bytes] = {}
        self.answers: dict[str, Json] = {}
        self.infected, self.broken = b"infected", b"broken"
        self.parts: dict[str, dict[int, bytes]] = {}
        self.multipart_over = 10**9
        self.numbers = itertools.count()

    def answer(self, request: Request) -> Answer:
        parts = urlsplit(request.path)
        path, query = parts.path.removeprefix("/api/v3"), parse_qs(parts.query)
        if path.startswith("/storage/"):
            return self._store(path.removeprefix("/storage/"), request)
        if request.headers["Authorization"] != f"Bearer {TOKEN}":
            return Answer(401, {"code": "unauthenticated"})
        key = request.headers.get("Idempotency-Key")
        if key in self.answers:
            return Answer(201, self.answers[key])
        answer = self._route(request, path, query)
        if key and answer.status == 201:
            self.answers[key] = answer.content
        return answer

    def _route(self, request: Request, path: str, query: dict[str, list[str]]) -> Answer:
        kind, _, rest = path.strip("/").partition("/")
        if request.method == "GET" and not rest:
            held = self.assets if kind == "assets" else self.playlists
            found = [each for each in held.values() if self._fits(each, query)]
            return Answer(200, {"items": found, "next_cursor": None})
        if path == "/assets/upload/":
            return self._reserve(request.json)
        if path == "/assets/link/":
            made = {"status": "approved", "kind": "link"} | request.json
            return Answer(201, self._keep(self.assets, made))
        if path == "/playlists/":
            return Answer(201, self._keep(self.playlists, request.json))
        if kind == "uploads" and request.method == "DELETE":
            self.assets.pop(rest.strip("/"), None)
            return Answer(204)
        if kind == "uploads":
            return self._multipart(rest.split("/"), request.json)
        found = (self.assets if kind == "assets" else self.playlists).get(rest.strip("/"))
        if found is None:
            return Answer(404, {"code": "not_found", "detail": "There is none."})
        if request.method == "PUT":
            found.update(request.json)
        return Answer(200, found)

    def _fits(self, asset: Json, query: dict[str, list[str]]) -> bool:
        if "sha256" in query:
            return bool(asset.get("sha256") == query["sha256"][0])
        return "q" not in query or query["q"][0] in json.dumps(asset)

    def _keep(self, held: dict[str, Json], made: Json) -> Json:
        made = made | {"id": f"0192-{next(self.numbers):06d}"}
        held[made["id"]] = made
        return made

    def _reserve(self, wanted: Json) -> Answer:
        if not wanted["content_type"].startswith(("image/", "video/")):
            detail = f"{wanted['content_type']} is not taken."
            return Answer(415, {"code": "unsupported_media_type", "detail": detail})
        asset = self._keep(self.assets, wanted | {"status": "uploading"})
        upload: Json = {"upload_id": asset["id"], "method": "POST", "fields": {"key": "k"}}
        upload["url"] = f"{self.address}/storage/{asset['id']}"
        if wanted["size_bytes"] > self.multipart_over:
            size = self.multipart_over
            count = -(-wanted["size_bytes"] // size)
            upload |= {"method": "MULTIPART", "part_size_bytes": size, "part_count": count}
        return Answer(201, {"asset": asset, "upload": upload})

    def _store(self, name: str, request: Request) -> Answer:
        upload_id, _, part = name.partition("/")
        if part:
            self.parts.setdefault(upload_id, {})[int(part)] = request.body
            return Answer(200)
        head = b"Content-Type: " + request.headers["Content-Type"].encode() + b"\r\n\r\n"
        sent = BytesParser(policy=HTTP).parsebytes(head + request.body)
        data = {
            part.get_param("name", header="content-disposition"): part.get_payload(decode=True)
            for part in sent.iter_parts()
        }
        assert data["key"] == b"k"
        self._arrive(upload_id, data["file"])
        return Answer(204)

    def _multipart(self, rest: list[str], sent: Json) -> Answer:
        if rest[1] == "parts":
            shown = [
                {"part_number": n, "url": f"{self.address}/storage/{rest[0]}/{n}", "headers": {}}
                for n in sent["part_numbers"]
            ]
            return Answer(200, {"parts": shown})
        self._arrive(rest[0], b"".join(data for _, data in sorted(self.parts[rest[0]].items())))
        return Answer(200, self.assets[rest[0]])

    def _arrive(self, upload_id: str, data: bytes) -> None:
        asset = self.assets[upload_id]
        assert len(data) == asset["size_bytes"]
        self.bytes[upload_id] = data
        status = {self.infected: "quarantined", self.broken: "failed"}.get(data[8:], "approved")
        asset |= {"status": status, "status_reason": "unreadable" if status == "failed" else None}
