"""A fake Anthias server: its API v2 as far as the agent uses it, with its traps."""

import copy
import mimetypes
import re
import uuid
from datetime import UTC, datetime
from email.parser import BytesParser
from email.policy import HTTP

from tests.device.serving import Answer, Calls, Json, Request, Server

ASSETS = "/data/anthias_assets"
ESCAPES = (("<", "&lt;"), (">", "&gt;"), ("'", "&apos;"), ('"', "&quot;"))
REQUIRED = ("name", "uri", "mimetype", "start_date", "end_date", "duration", "is_enabled")
PLAIN = {
    "nocache": False,
    "play_order": 0,
    "skip_asset_check": False,
    "skip_ssl_verify": False,
    "is_processing": False,
    "play_days": [1, 2, 3, 4, 5, 6, 7],
    "play_time_from": None,
    "play_time_to": None,
    "is_reachable": True,
    "last_reachability_check": None,
    "refresh_interval_s": 0,
}
PATCHABLE = {*PLAIN, "name", "start_date", "end_date", "duration", "is_enabled", "custom_headers"}


class FakeAnthias(Server):
    """`rows` are its assets by their id, `files` what lies in its folder, by path.

    `polls` is how often an asset that is processed is still asked for before that is done;
    `unplayable` are words of names whose processing fails. Without `redis` whatever was done is
    answered with 500, but for what it needs no Redis for, and nothing is processed. `unreachable`
    are addresses that do not answer.
    """

    def __init__(self, calls: Calls) -> None:
        super().__init__(calls)
        self.rows: dict[str, Json] = {}
        self.files: dict[str, bytes] = {}
        self.left: dict[str, int] = {}
        self.polls, self.redis, self.locked, self.full = 0, True, False, False
        self.unplayable: set[str] = set()
        self.unreachable: set[str] = set()

    def snapshot(self) -> tuple[dict[str, Json], dict[str, bytes], dict[str, int]]:
        return copy.deepcopy((self.rows, self.files, self.left))

    def restore(self, kept: tuple[dict[str, Json], dict[str, bytes], dict[str, int]]) -> None:
        self.rows, self.files, self.left = copy.deepcopy(kept)

    def clean_up(self) -> None:
        """Do what its clean-up does each hour."""
        named = {row["uri"] for row in self.rows.values()}
        self.files = {path: held for path, held in self.files.items() if path in named}

    def shown(self) -> list[Json]:
        """What the player shows, in its order."""
        ready = [row for row in self.rows.values() if row["is_enabled"]]
        playable = [row for row in ready if row["uri"] in self.files or "://" in row["uri"]]
        return sorted(playable, key=lambda row: row["play_order"])

    def answer(self, request: Request) -> Answer:
        if self.locked and not request.headers.get("Authorization"):
            return Answer(302, headers={"Location": "/login/"})
        path = request.path.partition("?")[0]
        if path == "/api/v2/info":
            return self._done(Answer(200, {"anthias_version": "2026.08.2", "free_space": "9.9 GB"}))
        if path == "/api/v2/file_asset":
            return self._file(request)
        if path == "/api/v2/assets":
            if request.method == "POST":
                return self._create(request)
            for anthias_id in self.rows:
                self._process(anthias_id)
            return Answer(200, [self._row(row) for row in self.rows.values()])
        if path == "/api/v2/assets/order":
            self._renumber(request.json["ids"].split(","))
            return Answer(204)
        anthias_id = path.removeprefix("/api/v2/assets/")
        if anthias_id not in self.rows:
            return Answer(404, {"detail": "No Asset matches the given query."})
        if request.method == "DELETE":
            self.files.pop(self.rows.pop(anthias_id)["uri"], None)
            return self._done(Answer(204))
        if request.method == "PATCH":
            return self._change(anthias_id, request.json)
        self._process(anthias_id)
        return Answer(200, self._row(self.rows[anthias_id]))

    def _file(self, request: Request) -> Answer:
        if self.full:
            return Answer(507, {"detail": "The disk is full."})
        head = b"Content-Type: " + request.headers["Content-Type"].encode() + b"\r\n\r\n"
        parts = BytesParser(policy=HTTP).parsebytes(head + request.body)
        part = next(iter(parts.iter_parts()))
        data = part.get_payload(decode=True)
        assert isinstance(data, bytes)
        kind = mimetypes.guess_type(part.get_filename() or "")[0] or ""
        if kind.split("/")[0] not in ("image", "video"):
            return Answer(400, {"file_upload": "Invalid file type. Expected image or video."})
        shown = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", request.headers["Content-Range"])
        assert shown, "the agent sends chunks alone"
        start, end, total = (int(number) for number in shown.groups())
        if end < start or end >= total or len(data) != end - start + 1:
            return Answer(400, {"Content-Range": "Invalid Content-Range bounds."})
        upload_id = request.headers.get("X-Upload-Id") or uuid.uuid4().hex
        path = f"{ASSETS}/{upload_id}.tmp"
        held = self.files.get(path, b"").ljust(start, b"\0")  # a hole, where chunks went astray
        self.files[path] = held[:start] + data + held[end + 1 :]
        if end + 1 == total:
            self.files[path] = self.files[path][:total]
        ext = mimetypes.guess_extension(kind)
        return Answer(200, {"uri": path, "ext": ext, "upload_id": upload_id})

    def _create(self, request: Request) -> Answer:
        sent = request.json
        missing = {name: ["This field is required."] for name in REQUIRED if name not in sent}
        if missing or sent["uri"] is None:
            return Answer(400, missing or {"uri": ["This field may not be null."]})
        anthias_id, uri = uuid.uuid4().hex, sent["uri"].replace("&amp;", "&")
        for plain, escaped in ESCAPES:
            uri = uri.replace(plain, escaped)
        local, mimetype = uri.startswith("/"), sent["mimetype"]
        if local:
            if uri not in self.files:
                return Answer(400, {"uri": "Invalid file path. Failed to add asset."})
            moved = f"{ASSETS}/{anthias_id}{sent.get('ext', '')}"
            self.files[moved] = self.files.pop(uri)
            uri = moved
        if "video" in mimetype and sent["duration"] != 0:
            return Answer(500, {"error": "Duration must be zero for video assets."})
        if uri in self.unreachable and not sent.get("skip_asset_check"):
            return Answer(500, {"error": "Could not retrieve file. Check the asset URL."})
        metadata = {"headers": sent["custom_headers"]} if sent.get("custom_headers") else {}
        row = PLAIN | {name: value for name, value in sent.items() if name in PATCHABLE}
        row |= {"asset_id": anthias_id, "uri": uri, "mimetype": mimetype, "metadata": metadata}
        row["name"] = self._unique(sent["name"].replace("&amp;", "&"))
        if mimetype == "youtube_asset":
            row |= {"mimetype": "video", "uri": f"{ASSETS}/{anthias_id}.mp4"}
        if "video" in mimetype or mimetype == "youtube_asset":
            row |= {"is_processing": True, "duration": 0}
            self.left[anthias_id] = self.polls
        self.rows[anthias_id] = row
        if row["is_processing"] and not self.redis:
            return self._done(Answer(201))
        self._splice(row)
        return Answer(201, self._row(row))

    def _splice(self, row: Json) -> None:
        """Number all active assets anew, this one at its place, as every change does."""
        active = [each["asset_id"] for each in self.rows.values() if self._is_active(each)]
        if row["asset_id"] in active:
            active.remove(row["asset_id"])
            active.insert(row["play_order"], row["asset_id"])
        self._renumber(active)

    def _is_active(self, row: Json) -> bool:
        now = datetime.now(UTC)
        starts, ends = (
            datetime.fromisoformat(row[name].replace("Z", "+00:00")).astimezone(UTC)
            for name in ("start_date", "end_date")
        )
        if not row["is_enabled"] or not starts < now < ends:
            return False
        days, begins, over = row["play_days"], row["play_time_from"], row["play_time_to"]
        if begins is None or over is None:
            return now.isoweekday() in days
        clock, today = f"{now:%H:%M:%S}", now.isoweekday()
        if begins <= over:
            return today in days and bool(begins <= clock < over)
        yesterday = today - 1 or 7
        return (clock >= begins and today in days) or (clock < over and yesterday in days)

    def _change(self, anthias_id: str, sent: Json) -> Answer:
        row = self.rows[anthias_id]
        fields = {name: value for name, value in sent.items() if name in PATCHABLE}
        if "video" in row["mimetype"]:
            fields.pop("duration", None)
        if "custom_headers" in fields:
            row["metadata"]["headers"] = fields.pop("custom_headers")
        row.update(fields)
        self._splice(row)
        return self._done(Answer(200, self._row(row)))

    def _process(self, anthias_id: str) -> None:
        row = self.rows[anthias_id]
        if not row["is_processing"] or not self.redis:
            return
        self.left[anthias_id] -= 1
        if self.left[anthias_id] >= 0:
            return
        row["is_processing"] = False
        if any(word in row["name"] for word in self.unplayable):
            row["is_enabled"] = False
            row["metadata"]["error_message"] = "This board cannot play hevc."
        else:
            row["duration"] = 12
            self.files.setdefault(row["uri"], b"downloaded")

    def _row(self, row: Json) -> Json:
        shown = {name: value for name, value in row.items() if name != "custom_headers"}
        for name in ("start_date", "end_date"):
            at = datetime.fromisoformat(row[name].replace("Z", "+00:00")).astimezone(UTC)
            shown[name] = at.isoformat().replace("+00:00", "Z")
        for name in ("play_time_from", "play_time_to"):
            shown[name] = f"{row[name]}:00" if row[name] and len(row[name]) == 5 else row[name]
        shown["play_days"] = sorted(set(row["play_days"]))
        shown["custom_headers"] = dict(row["metadata"].get("headers") or {})
        shown["is_active"] = self._is_active(row)
        return shown

    def _renumber(self, ids: list[str]) -> None:
        for place, anthias_id in enumerate(ids):
            if anthias_id in self.rows:
                self.rows[anthias_id]["play_order"] = place

    def _unique(self, name: str) -> str:
        names, number, unique = {row["name"] for row in self.rows.values()}, 0, name
        while unique in names:
            number += 1
            unique = f"{name}-{number}"
        return unique

    def _done(self, answer: Answer) -> Answer:
        return answer if self.redis else Answer(500, {"error": "Error 111 connecting to redis."})
