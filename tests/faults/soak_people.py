"""What people do in a soak: they send files, ask for more, and try again what failed by chance."""

import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import requests

from local import seeds
from tests import media_files
from tests.faults import parcels
from tests.stack import Stack

Ends = tuple[str, str | None]

_MOST_UNFINISHED = 12
_PATIENCE_SECONDS = 0.5
_READY, _UNREADABLE = ("approved", None), ("failed", "unreadable")


class Sent(NamedTuple):
    """An upload: its kind, its ids, its bytes, and how it must end."""

    kind: str
    asset_id: str
    job_id: str
    data: bytes
    described: dict[str, Any]
    ends: Ends


class People:
    """A contributor who sends, and an editor who asks for more to be made."""

    def __init__(self, reef: Stack, chance: random.Random) -> None:
        self.sent: list[Sent] = []
        self.deeds: Counter[str] = Counter()
        self._chance, self._url = chance, f"{reef.url}/api/v3"
        self._tokens = {one.name: reef.token(one.email) for one in seeds.PEOPLE[:5]}
        self._films = _films()
        self._jobs: list[str] = []
        self._asked_for: set[str] = set()
        self._deeds: dict[Callable[[], None], int] = {
            self._send_text: 4,
            self._send_picture: 3,
            self._send_torn: 1,
            self._send_virus: 1,
            self._send_film: 2,
            self._send_long_film: 1,
            self._send_again: 3,
            self._do_again: 3,
            self._ask_for_banner: 2,
        }

    def do_something(self) -> None:
        """Do one of these, unless much is under way already."""
        latest = self.sent[-_MOST_UNFINISHED:]
        if len(latest) == _MOST_UNFINISHED and not self._is_over(latest[0]):
            time.sleep(_PATIENCE_SECONDS)
            return
        (deed,) = self._chance.choices([*self._deeds], [*self._deeds.values()])
        deed()

    def try_again(self) -> int:
        """Ask once more for whatever failed by chance; gives how many there were."""
        again = 0
        for one in self.sent:
            job = self._call("GET", f"/processing/{one.job_id}/status/")
            by_chance = self._outcome(one) != one.ends or one.ends == _READY
            if job["status"] == "failed" and by_chance:
                again += self._retry(one.job_id)
        for job_id in self._jobs:
            if self._call("GET", f"/processing/{job_id}/status/")["status"] == "failed":
                again += self._retry(job_id)
        for asset_id in sorted(self._asked_for):
            answer = self._download(asset_id)
            again += answer.status_code != 302
        return again

    def wrong_ends(self) -> list[str]:
        """Say which uploads did not end as they must, and which jobs are not over."""
        wrong = [
            f"{one.kind} {one.asset_id} ended {found} instead of {one.ends}"
            for one in self.sent
            if (found := self._outcome(one)) != one.ends
        ]
        for job_id in self._jobs:
            status = self._call("GET", f"/processing/{job_id}/status/")["status"]
            if status != "completed":
                wrong.append(f"the job {job_id} is {status}")
        return wrong

    def _send_text(self) -> None:
        text = f"Tide number {self._chance.getrandbits(60)}.\n".encode()
        self._send("text", text, parcels.TEXT)

    def _send_picture(self) -> None:
        self._send("picture", _unlike(parcels.photo(), self._chance), parcels.PHOTO)

    def _send_torn(self) -> None:
        torn = _unlike(parcels.photo()[:-200], self._chance)
        self._send("torn picture", torn, parcels.PHOTO, _UNREADABLE)

    def _send_virus(self) -> None:
        self._send("virus", media_files.eicar(), parcels.TEXT, ("quarantined", None))

    def _send_film(self) -> None:
        self._send("film", _with_box(self._films[0], self._chance), parcels.FILM)

    def _send_long_film(self) -> None:
        self._send("long film", _with_box(self._films[1], self._chance), parcels.FILM)

    def _send_again(self) -> None:
        if self.sent:
            one = self._chance.choice(self.sent)
            self._send(one.kind, one.data, one.described, one.ends)

    def _do_again(self) -> None:
        ready = [one for one in self.sent[:-_MOST_UNFINISHED] if one.ends == _READY]
        if not ready:
            return
        one = self._chance.choice(ready)
        tasks = self._chance.choice(
            (["virus_scan"], ["thumbnail", "metadata"], ["compression"], ["conversion"])
        )
        if one.kind == "text" and tasks[0] in ("compression", "conversion"):
            tasks = ["metadata"]
        body = {"asset_id": one.asset_id, "tasks": tasks}
        answer = self._request("POST", "/processing/", "editor", body)
        if answer.status_code == 202:
            self._jobs.append(answer.json()["job_id"])
            self.deeds[", ".join(tasks)] += 1
        else:
            assert answer.status_code == 409, answer.text

    def _ask_for_banner(self) -> None:
        pictures = [one for one in self.sent[:-_MOST_UNFINISHED] if one.kind == "picture"]
        if pictures and self._outcome(one := self._chance.choice(pictures)) == _READY:
            self._download(one.asset_id)
            self._asked_for.add(one.asset_id)
            self.deeds["banner"] += 1

    def _send(self, kind: str, data: bytes, described: dict[str, Any], ends: Ends = _READY) -> None:
        wish = {"size_bytes": len(data)} | described
        reserved = self._call("POST", "/assets/upload/", "contributor", wish)
        upload = reserved["upload"]
        files = {"file": ("x", data)}
        answer = requests.post(upload["url"], data=upload["fields"], files=files, timeout=60)
        assert answer.status_code < 300, answer.text
        ids = reserved["asset"]["id"], reserved["job"]["id"]
        self.sent.append(Sent(kind, *ids, data, described, ends))

    def _is_over(self, one: Sent) -> bool:
        return self._outcome(one)[0] not in ("uploading", "scanning", "processing")

    def _outcome(self, one: Sent) -> Ends:
        asset = self._call("GET", f"/assets/{one.asset_id}/")
        return asset["status"], asset["status_reason"]

    def _retry(self, job_id: str) -> int:
        answer = self._request("POST", f"/processing/{job_id}/retry/", "admin", {})
        assert answer.status_code in (202, 409), answer.text
        return answer.status_code == 202

    def _download(self, asset_id: str) -> requests.Response:
        path = f"/assets/{asset_id}/download/?rendition={parcels.BANNER}"
        answer = self._request("GET", path, "viewer")
        assert answer.status_code in (302, 404, 409), answer.text
        return answer

    def _call(self, method: str, path: str, who: str = "admin", body: Any = None) -> Any:
        answer = self._request(method, path, who, body)
        assert answer.status_code < 300, (method, path, answer.status_code, answer.text)
        return answer.json()

    def _request(
        self, method: str, path: str, who: str = "admin", body: Any = None
    ) -> requests.Response:
        headers = {"Authorization": f"Bearer {self._tokens[who]}"}
        return requests.request(
            method,
            self._url + path,
            json=body,
            headers=headers,
            timeout=60,
            allow_redirects=False,
        )


def _films() -> tuple[bytes, bytes]:
    """Make a film that is written anew at once, and one that is made in pieces."""
    with tempfile.TemporaryDirectory() as folder:
        short = media_files.video(Path(folder) / "a.mov", 1, size="64x48")
        long = media_files.video(Path(folder) / "b.mov", 5, "-c:v", "mpeg4", size="64x48")
        return Path(short).read_bytes(), Path(long).read_bytes()


def _unlike(picture: bytes, chance: random.Random) -> bytes:
    """Give a JPEG other bytes by a comment behind its first mark."""
    note = chance.randbytes(8).hex().encode()
    return picture[:2] + b"\xff\xfe" + (len(note) + 2).to_bytes(2, "big") + note + picture[2:]


def _with_box(film: bytes, chance: random.Random) -> bytes:
    """Give a film other bytes by a box that nobody reads."""
    return film + (16).to_bytes(4, "big") + b"free" + chance.randbytes(8)
