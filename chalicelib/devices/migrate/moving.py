"""Moving rows into Reef: each once, however often and wherever it was interrupted."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast
from urllib.parse import quote

from chalicelib.devices.migrate.client import Client, Json, Refused
from chalicelib.devices.migrate.progress import Note, Progress, digest
from chalicelib.devices.migrate.rows import BadSource, Row
from chalicelib.devices.migrate.sources import Source
from chalicelib.processing.media.types import sniffing

_UNDER_WAY = {"uploading", "scanning", "processing"}
_ITEMS_EACH = 500
"""How many items a playlist of Reef has at most."""

_HEAD_BYTES = 65_536
_POLL_SECONDS = 1.0
_PATIENCE_SECONDS = 900
"""How long one asset is waited for; the next run looks at it again."""

_EXTENSIONS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "video/mp4": ".mp4",
    "video/quicktime": ".mov",
    "video/webm": ".webm",
    "video/x-matroska": ".mkv",
    "video/x-msvideo": ".avi",
}

Became = Literal["moved", "there already", "skipped", "failed", "would be moved"]


@dataclass
class Outcome:
    """What became of a row: `reason` says why, `reef_id` is its asset in Reef, `key` its note's."""

    row: Row
    became: Became
    reason: str = ""
    reef_id: str = ""
    key: str = ""


@dataclass
class Move:
    """A player that moves in; `device` tells its assets from those of other players."""

    device: str
    source: Source
    client: Client
    progress: Progress
    dry_run: bool
    tell: Callable[[int, int], None]

    def run(self) -> list[Outcome]:
        """Move everything and make the playlist; return what became of each row.

        Raises:
            BadSource: the rows cannot be read.
            Away: Reef cannot be reached; run it again.
        """
        rows = self.source.rows()
        outcomes = []
        for number, row in enumerate(rows):
            self.tell(number, len(rows))
            outcomes.append(self._row(row))
        for outcome in outcomes:
            if outcome.reef_id and not self.dry_run:
                self._finish(outcome)
        self.tell(len(rows), len(rows))
        if not self.dry_run:
            self._playlists(outcomes)
        return outcomes

    def _row(self, row: Row) -> Outcome:
        if row.is_processing:
            return Outcome(row, "skipped", "the player is still processing it (is_processing)")
        if row.error_message:
            return Outcome(row, "skipped", f"the player could not process it: {row.error_message}")
        if not row.uri:
            return Outcome(row, "skipped", "it has neither a file nor an address")
        try:
            return self._file(row) if row.is_local else self._link(row)
        except BadSource as error:
            return Outcome(row, "failed", str(error))
        except Refused as refused:
            return Outcome(row, "failed", refused.detail)

    def _file(self, row: Row) -> Outcome:
        path = self.source.file(row)
        if path is None:
            return Outcome(row, "skipped", "its file is missing")
        size, sha256, head = _measured(path)
        if size == 0:
            return Outcome(row, "skipped", "its file is empty")
        key = f"{self.device} {row.asset_id} {sha256}"
        there = self._there(key, row, f"sha256={sha256}")
        if there is not None:
            return there
        content_type = sniffing.sniff(head, row.mimetype)
        if self.dry_run:
            return Outcome(row, "would be moved", f"{content_type}, {size} bytes")
        name = Path(row.uri).name
        filename = name if Path(name).suffix else name + _EXTENSIONS.get(content_type, "")
        wanted: Json = {
            "filename": filename,
            "size_bytes": size,
            "content_type": content_type,
            "sha256": sha256,
            "title": row.title,
            "keywords": [self._keyword(row)],
        }
        made = self.client.post("/assets/upload/", wanted)
        reef_id, upload = str(cast("Json", made["asset"])["id"]), cast("Json", made["upload"])
        self.progress.note(Note(key, "reserved", reef_id, str(upload["upload_id"])))
        self.client.send(upload, path)
        self.progress.note(Note(key, "sent", reef_id))
        return Outcome(row, "moved", "", reef_id, key)

    def _link(self, row: Row) -> Outcome:
        key = f"{self.device} {row.asset_id} {row.uri}"
        there = self._there(key, row, f"kind=link&q={quote(row.asset_id)}")
        if there is not None:
            return there
        if self.dry_run:
            return Outcome(row, "would be moved", f"an address ({row.link_type})")
        wanted: Json = {
            "url": row.address,
            "link_type": row.link_type,
            "title": row.title,
            "keywords": [self._keyword(row)],
        }
        made = self.client.post("/assets/link/", wanted, digest(key))
        reef_id = str(made["id"])
        self.progress.note(Note(key, "sent", reef_id))
        return Outcome(row, "moved", "", reef_id, key)

    def _there(self, key: str, row: Row, query: str) -> Outcome | None:
        """Return what an earlier run made of a row; None where it is to be moved (again)."""
        note = self.progress.of(key)
        if note is None:
            found = self.client.get(f"/assets/?limit=200&{query}")
            for asset in cast("list[Json]", found["items"]):
                ours = self._keyword(row) in cast("list[str]", asset.get("keywords") or [])
                if ours and asset["status"] not in ("uploading", "failed"):
                    return self._known(key, row, asset)
            return None
        if note.stage in ("failed", "playlist"):
            return None
        try:
            asset = self.client.get(f"/assets/{note.reef_id}/")
        except Refused as refused:
            if refused.status == 404:
                return None  # somebody has purged it: moving it again is what was asked for
            raise
        if note.stage == "reserved" and asset["status"] == "uploading":
            # Its bytes may not have been sent; nobody can tell.
            if not self.dry_run:
                self.client.delete(f"/uploads/{note.upload_id}/")
                self.progress.note(Note(key, "failed", note.reef_id))
            return None
        return self._known(key, row, asset)

    def _known(self, key: str, row: Row, asset: Json) -> Outcome | None:
        if asset["status"] == "failed":
            return None
        reef_id = str(asset["id"])
        if not self.dry_run and self.progress.of(key) is None:
            self.progress.note(Note(key, "done", reef_id))
        return Outcome(row, "there already", "", reef_id, key)

    def _finish(self, outcome: Outcome) -> None:
        """Wait until Reef has processed an asset, and note how that ended."""
        note = self.progress.of(outcome.key)
        asset = self.client.get(f"/assets/{outcome.reef_id}/")
        until = time.monotonic() + _PATIENCE_SECONDS
        while asset["status"] in _UNDER_WAY and time.monotonic() < until:
            time.sleep(_POLL_SECONDS)
            asset = self.client.get(f"/assets/{outcome.reef_id}/")
        status = str(asset["status"])
        if status in ("failed", "quarantined"):
            outcome.became = "failed"
            outcome.reason = f"{status}: {asset.get('status_reason') or status}"
        elif status != "approved":
            outcome.reason = f"it is {status} in Reef"
        if status not in _UNDER_WAY and (note is None or note.stage != "done"):
            stage: Literal["done", "failed"] = "failed" if status == "failed" else "done"
            self.progress.note(Note(outcome.key, stage, outcome.reef_id))

    def _playlists(self, outcomes: list[Outcome]) -> None:
        """Make the schedules a playlist, or several where it is too long for one."""
        played = []
        for outcome in outcomes:
            if outcome.became in ("moved", "there already"):
                why_not = outcome.row.why_not_played
                if why_not:
                    outcome.reason = f"not in the playlist: {why_not}"
                else:
                    played.append(outcome.row.item(outcome.reef_id))
        for number, start in enumerate(range(0, len(played), _ITEMS_EACH)):
            name = self.device if number == 0 else f"{self.device} ({number + 1})"
            self._playlist(number, name, played[start : start + _ITEMS_EACH])

    def _playlist(self, number: int, name: str, items: list[Json]) -> None:
        key, says = f"{self.device} playlist {number}", digest(items)
        note = self.progress.of(key)
        if note is not None and note.items == says:
            return
        wanted: Json = {"name": name[:200], "items": items, "priority": 0}
        if note is not None:
            try:
                self.client.put(f"/playlists/{note.reef_id}/", wanted)
                self.progress.note(Note(key, "playlist", note.reef_id, items=says))
                return
            except Refused as refused:
                if refused.status != 404:
                    raise
        reef_id = self._playlist_named(str(wanted["name"]), items)
        if reef_id is None:
            made = self.client.post("/playlists/", wanted, digest([key, items]))
            reef_id = str(made["id"])
        self.progress.note(Note(key, "playlist", reef_id, items=says))

    def _playlist_named(self, name: str, items: list[Json]) -> str | None:
        """Return the playlist of this name that has these very assets; None where there is none."""
        cursor = ""
        while True:
            found = self.client.get(f"/playlists/?limit=200{cursor}")
            for playlist in cast("list[Json]", found["items"]):
                held = cast("list[Json]", playlist.get("items") or [])
                same = [each.get("asset_id") for each in held] == [e["asset_id"] for e in items]
                if playlist["name"] == name and same:
                    return str(playlist["id"])
            if not found.get("next_cursor"):
                return None
            cursor = f"&cursor={quote(str(found['next_cursor']))}"

    def _keyword(self, row: Row) -> str:
        return f"{self.device[:100]}/{row.asset_id[:80]}"


def _measured(path: Path) -> tuple[int, str, bytes]:
    """Return a file's size, its sha256, and how it begins."""
    digest_of, head = hashlib.sha256(), b""
    with path.open("rb") as file:
        while block := file.read(1024 * 1024):
            head = head or block[:_HEAD_BYTES]
            digest_of.update(block)
    return path.stat().st_size, digest_of.hexdigest(), head
