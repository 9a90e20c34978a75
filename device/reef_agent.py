#!/usr/bin/env python3
"""Keep the playlist of an Anthias player as Reef says.

One file for Python 3.9 and later that needs `requests` alone. It asks Reef for the device's
manifest, fetches what is new into a cache of its own, hands it to the Anthias server on this
machine by its API v2, and removes what left the manifest. It touches only assets that it has made
itself. While Reef cannot be reached it changes nothing, and it may be killed at any time: what it
has done stands in `state.json`, and what it was about to do stands there before it does it.

    reef_agent.py pair --reef https://reef.example    show a code, and wait to be taken in
    reef_agent.py run                                 round after round, for the service
    reef_agent.py once                                one round
    reef_agent.py update FILE_OR_URL                  take a newer signed agent in place of this one

Where Reef says in the manifest which newer agent to run, the service fetches that one, and goes on
with it if its signature is by the known key.

The settings are one JSON file; `Settings` says what it holds.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import datetime as dt
import email.utils
import fcntl
import hashlib
import json
import logging
import os
import platform
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable
from urllib.parse import quote, urlsplit

import requests

VERSION = "1.0.0"
SCHEMA = "reef-manifest/1"
CONFIG = "/etc/reef-agent/config.json"
REF = "X-Reef-Ref"

_CHUNK = 4 * 1024 * 1024
"""Anthias reads each request of an upload wholly into memory."""

_BLOCK = 16 * 1024
"""Small enough that the slowest download leaves time to report, and to hear of a takedown."""

_RESERVE = 200 * 1024 * 1024
"""Bytes that stay free on the disk, for the player itself."""

_LOCAL = (5, 60)
_REMOTE = (10, 30)
"""Seconds to connect and seconds without a byte."""

_LEAVING_SECONDS = 45
"""How long what left the manifest stays where nothing else could be shown; Reef promises that it is
gone within a minute."""

_PROCESSING_SECONDS = 45 * 60
"""When an asset that Anthias is still processing counts as forgotten: its own limit for a download
is 15 minutes, tried three times."""

_UNANSWERED_SECONDS = 120
"""How long an asset without a header of ours may still appear after an unanswered request."""

_RETRY_SECONDS = (60, 300, 900, 3600)
"""When what failed is tried again: after the first failure, the second, and so on."""

_TRIAL_STARTS, _TRIAL_SECONDS = 3, 900
"""How often a newer agent is started, and how long it may take each time, to go its first round."""

_AGENT_BYTES, _AGENT_SECONDS = 5_000_000, 120
"""How large an agent may be, and how long it may take to come."""

_PLAYS_KEPT, _PLAYS_SENT, _ERRORS_SENT, _NAMES_KEPT = 20_000, 200, 20, 500
_SKEW_SECONDS = 60
_POLL_SECONDS = 5.0

_COMPARED = (
    "name start_date end_date duration is_enabled nocache skip_asset_check skip_ssl_verify "
    "play_days play_time_from play_time_to refresh_interval_s custom_headers"
)
"""The fields that Anthias lets change; a `PATCH` of any other one is ignored without an error."""

Json = dict[str, Any]
log = logging.getLogger("reef-agent")


class Trouble(Exception):
    """What keeps the agent from going on; its text goes to Reef, the same in every round."""


class ReefAway(Trouble):
    """Reef cannot be reached, or does not answer as it should; nothing changes meanwhile."""

    def __init__(self, text: str, retry_after: int = 0) -> None:
        super().__init__(text)
        self.retry_after = retry_after


class AnthiasTrouble(Trouble):
    """The Anthias server cannot be reached or refuses; `status` is 0 where it gave no answer."""

    def __init__(self, text: str, status: int = 0) -> None:
        super().__init__(text)
        self.status = status


class ManifestChanged(Exception):
    """Another manifest came while something long was under way; the round begins anew."""


@dataclasses.dataclass
class Settings:
    """What the settings file says.

    `reef` is the address of Reef and `anthias` that of the Anthias server, whose `username` and
    `password` are needed where it asks for them. `cache_bytes` limits the cache in `state_dir`.
    `viewer_log` is the command that prints the player's log as journald's JSON lines; the agent
    adds where to begin. `public_key` is a PEM file; an agent has to be signed by its private half.
    """

    reef: str
    device_id: str = ""
    token: str = ""
    anthias: str = "http://127.0.0.1"
    username: str = ""
    password: str = ""
    state_dir: str = "/var/lib/reef-agent"
    cache_bytes: int = 2 * 1024**3
    board: str = ""
    wait_seconds: float = 30.0
    viewer_log: list[str] = dataclasses.field(
        default_factory=lambda: [
            "journalctl",
            "CONTAINER_TAG=anthias-viewer",
            "-o",
            "json",
            "--no-pager",
            "-q",
        ]
    )
    public_key: str = "/etc/reef-agent/update.pem"

    @classmethod
    def read(cls, path: str | Path) -> Settings:
        """Read the file.

        Raises:
            Trouble: it is not there, no JSON, or names what there is not.
        """
        try:
            found = json.loads(Path(path).read_text("utf-8"))
            settings = cls(**found)
        except (OSError, ValueError, TypeError) as error:
            raise Trouble(f"the settings in {path} cannot be read: {error}") from None
        settings.reef, settings.anthias = settings.reef.rstrip("/"), settings.anthias.rstrip("/")
        for address in (settings.reef, settings.anthias):
            if urlsplit(address).scheme not in ("http", "https") or not urlsplit(address).netloc:
                raise Trouble(f"{address!r} in {path} is no address such as https://reef.example")
        return settings


def write_file(path: Path, text: str, mode: int = 0o600) -> None:
    """Replace a file in one step, so that a reader finds the old or the new one, whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, mode)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def read_json(path: Path) -> Json:
    """Read a JSON object; an empty one where the file is missing or damaged."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


# --- The manifest ---------------------------------------------------------------------------------


@dataclasses.dataclass
class Wanted:
    """One asset of the manifest.

    `key` names its bytes or its address and changes when Anthias needs another asset for it; the
    rest of `fields`, which are posted as they are, can be patched.
    """

    asset_id: str
    version: int
    fields: Json
    url: str = ""
    sha256: str = ""
    size: int = 0

    @property
    def key(self) -> str:
        """What cannot be changed of an asset of Anthias."""
        source = self.sha256 or self.fields["uri"]
        return f"{self.fields['mimetype']} {source}"

    @property
    def ref(self) -> str:
        """How an asset of Anthias says that it is this one; empty for those that cannot."""
        return str((self.fields.get("custom_headers") or {}).get(REF, ""))


def read_manifest(found: Any, device_id: str) -> list[Wanted]:
    """Return what a manifest wants, in its order.

    Raises:
        Trouble: it is not whole, so that nothing of it may be believed.
    """
    try:
        if found["schema"] != SCHEMA or found["device_id"] != device_id:
            raise ValueError("of another schema or device")
        by_id = {entry["asset_id"]: _wanted(entry) for entry in found["assets"]}
        if len(by_id) != len(found["assets"]) or sorted(by_id) != sorted(found["order"]):
            raise ValueError("its order names other assets")
        return [by_id[asset_id] for asset_id in found["order"]]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Trouble(f"the manifest cannot be read: {type(error).__name__} {error}") from None


def _wanted(entry: Json) -> Wanted:
    fields, content = entry["anthias"], entry.get("content") or {}
    wanted = Wanted(str(entry["asset_id"]), int(entry["version"]), fields)
    for name in ("name", "mimetype", "start_date", "end_date"):
        if not isinstance(fields[name], str):
            raise ValueError(f"{name} is no text")
    moment(fields["start_date"]), moment(fields["end_date"])
    if entry["delivery"] == "file":
        wanted.url, wanted.sha256, wanted.size = (
            content["url"],
            content["sha256"],
            content["size_bytes"],
        )
        if (
            not re.fullmatch(r"[0-9a-f]{64}", wanted.sha256)
            or type(wanted.size) is not int
            or wanted.size < 1
        ):
            raise ValueError("content without size or sha256")
        if not re.fullmatch(r"\.[a-z0-9]{1,8}", fields["ext"]) or not re.match(
            r"https?://", wanted.url
        ):
            raise ValueError("content without address or extension")
    elif entry["delivery"] != "url" or not isinstance(fields["uri"], str) or not fields["uri"]:
        raise ValueError("neither a file nor an address")
    return wanted


def read_told(found: Any) -> Json | None:
    """Return the version and address of the agent that a manifest names; None where it has none."""
    try:
        told = {name: str(found[name]) for name in ("version", "url")}
    except (KeyError, TypeError):
        return None
    known = re.fullmatch(r"\d+\.\d+\.\d+", told["version"]) and re.match(r"https?://", told["url"])
    return told if known else None


def moment(text: str) -> dt.datetime:
    """Read a time; one without a zone is meant as UTC, as Anthias keeps them."""
    read = dt.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return read.replace(tzinfo=dt.timezone.utc) if read.tzinfo is None else read


def differences(wanted: Json, found: Json) -> Json:
    """Return the fields of an asset of Anthias that have to be patched."""
    return {
        name: wanted[name]
        for name in _COMPARED.split()
        if name in wanted and not _same(name, wanted[name], found.get(name), found)
    }


def _same(name: str, wanted: Any, found: Any, row: Json) -> bool:
    if name == "name":
        # Anthias appends -1, -2 … to a name that another asset has, and unescapes ampersands.
        plain, shown = str(wanted).replace("&amp;", "&").strip(), str(found)
        more = shown[len(plain) + 1 :]
        return shown == plain or (shown == f"{plain}-{more}" and more.isdecimal())
    if name == "duration":
        return "video" in str(row.get("mimetype")) or wanted == found
    if name in ("start_date", "end_date"):
        return bool(found) and moment(str(wanted)) == moment(str(found))
    if name in ("play_time_from", "play_time_to"):
        return _clock(wanted) == _clock(found)
    if name == "play_days":
        return sorted(set(wanted)) == sorted(set(found or []))
    return bool(wanted == found) or (not wanted and not found)


def _clock(value: Any) -> str:
    text = str(value or "")
    return text + ":00" if len(text) == 5 else text


# --- Reef -----------------------------------------------------------------------------------------


class Reef:
    """Reef, over HTTP; `skew` is by how many seconds its clock is ahead of this machine's."""

    def __init__(self, settings: Settings) -> None:
        self.settings, self.skew = settings, 0.0
        self.session = requests.Session()
        self.session.headers["User-Agent"] = f"reef-agent/{VERSION}"

    def manifest(self, etag: str) -> tuple[str, Any | None]:
        """Ask for the manifest; return its ETag and itself, or None where it is the one of `etag`.

        Raises:
            ReefAway: there is no whole answer.
        """
        headers = {"If-None-Match": etag} if etag else {}
        answer = self._ask("GET", "manifest", headers=headers)
        if answer.status_code == 304 and etag:
            return etag, None
        if answer.status_code != 200:
            raise _away(answer)
        length = answer.headers.get("Content-Length", "")
        if (
            length.isdigit()
            and "Content-Encoding" not in answer.headers
            and int(length) != len(answer.content)
        ):
            raise ReefAway("the manifest was cut short")
        try:
            return answer.headers.get("ETag", ""), answer.json()
        except ValueError:
            raise ReefAway("the manifest is no JSON") from None

    def heartbeat(self, report: Json) -> None:
        """Say how the device is.

        Raises:
            ReefAway: it was not taken.
        """
        answer = self._ask("POST", "heartbeat", json=report)
        if answer.status_code != 204:
            raise _away(answer)

    def _ask(self, method: str, what: str, **more: Any) -> requests.Response:
        url = f"{self.settings.reef}/api/v3/devices/{self.settings.device_id}/{what}/"
        more["headers"] = {"Authorization": f"Bearer {self.settings.token}"} | _plain(
            more.get("headers")
        )
        answer = None
        for again in (False, True):  # a connection may be closed just when it is used again
            try:
                answer = self.session.request(
                    method, url, timeout=_REMOTE, allow_redirects=False, **more
                )
                break
            except (requests.RequestException, OSError) as error:
                if again or not isinstance(error, requests.ConnectionError):
                    raise ReefAway(f"Reef cannot be reached: {type(error).__name__}") from None
                self.session.close()
        assert answer is not None
        with contextlib.suppress(TypeError, ValueError):
            shown = email.utils.parsedate_to_datetime(answer.headers.get("Date", ""))
            self.skew = shown.timestamp() + 0.5 - time.time()  # the header has whole seconds
        return answer

    def download(self, wanted: Wanted, part: Path, breathe: Callable[[], None]) -> None:
        """Fetch an asset's bytes, going on where `part` ends.

        Raises:
            Trouble: fewer or more bytes came than the manifest says; what fits is kept.
        """
        there = part.stat().st_size if part.exists() else 0
        if there >= wanted.size:
            return
        headers = (
            {"Range": f"bytes={there}-", "Accept-Encoding": "identity"}
            if there
            else {"Accept-Encoding": "identity"}
        )
        try:
            with requests.get(wanted.url, headers=headers, timeout=_REMOTE, stream=True) as answer:
                if answer.status_code == 416:
                    part.unlink()
                    raise Trouble(f"asset {wanted.asset_id}: the download cannot be resumed")
                if answer.status_code not in (200, 206):
                    raise Trouble(
                        f"asset {wanted.asset_id}: the download answers {answer.status_code}"
                    )
                if answer.status_code == 206 and not _goes_on(answer, there, wanted.size):
                    part.unlink()
                    raise Trouble(f"asset {wanted.asset_id}: the download goes on elsewhere")
                with part.open("ab" if answer.status_code == 206 else "wb") as file:
                    for block in answer.iter_content(_BLOCK):
                        if file.tell() + len(block) > wanted.size:
                            file.truncate(0)
                            raise Trouble(f"asset {wanted.asset_id}: more bytes came than it has")
                        file.write(block)
                        file.flush()
                        breathe()
        except (requests.RequestException, OSError) as error:
            raise Trouble(
                f"asset {wanted.asset_id}: the download broke off: {type(error).__name__}"
            ) from None
        if part.stat().st_size < wanted.size:
            raise Trouble(f"asset {wanted.asset_id}: the download broke off")


def _away(answer: requests.Response) -> ReefAway:
    after = answer.headers.get("Retry-After", "")
    seconds = min(int(after), 3600) if after.isdigit() else 0
    return ReefAway(f"Reef answers {answer.status_code}", seconds)


def _goes_on(answer: requests.Response, there: int, size: int) -> bool:
    shown = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", answer.headers.get("Content-Range", ""))
    return shown is not None and int(shown[1]) == there and shown[2] in ("*", str(size))


def _plain(headers: Any) -> dict[str, str]:
    return dict(headers or {})


# --- Anthias --------------------------------------------------------------------------------------


class Anthias:
    """The Anthias server's API v2; v1 answers some requests with 500 although it obeyed them."""

    def __init__(self, settings: Settings) -> None:
        self.address = settings.anthias
        self.session = requests.Session()
        self.session.trust_env = False  # no proxy lies between this machine and itself
        # The server closes what was idle for five seconds, just when the next request may come.
        self.session.headers["Connection"] = "close"
        if settings.username:
            self.session.auth = (settings.username, settings.password)

    def assets(self) -> dict[str, Json]:
        """Return all assets by their id."""
        found = self._read(self._ask("GET", "/api/v2/assets"), list)
        try:
            return {row["asset_id"]: row for row in found}
        except (KeyError, TypeError):
            raise AnthiasTrouble("the Anthias server answers no list of assets") from None

    def asset(self, anthias_id: str) -> Json | None:
        """Return one asset, None where there is none."""
        answer = self._ask("GET", f"/api/v2/assets/{quote(anthias_id)}", missing=True)
        return None if answer.status_code == 404 else dict(self._read(answer))

    def create(self, fields: Json) -> Json:
        """Make an asset; an error does not mean that it was not made."""
        return dict(self._read(self._ask("POST", "/api/v2/assets", json=fields), name="asset_id"))

    def change(self, anthias_id: str, fields: Json) -> None:
        """Change an asset; one that is gone is made again in the next round."""
        self._ask("PATCH", f"/api/v2/assets/{quote(anthias_id)}", missing=True, json=fields)

    def delete(self, anthias_id: str) -> None:
        """Delete an asset. Idempotent."""
        self._ask("DELETE", f"/api/v2/assets/{quote(anthias_id)}", missing=True)

    def order(self, anthias_ids: list[str]) -> None:
        """Put these assets into this order; the place of others stays as it is."""
        self._ask("POST", "/api/v2/assets/order", json={"ids": ",".join(anthias_ids)})

    def upload(self, path: Path, ext: str, breathe: Callable[[], None]) -> tuple[str, str]:
        """Hand over a file in chunks; return where Anthias has put it, and its extension.

        A broken upload begins anew: if its first chunks were cleaned up meanwhile, Anthias would go
        on in a new file and fill what is missing with zeros.
        """
        size, sent, upload_id, answer = path.stat().st_size, 0, "", {}
        with path.open("rb") as file:
            while sent < size:
                chunk = file.read(_CHUNK)
                headers = {"Content-Range": f"bytes {sent}-{sent + len(chunk) - 1}/{size}"}
                if upload_id:
                    headers["X-Upload-Id"] = upload_id
                files = {"file_upload": (f"reef{ext}", chunk)}
                answer = self._read(
                    self._ask("POST", "/api/v2/file_asset", headers=headers, files=files),
                    name="uri",
                )
                upload_id, sent = str(answer.get("upload_id", "")), sent + len(chunk)
                breathe()
        return str(answer["uri"]), str(answer.get("ext") or ext)

    def info(self) -> Json:
        """Return what the server says of itself; empty where it takes too long."""
        try:
            return dict(self._ask("GET", "/api/v2/info", timeout=(5, 10)).json())
        except (Trouble, ValueError, TypeError):
            return {}

    def _read(self, answer: requests.Response, kind: type = dict, name: str = "") -> Any:
        """Return what an answer says; `name` is a field that it must have.

        Raises:
            AnthiasTrouble: it says something else, as whatever stands in for a server that starts.
        """
        found: Any = None
        with contextlib.suppress(ValueError):
            found = answer.json()
        is_right = isinstance(found, kind)
        if not is_right or (name and name not in found):
            raise AnthiasTrouble("the Anthias server answers something else than it should")
        return found

    def _ask(self, method: str, path: str, missing: bool = False, **more: Any) -> requests.Response:
        try:
            more.setdefault("timeout", _LOCAL)
            answer = self.session.request(
                method, self.address + path, allow_redirects=False, **more
            )
        except (requests.RequestException, OSError) as error:
            raise AnthiasTrouble(
                f"the Anthias server cannot be reached: {type(error).__name__}"
            ) from None
        status = answer.status_code
        if status in (301, 302, 303, 307, 308, 401, 403):
            raise AnthiasTrouble("the Anthias server wants a name and a password", status)
        if status == 507:
            raise AnthiasTrouble("the disk of the Anthias server is full", status)
        if status >= 400 and not (missing and status == 404):
            text = re.sub(r"\s+", " ", answer.text)[:200]
            raise AnthiasTrouble(
                f"the Anthias server answers {status} to {method} {path[:24]}: {text}", status
            )
        return answer


# --- The cache ------------------------------------------------------------------------------------


class Cache:
    """Files by their sha256, outside Anthias's folder, where a clean-up would delete them."""

    def __init__(self, folder: Path, limit: int) -> None:
        self.folder, self.limit = folder, limit
        folder.mkdir(parents=True, exist_ok=True)

    def path(self, sha256: str) -> Path:
        """Return where a whole file lies, or will."""
        return self.folder / sha256

    def part(self, sha256: str) -> Path:
        """Return where the bytes of one lie that is not whole yet."""
        return self.folder / f"{sha256}.part"

    def fetch(
        self, wanted: Wanted, reef: Reef, needed: set[str], breathe: Callable[[], None]
    ) -> Path:
        """Return an asset's file, fetched and verified unless it is here.

        Raises:
            Trouble: there is no room for it, or its bytes do not come, or are other ones.
        """
        path, part = self.path(wanted.sha256), self.part(wanted.sha256)
        if path.exists() and path.stat().st_size == wanted.size:
            os.utime(path)
            return path
        there = part.stat().st_size if part.exists() else 0
        self.trim(needed, wanted.size - there)
        # Anthias gets a copy of it on the same disk before this one can go.
        room = 2 * wanted.size - there + _RESERVE
        if shutil.disk_usage(self.folder).free < room:
            self.trim(needed, self.limit)
        if shutil.disk_usage(self.folder).free < room:
            raise Trouble(
                f"asset {wanted.asset_id}: too little free space for its {wanted.size} bytes"
            )
        for attempt in range(3):
            before = part.stat().st_size if part.exists() else 0
            try:
                reef.download(wanted, part, breathe)
                break
            except Trouble:
                after = part.stat().st_size if part.exists() else 0
                if attempt == 2 or after <= before:
                    raise
        if _sha256(part, breathe) != wanted.sha256:
            part.unlink()
            raise Trouble(f"asset {wanted.asset_id}: other bytes came than were published")
        with part.open("rb") as file:
            os.fsync(file.fileno())
        os.replace(part, path)
        return path

    def trim(self, needed: set[str], more: int = 0) -> None:
        """Delete files until all, with `more` bytes, are within the limit; those not needed first.

        What is in the manifest goes last and the longest unused first: Anthias has its own copy.
        Parts of what nobody wants any more go at once.
        """
        files = []
        for path in self.folder.iterdir():
            if path.suffix == ".part":
                if path.stem not in needed:
                    path.unlink()
                continue
            found = path.stat()
            files.append((path.name in needed, found.st_mtime, found.st_size, path))
        total = sum(size for _, _, size, _ in files) + more
        for _, _, size, path in sorted(files):
            if total <= self.limit:
                break
            path.unlink()
            total -= size


def _sha256(path: Path, breathe: Callable[[], None]) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            breathe()
    return digest.hexdigest()


# --- What was played ------------------------------------------------------------------------------


class PlayLog:
    """What the player's log says that it showed, kept until Reef has it.

    An entry of this start of the machine is dated by the clock that only runs forward, so that a
    clock set meanwhile does not matter.
    """

    def __init__(self, settings: Settings) -> None:
        self.command = settings.viewer_log
        self.path = Path(settings.state_dir) / "played.json"
        kept = read_json(self.path)
        self.cursor: str = kept.get("cursor", "")
        self.showing: Json = kept.get("showing") or {}
        self.plays: list[Json] = kept.get("plays", [])
        self.dropped = False

    def read(self, names: dict[str, list[Any]], skew: float) -> None:
        """Take in what the log says since the last time; `names` leads to asset and version."""
        where = [f"--after-cursor={self.cursor}"] if self.cursor else ["--since=-5min"]
        before = self.cursor
        with tempfile.TemporaryFile() as lines:
            try:
                subprocess.run(
                    [*self.command, *where],
                    stdout=lines,
                    stderr=subprocess.DEVNULL,
                    timeout=30,
                    check=False,
                )
            except (OSError, subprocess.SubprocessError):
                return
            lines.seek(0)
            for line in lines:
                with contextlib.suppress(ValueError, KeyError, TypeError):
                    self._take(json.loads(line), names, skew if abs(skew) > 2 else 0.0)
        if self.cursor != before:
            self.dropped = len(self.plays) > _PLAYS_KEPT
            self.plays = self.plays[-_PLAYS_KEPT:]
            self.save()

    def sent(self, count: int) -> None:
        """Forget the first plays, which Reef has."""
        self.plays = self.plays[count:]
        self.save()

    def save(self) -> None:
        """Keep it on the disk."""
        kept = {"cursor": self.cursor, "showing": self.showing, "plays": self.plays}
        write_file(self.path, json.dumps(kept))

    @property
    def playing(self) -> str | None:
        """The id of the asset that is shown, as far as the log says; None for others."""
        return self.showing.get("asset_id")

    def _take(self, entry: Json, names: dict[str, list[Any]], skew: float) -> None:
        message = entry.get("MESSAGE") or ""
        text = message if isinstance(message, str) else bytes(message).decode("utf-8", "replace")
        self.cursor = str(entry.get("__CURSOR") or self.cursor)
        shown = re.search(r"Showing asset (.*) \([^()]*\)\s*$", text, re.DOTALL)
        if not shown and not re.search(r"Playlist is empty|is not available, skipping", text):
            return
        at, boot = _entry_time(entry, skew), str(entry.get("_BOOT_ID", ""))
        uptime = int(entry.get("__MONOTONIC_TIMESTAMP", 0)) / 1e6
        if self.showing.get("asset_id") and self.showing["boot"] == boot:
            seconds = uptime - self.showing["uptime"]
            if 0 < seconds < 24 * 3600:
                kept = {name: self.showing[name] for name in ("asset_id", "version", "started_at")}
                self.plays.append(kept | {"seconds": round(seconds, 3)})
        asset_id, version = names.get(shown[1], [None, None]) if shown else (None, None)
        self.showing = (
            {}
            if asset_id is None
            else {
                "asset_id": asset_id,
                "version": version,
                "boot": boot,
                "uptime": uptime,
                "started_at": _text(at),
            }
        )


def _entry_time(entry: Json, skew: float) -> float:
    with contextlib.suppress(OSError):
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip().replace("-", "")
        if entry.get("_BOOT_ID") == boot:
            ago = (
                time.clock_gettime(time.CLOCK_MONOTONIC) - int(entry["__MONOTONIC_TIMESTAMP"]) / 1e6
            )
            return time.time() + skew - ago
    return int(entry["__REALTIME_TIMESTAMP"]) / 1e6 + skew


def _text(at: float) -> str:
    shown = dt.datetime.fromtimestamp(at, dt.timezone.utc).isoformat(timespec="milliseconds")
    return shown.replace("+00:00", "Z")


# --- Newer agents ---------------------------------------------------------------------------------


class Releases:
    """The agents that Reef had this player fetch, each with its signature in a folder of its own.

    `agent.json` says which one the service goes on with. `good` has gone a round, `trial` not yet,
    each `{"name", "version"}`, `trial` with `told` and the number of its `starts` too. `failed`
    holds `{"told", "times", "at", "text"}` of what did not work, `at` None where it is for good.
    The installed agent stays as it is: it verifies the newer one at each start, and goes on itself
    where that one does not come to its first round.
    """

    def __init__(self, settings: Settings) -> None:
        self.public_key = settings.public_key
        self.folder = Path(settings.state_dir).resolve() / "agents"
        self.file = Path(settings.state_dir) / "agent.json"
        self.kept = read_json(self.file)

    def choose(self) -> list[str]:
        """Return what is to be started in place of the installed agent; nothing for that one."""
        here = Path(__file__).resolve()
        if here.parent.parent == self.folder:
            return []
        trial = self.kept.get("trial")
        if trial and trial["starts"] >= _TRIAL_STARTS:
            text = f"version {trial['version']} does not work on this player"
            self.kept["failed"] = {"told": trial["told"], "times": 1, "at": None, "text": text}
            del self.kept["trial"]
            self.save()
        elif trial:
            trial["starts"] += 1
            self.save()  # before it starts, however it ends
        for place in ("trial", "good"):
            held = self.kept.get(place)
            if not held or _numbers(held["version"]) <= _numbers(VERSION):
                continue
            path = self.folder / held["name"] / here.name
            try:
                is_ours = is_signed(path, self.public_key)
            except Trouble as trouble:
                log.warning("%s: %s", path, trouble)
                continue
            if not is_ours:
                log.warning("%s is not signed by the known key", path)
                del self.kept[place]  # it comes again, if Reef still wants it here
                self.save()
                continue
            # The alarm outlives the start of another program, and ends it where nobody stops it.
            signal.alarm(_TRIAL_SECONDS if place == "trial" else 0)
            return [sys.executable, str(path)]
        return []

    def take(self, told: Json) -> bool:
        """Fetch the agent that Reef wants here; return whether it is to be started now.

        Raises:
            Trouble: it does not come, is not signed by the known key, or did not work before.
        """
        if _numbers(told["version"]) <= _numbers(VERSION):
            return False
        if self.kept.get("trial", {}).get("told") == told:
            return True
        failed = self.kept.get("failed") or {}
        if failed.get("told") != told:
            failed = {"times": 0}
        elif failed["at"] is None or _is_early(failed):
            raise Trouble(failed["text"])
        try:
            self._fetch(told)
        except Trouble as trouble:
            again = {"told": told, "times": failed["times"] + 1, "at": time.time()}
            self.kept["failed"] = again | {"text": str(trouble)}
            self.save()
            raise
        return True

    def _fetch(self, told: Json) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._clear()
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            new = Path(folder) / Path(__file__).name
            version = fetch_agent(told["url"], new, self.public_key)
            if version != told["version"]:
                raise Trouble(f"{told['url']} is version {version}, not {told['version']}")
            name = _sha256(new, lambda: None)
            (self.folder / name).mkdir(exist_ok=True)
            for path in (_signature(new), new):
                os.replace(path, self.folder / name / path.name)
        self.kept["trial"] = {"name": name, "version": version, "told": told, "starts": 0}
        self.save()

    def confirm(self) -> None:
        """Note that this agent has gone a round."""
        signal.alarm(0)
        trial = self.kept.get("trial")
        if trial and Path(__file__).resolve().parent == self.folder / trial["name"]:
            self.kept = {"good": {name: trial[name] for name in ("name", "version")}}
            self.save()
            self._clear()

    def _clear(self) -> None:
        """Delete agents that nobody needs any more, and what a broken attempt left."""
        needed = {self.kept[place]["name"] for place in ("trial", "good") if place in self.kept}
        for path in self.folder.iterdir():
            if path.name not in needed and path != Path(__file__).resolve().parent:
                shutil.rmtree(path, ignore_errors=True)

    def save(self) -> None:
        """Keep it on the disk."""
        write_file(self.file, json.dumps(self.kept))


def _is_early(failed: Json) -> bool:
    """Whether what failed is not tried again yet."""
    wait = _RETRY_SECONDS[min(failed["times"], len(_RETRY_SECONDS)) - 1]
    return 0 <= time.time() - float(failed["at"]) < wait


def fetch_agent(source: str, new: Path, public_key: str) -> str:
    """Put an agent from a path or an address at `new`, its signature beside it; return its version.

    Raises:
        Trouble: it is not signed by the known key, not newer than this one, or does not run.
    """
    for path, where in ((new, source), (_signature(new), source + ".sig")):
        with path.open("wb") as file:
            file.write(_read(where))
            file.flush()
            os.fsync(file.fileno())
    if not is_signed(new, public_key):
        raise Trouble("the new agent is not signed by the key that this player knows")
    trying = [sys.executable, str(new), "--version"]
    try:
        tried = subprocess.run(trying, capture_output=True, timeout=60, check=False, text=True)
    except (OSError, subprocess.SubprocessError):
        raise Trouble("the new agent does not run on this player") from None
    version = tried.stdout.strip()
    if tried.returncode != 0 or not re.fullmatch(r"\d+\.\d+\.\d+", version):
        raise Trouble("the new agent does not run on this player")
    if _numbers(version) <= _numbers(VERSION):
        raise Trouble(f"version {version} is not newer than {VERSION}")
    return version


def is_signed(agent: Path, public_key: str) -> bool:
    """Return whether an agent is signed by this key, as the file beside it says.

    The signature is RSA or ECDSA over SHA-256, as `openssl dgst -sha256 -sign` makes it.

    Raises:
        Trouble: nobody can tell.
    """
    if not os.access(public_key, os.R_OK):
        raise Trouble(f"updates need the key that signs them, in {public_key}")
    checking = ["openssl", "dgst", "-sha256", "-verify", public_key]
    checking += ["-signature", str(_signature(agent)), str(agent)]
    try:
        checked = subprocess.run(checking, capture_output=True, timeout=30, check=False)
    except (OSError, subprocess.SubprocessError) as error:
        raise Trouble(f"the signature cannot be verified: {type(error).__name__}") from None
    return checked.returncode == 0 and checked.stdout.strip() == b"Verified OK"


def _signature(agent: Path) -> Path:
    return agent.with_name(agent.name + ".sig")


def _read(source: str) -> bytes:
    if not re.match(r"https?://", source):
        try:
            return Path(source).read_bytes()
        except OSError as error:
            raise Trouble(f"{source} cannot be read: {type(error).__name__}") from None
    until, found = time.monotonic() + _AGENT_SECONDS, b""
    try:
        with requests.get(source, timeout=_REMOTE, stream=True) as answer:
            if answer.status_code != 200:
                raise Trouble(f"{source} answers {answer.status_code}")
            for block in answer.iter_content(16 * 1024):
                found += block
                if len(found) > _AGENT_BYTES or time.monotonic() > until:
                    raise Trouble(f"{source} is too large or too slow")
    except (requests.RequestException, OSError) as error:
        raise Trouble(f"{source} cannot be read: {type(error).__name__}") from None
    return found


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


# --- The round ------------------------------------------------------------------------------------


class Agent:
    """The agent with its state.

    The state's `assets` hold by Reef's id of an asset: `current`, the asset of Anthias that shows
    it, and `next`, the one that will once Anthias has processed it; each `{"id", "key",
    "version"}`, `next` with `since` too. `failed` holds `{"key", "times", "at", "text"}` of what
    did not work. `posting` is the asset that was being made, with the ids that there were before.
    `retired` are assets of Anthias to be deleted, `names` lead from names in the player's log to
    `[asset_id, version]`. `told` is which agent Reef wants here, and `outdated` says that it is
    here by now, to be started in place of this one.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings, self.folder = settings, Path(settings.state_dir)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.reef, self.anthias = Reef(settings), Anthias(settings)
        self.cache = Cache(self.folder / "cache", settings.cache_bytes)
        self.played, self.releases = PlayLog(settings), Releases(settings)
        self.told: Json | None = None
        self.outdated = False
        self.state = read_json(self.folder / "state.json")
        for name, empty in (
            ("assets", {}),
            ("failed", {}),
            ("retired", []),
            ("names", {}),
            ("posting", None),
        ):
            self.state.setdefault(name, empty)
        self.etag, self.refresh = "", 60.0
        self.errors: list[str] = []
        self.wanted: list[Wanted] = []
        self.rows: dict[str, Json] = {}
        self.changed = False
        self.leaving_since: float | None = None
        self.info: Json = {}
        self.breathed, self.info_at = time.monotonic(), -1e9
        kept = read_json(self.folder / "manifest.json")
        with contextlib.suppress(Trouble):  # without a good one a whole one is asked for
            self.believe(kept.get("manifest"))
            self.etag = str(kept.get("etag", ""))

    # The round itself

    def round(self) -> bool:
        """Make the player show what Reef says; return whether Reef was there.

        Raises:
            ReefAway: it was not, and nothing was changed.
        """
        self.errors = []
        self.reef.session.close()  # its connections were idle since the last round
        try:
            self.ask_manifest()
        except ReefAway:
            self.played.read(self.state["names"], self.reef.skew)
            raise
        self.update()
        try:
            for _ in range(10):  # each time another manifest came meanwhile
                try:
                    self.converge()
                    break
                except ManifestChanged:
                    continue
        except Trouble as trouble:
            self.say(str(trouble))
        self.report()
        return True

    def ask_manifest(self) -> bool:
        """Ask Reef for the manifest and keep it; return whether it is another one.

        Raises:
            ReefAway: Reef has none to give, or one that is not whole.
        """
        etag, found = self.reef.manifest(self.etag)
        if found is None:
            return False
        try:
            self.believe(found)
        except Trouble as trouble:
            raise ReefAway(str(trouble)) from None
        write_file(self.folder / "manifest.json", json.dumps({"etag": etag, "manifest": found}))
        self.etag = etag
        return True

    def believe(self, found: Any) -> None:
        """Take a manifest for what is wanted from now on.

        Raises:
            Trouble: it is not whole.
        """
        self.wanted = read_manifest(found, self.settings.device_id)
        self.told = read_told(found.get("agent"))
        seconds = found.get("refresh_seconds")
        self.refresh = (
            float(min(max(seconds, 5), 3600)) if isinstance(seconds, (int, float)) else 60.0
        )

    def update(self) -> None:
        """Fetch the agent that Reef wants here; it is started when this round is over."""
        try:
            self.outdated = self.told is not None and self.releases.take(self.told)
        except Trouble as trouble:
            self.say(f"agent: {trouble}")

    def converge(self) -> None:
        """Bring the player to the manifest; what fails for one asset holds up no other."""
        self.list_rows()
        self.settle_posting()
        self.adopt()
        self.remember_names()
        self.advance()
        self.remove_leaving()
        for wanted in self.wanted:
            try:
                self.bring(wanted)
            except AnthiasTrouble as trouble:
                if trouble.status in (0, 302, 401, 403, 507):
                    raise  # it concerns all of them
                self.fail(wanted, f"asset {wanted.asset_id}: {trouble}")
            except Trouble as trouble:
                self.fail(wanted, str(trouble))
        self.wait_processing()
        self.remove_leaving()
        self.put_in_order()
        self.remove_retired()
        self.remember_names()
        self.cache.trim({wanted.sha256 for wanted in self.wanted})

    def list_rows(self) -> None:
        """Read all assets of the player."""
        self.rows, self.changed = self.anthias.assets(), False

    def settle_posting(self) -> None:
        """Find out whether the asset that was being made last, without an answer, is there."""
        posting = self.state["posting"]
        if posting is None:
            return
        owned = self.owned()
        found = [
            row
            for anthias_id, row in self.rows.items()
            if anthias_id not in owned and _is_posted(row, posting)
        ]
        if found:
            self.keep_next(
                posting["asset_id"], found[0]["asset_id"], posting["key"], posting["version"]
            )
        elif posting["ref"] or not 0 <= time.time() - posting["at"] < _UNANSWERED_SECONDS:
            self.state["posting"] = None
            self.save()

    def adopt(self) -> None:
        """Take in assets of ours that the state does not know; retire those that nobody wants.

        They are told by their header alone: the state was lost, or a request was obeyed too late.
        """
        by_ref = {wanted.ref: wanted for wanted in self.wanted if wanted.ref}
        owned = self.owned()
        for anthias_id, row in self.rows.items():
            ref = (row.get("custom_headers") or {}).get(REF)
            if not ref or anthias_id in owned:
                continue
            wanted = by_ref.get(ref)
            entry = self.state["assets"].get(wanted.asset_id, {}) if wanted else {}
            fits = wanted and (wanted.sha256 or _same_uri(wanted.fields["uri"], row))
            if (
                wanted
                and fits
                and not entry.get("next")
                and entry.get("current", {}).get("key") != wanted.key
            ):
                self.keep_next(wanted.asset_id, anthias_id, wanted.key, wanted.version)
            else:
                self.state["retired"].append(anthias_id)
                self.save()

    def owned(self) -> set[str]:
        """Return the assets of Anthias that the state knows as ours."""
        entries = self.state["assets"].values()
        held = (
            entry[place] for entry in entries for place in ("current", "next") if place in entry
        )
        return {each["id"] for each in held} | set(self.state["retired"])

    def remember_names(self) -> None:
        """Keep how the player's log names our assets."""
        names = dict(self.state["names"])
        for asset_id, entry in self.state["assets"].items():
            for place in ("current", "next"):
                held = entry.get(place)
                if held and held["id"] in self.rows:
                    names.pop(self.rows[held["id"]]["name"], None)
                    names[self.rows[held["id"]]["name"]] = [asset_id, held["version"]]
        names = dict(list(names.items())[-_NAMES_KEPT:])
        if names != self.state["names"]:
            self.state["names"] = names
            self.save()

    def advance(self) -> None:
        """Move on what Anthias has processed, and forget what is gone from it."""
        for asset_id, entry in list(self.state["assets"].items()):
            current, coming = entry.get("current"), entry.get("next")
            if current and current["id"] not in self.rows:
                del entry["current"]  # somebody deleted it by hand
                self.save()
            if coming is None:
                continue
            row = self.rows.get(coming["id"])
            if row is None:
                del entry["next"]
            elif not row.get("is_processing"):
                self.finish(asset_id, entry, row)
            elif not 0 <= time.time() - coming["since"] < _PROCESSING_SECONDS:
                self.fail_next(asset_id, entry, "Anthias does not finish processing it")
            else:
                continue
            self.save()

    def finish(self, asset_id: str, entry: Json, row: Json) -> None:
        """Show what Anthias has processed in place of what there was, or say why it cannot."""
        message = (row.get("metadata") or {}).get("error_message")
        if message and not row.get("is_enabled"):
            self.fail_next(asset_id, entry, str(message))
            return
        if entry.get("current"):
            self.state["retired"].append(entry["current"]["id"])
        coming = entry.pop("next")
        entry["current"] = {name: coming[name] for name in ("id", "key", "version")}
        self.state["failed"].pop(asset_id, None)
        self.changed = True

    def fail_next(self, asset_id: str, entry: Json, text: str) -> None:
        """Give up an asset that Anthias could not process; the one before it stays."""
        coming = entry.pop("next")
        self.state["retired"].append(coming["id"])
        self.note_failure(asset_id, coming["key"], f"asset {asset_id}: {text}")

    # One asset

    def bring(self, wanted: Wanted) -> None:
        """Have one asset on the player as it should be."""
        entry = self.state["assets"].get(wanted.asset_id, {})
        current, coming = entry.get("current"), entry.get("next")
        if coming and coming["key"] != wanted.key:
            self.state["retired"].append(entry.pop("next")["id"])
            self.save()
            coming = None
        for held in (current, coming):
            if held and held["key"] == wanted.key and held["id"] in self.rows:
                if held is current and coming:  # it went back to what is shown
                    self.state["retired"].append(entry.pop("next")["id"])
                    self.save()
                if held["version"] != wanted.version:
                    held["version"] = wanted.version
                    self.save()
                self.patch(held["id"], wanted)
                self.state["failed"].pop(wanted.asset_id, None)
                return
        if coming or self.put_off(wanted):
            return
        posting = self.state["posting"]
        if posting and posting["asset_id"] == wanted.asset_id:
            return  # it may still appear
        self.make(wanted)

    def patch(self, anthias_id: str, wanted: Wanted) -> None:
        """Change the fields that differ."""
        row = self.rows[anthias_id]
        fields = differences(wanted.fields, row)
        if row.get("is_processing"):
            fields.pop("is_enabled", None)
        if fields:
            log.info("asset %s: changing %s", wanted.asset_id, ", ".join(sorted(fields)))
            self.anthias.change(anthias_id, fields)
            self.changed = True

    def put_off(self, wanted: Wanted) -> bool:
        """Whether an asset failed and is not tried again yet; it is said again."""
        failed = self.state["failed"].get(wanted.asset_id)
        if not failed or failed["key"] != wanted.key or not _is_early(failed):
            return False
        self.say(failed["text"])
        return True

    def fail(self, wanted: Wanted, text: str) -> None:
        """Note that an asset did not work."""
        self.note_failure(wanted.asset_id, wanted.key, text)

    def note_failure(self, asset_id: str, key: str, text: str) -> None:
        """Say what did not work, and keep when, so that it is tried less and less often."""
        before = self.state["failed"].get(asset_id) or {}
        times = before["times"] + 1 if before.get("key") == key else 1
        self.state["failed"][asset_id] = {
            "key": key,
            "times": times,
            "at": time.time(),
            "text": text,
        }
        self.save()
        self.say(text)

    def make(self, wanted: Wanted) -> None:
        """Make an asset of Anthias; it is shown when Anthias has processed it."""
        fields = dict(wanted.fields)
        if wanted.sha256:
            needed = {each.sha256 for each in self.wanted}
            path = self.cache.fetch(wanted, self.reef, needed, self.breathe)
            fields["uri"], fields["ext"] = self.anthias.upload(path, fields["ext"], self.breathe)
        else:
            fields.pop("ext", None)
        log.info("asset %s: making version %s", wanted.asset_id, wanted.version)
        self.state["posting"] = {
            "asset_id": wanted.asset_id,
            "key": wanted.key,
            "version": wanted.version,
            "ref": wanted.ref,
            "name": fields["name"],
            "uri": "" if wanted.sha256 else fields["uri"],
            "at": time.time(),
            "known": sorted(self.rows),
        }
        self.save()
        self.changed = True
        try:
            row = self.anthias.create(fields)
        except AnthiasTrouble as trouble:
            answered = 400 <= trouble.status < 500
            if answered:
                self.state["posting"] = None
            else:
                self.list_rows()  # it may have been made all the same
                self.changed = True
                self.settle_posting()
            if self.state["assets"].get(wanted.asset_id, {}).get("next") and not answered:
                return
            raise
        self.rows[row["asset_id"]] = row
        self.keep_next(wanted.asset_id, row["asset_id"], wanted.key, wanted.version)
        if not row.get("is_processing"):
            self.finish(wanted.asset_id, self.state["assets"][wanted.asset_id], row)
            self.save()
            self.remove_leaving()

    def keep_next(self, asset_id: str, anthias_id: str, key: str, version: int) -> None:
        """Keep which asset of Anthias will show an asset."""
        entry = self.state["assets"].setdefault(asset_id, {})
        entry["next"] = {"id": anthias_id, "key": key, "version": version, "since": time.time()}
        posting = self.state["posting"]
        if posting and posting["asset_id"] == asset_id:
            self.state["posting"] = None
        self.save()

    # What comes last

    def wait_processing(self) -> None:
        """Wait a while for what Anthias processes; the next round goes on with what is not done."""
        until, pause = time.monotonic() + self.settings.wait_seconds, 0.1
        while any(entry.get("next") for entry in self.state["assets"].values()):
            for asset_id, entry in list(self.state["assets"].items()):
                row = self.anthias.asset(entry["next"]["id"]) if entry.get("next") else None
                if row and not row.get("is_processing"):
                    self.rows[row["asset_id"]] = row
                    self.finish(asset_id, entry, row)
                    self.save()
                elif entry.get("next") and row is None:
                    del entry["next"]
                    self.save()
            if time.monotonic() >= until:
                return
            if any(entry.get("next") for entry in self.state["assets"].values()):
                time.sleep(min(pause, max(0.0, until - time.monotonic())))
                pause = min(2 * pause, 5.0)
                self.breathe()

    def remove_leaving(self) -> None:
        """Delete what left the manifest once there is something else to show, or after a while."""
        ids = {wanted.asset_id for wanted in self.wanted}
        leaving = [asset_id for asset_id in self.state["assets"] if asset_id not in ids]
        if not leaving:
            self.leaving_since = None
            return
        if self.leaving_since is None:
            self.leaving_since = time.monotonic()
        others = any(
            entry.get("current") for key, entry in self.state["assets"].items() if key in ids
        )
        if ids and not others and time.monotonic() - self.leaving_since < _LEAVING_SECONDS:
            return
        for asset_id in leaving:
            entry = self.state["assets"].pop(asset_id)
            self.state["retired"] += [
                entry[place]["id"] for place in ("current", "next") if entry.get(place)
            ]
            self.state["failed"].pop(asset_id, None)
        self.save()
        self.remove_retired()

    def put_in_order(self) -> None:
        """Bring our assets into the manifest's order, last: Anthias renumbers at every change."""
        if self.changed:
            self.list_rows()
        entries = [self.state["assets"].get(wanted.asset_id, {}) for wanted in self.wanted]
        ids = [entry["current"]["id"] for entry in entries if entry.get("current")]
        places = [self.rows[each].get("play_order", 0) for each in ids if each in self.rows]
        if any(later <= earlier for earlier, later in zip(places, places[1:])):
            self.anthias.order(ids)

    def remove_retired(self) -> None:
        """Delete from the player what has been replaced, left, or failed."""
        while self.state["retired"]:
            anthias_id = self.state["retired"][0]
            if anthias_id in self.rows:
                try:
                    self.anthias.delete(anthias_id)
                except AnthiasTrouble as trouble:
                    # It may have been obeyed all the same.
                    if trouble.status < 500 or self.anthias.asset(anthias_id) is not None:
                        raise
                self.rows.pop(anthias_id)
            self.state["retired"].pop(0)
            self.save()

    # Meanwhile

    def breathe(self) -> None:
        """Within what takes long: report, and see whether Reef says something else by now.

        Raises:
            ManifestChanged: it does.
        """
        if (
            self.leaving_since is not None
            and time.monotonic() - self.leaving_since >= _LEAVING_SECONDS
        ):
            self.remove_leaving()
        if time.monotonic() - self.breathed < self.refresh:
            return
        try:
            self.report()
            if self.ask_manifest():
                raise ManifestChanged
        except ReefAway:
            return  # it is said when the round is over

    def report(self) -> None:
        """Send the heartbeat, with what was played.

        Raises:
            ReefAway: it was not taken; what was played stays until it is.
        """
        self.breathed = time.monotonic()
        self.played.read(self.state["names"], self.reef.skew)
        if abs(self.reef.skew) > _SKEW_SECONDS:
            self.say("the clock of this player is wrong")
        if self.played.dropped:
            self.say("some plays were lost, because Reef was away for too long")
        for _ in range(10):
            plays = self.played.plays[:_PLAYS_SENT]
            self.reef.heartbeat(self.condition() | {"played": plays})
            if plays:
                self.played.sent(len(plays))
            if len(plays) < _PLAYS_SENT:
                return

    def condition(self) -> Json:
        """Say how this machine is."""
        if time.monotonic() - self.info_at > 6 * 3600:
            found = self.anthias.info()
            self.info, self.info_at = found, time.monotonic() - (0 if found else 5.9 * 3600)
        return {
            "agent_version": VERSION,
            "anthias_version": str(self.info.get("anthias_version") or "")[:100] or None,
            "board": self.settings.board or board(),
            "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
            "free_bytes": shutil.disk_usage(self.folder).free,
            "playing": self.played.playing,
            "errors": self.errors[:_ERRORS_SENT],
        }

    def say(self, text: str) -> None:
        """Note an error for the heartbeat, once a round."""
        text = text[:300]
        if text not in self.errors:
            log.warning("%s", text)
            self.errors.append(text)

    def save(self) -> None:
        """Keep the state on the disk."""
        write_file(self.folder / "state.json", json.dumps(self.state))


def _is_posted(row: Json, posting: Json) -> bool:
    if row["asset_id"] in posting["known"]:
        return False
    ref = (row.get("custom_headers") or {}).get(REF)
    if posting["ref"] and ref:
        return bool(ref == posting["ref"])
    same = _same("name", posting["name"], row.get("name"), row)
    return same and (not posting["uri"] or _same_uri(posting["uri"], row))


def _same_uri(wanted: str, row: Json) -> bool:
    """Whether an asset was made for an address, which Anthias escapes or downloads to a file."""
    shown = wanted.replace("&amp;", "&")
    for plain, escaped in (("<", "&lt;"), (">", "&gt;"), ("'", "&apos;"), ('"', "&quot;")):
        shown = shown.replace(plain, escaped)
    found = str(row.get("uri"))
    return found == shown or found.startswith("/")


def board() -> str | None:
    """Return Anthias's name of this kind of machine."""
    machine = platform.machine()
    try:
        model = Path("/proc/device-tree/model").read_text("utf-8", "replace")
    except OSError:
        return "x86" if machine in ("x86_64", "i686") else None
    for pattern, plain, wide in (
        (r"Raspberry Pi (5|500|Compute Module 5)", "pi5", "pi5"),
        (r"Raspberry Pi (4|400|Compute Module 4)", "pi4", "pi4-64"),
        (r"Raspberry Pi (3|Compute Module 3|Zero 2)", "pi3", "pi3-64"),
        (r"Raspberry Pi 2", "pi2", "pi2"),
        (r"Raspberry Pi", "pi1", "pi1"),
        (r"ROCK ?(Pi)? ?4", "rockpi4", "rockpi4"),
    ):
        if re.search(pattern, model, re.IGNORECASE):
            return wide if machine == "aarch64" else plain
    return "arm64" if machine == "aarch64" else None


# --- Commands -------------------------------------------------------------------------------------


@contextlib.contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Be the only agent of this state folder.

    Raises:
        Trouble: another one runs.
    """
    folder = Path(settings.state_dir)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Trouble("another agent runs with the same state folder") from None
        yield


def run(settings: Settings) -> None:
    """Go round after round until the service is stopped; slower while Reef is away.

    It returns when there is a newer agent, which is chosen at the service's next start.
    """
    agent, misses = Agent(settings), 0
    while True:
        began, least = time.monotonic(), 0
        try:
            agent.round()
            agent.releases.confirm()
            misses = 0
        except ReefAway as away:
            misses, least = misses + 1, away.retry_after
            log.warning("%s", away)
        except Exception:  # what nobody foresaw ends its round alone
            misses += 1
            log.exception("the round failed")
        if agent.outdated:
            log.info("a newer agent is here; the service starts it")
            return
        pause = max(agent.refresh * (1 if misses < 2 else min(misses, 5)), least)
        time.sleep(max(1.0, pause * random.uniform(0.9, 1.0) - (time.monotonic() - began)))


def pair(path: str, reef: str, state: str | None = None) -> None:
    """Show a code until an admin has taken this player in; then write the settings.

    Raises:
        Trouble: Reef does not answer as it should.
    """
    address, kept = reef.rstrip("/") + "/api/v3/devices/pairing/", read_json(Path(path))
    while True:
        begun = _post(address, {}, 201)
        print(
            f"\n    Code: {begun['code']}\n\nAn admin types it in on the page Devices of Reef.",
            flush=True,
        )
        while True:
            time.sleep(_POLL_SECONDS)
            found = _post(address, {"poll_token": begun["poll_token"]}, 200, 404)
            if found.get("token"):
                given = {"reef": reef, "device_id": found["device_id"], "token": found["token"]}
                more = {"state_dir": state} if state else {}
                write_file(Path(path), json.dumps(kept | given | more, indent=2) + "\n", 0o640)
                print("This player has been taken in.")
                return
            if found.get("status") != "waiting":
                break  # the code is over, or its token went astray: show another one


def _post(address: str, body: Json, *statuses: int) -> Json:
    try:
        answer = requests.post(address, json=body, timeout=_REMOTE, allow_redirects=False)
        if answer.status_code in statuses:
            return dict(answer.json())
    except (requests.RequestException, ValueError, TypeError) as error:
        raise Trouble(f"{address} cannot be reached: {type(error).__name__}") from None
    raise Trouble(f"{address} answers {answer.status_code}")


def update(source: str, public_key: str, target: Path) -> str:
    """Put a newer agent in place of `target`; return its version.

    `source` is a path or an address, with the signature beside it as `.sig`. An older agent is
    refused too, for it may have been signed before what is wrong with it was known.

    Raises:
        Trouble: it is not signed by the known key, not newer, or does not run.
    """
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        new = Path(folder) / target.name
        version = fetch_agent(source, new, public_key)
        os.chmod(new, target.stat().st_mode & 0o777)
        shutil.copy2(target, target.with_suffix(".previous"))
        os.replace(new, target)
        return version


def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description="Keep an Anthias player as Reef says.")
    parser.add_argument("--version", action="version", version=VERSION)
    parser.add_argument("--config", default=CONFIG, help=f"the settings file (default: {CONFIG})")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="round after round, for the service")
    commands.add_parser("once", help="one round")
    pairing = commands.add_parser(
        "pair", help="show a code and wait until an admin has typed it in"
    )
    pairing.add_argument(
        "--reef", required=True, help="the address of Reef, such as https://reef.example"
    )
    pairing.add_argument("--state-dir", help="where the agent keeps its cache and state")
    updating = commands.add_parser("update", help="take a newer signed agent in place of this one")
    updating.add_argument(
        "source", help="path or address of the new agent, with its signature as .sig beside it"
    )
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    try:
        if options.command == "pair":
            pair(options.config, options.reef, options.state_dir)
            return 0
        settings = Settings.read(options.config)
        if options.command == "update":
            version = update(options.source, settings.public_key, Path(__file__).resolve())
            print(f"The agent is version {version} now. To use it: systemctl restart reef-agent")
            return 0
        newer = Releases(settings).choose() if options.command == "run" else []
        if newer:
            given = sys.argv[1:] if arguments is None else arguments
            os.execv(newer[0], [*newer, *given])
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        with alone(settings):
            if options.command == "run":
                run(settings)
                return 0
            agent = Agent(settings)
            agent.round()
            return 1 if agent.errors else 0
    except Trouble as trouble:
        print(f"reef-agent: {trouble}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
