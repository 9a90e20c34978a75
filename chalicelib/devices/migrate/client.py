"""Reef's API as a client sees it, as far as moving in needs it."""

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import msgspec
import urllib3

from chalicelib.devices.migrate.rows import Value

Json = dict[str, Value]

_BLOCK = 1024 * 1024
_LASTING = {429, 502, 503, 504}


class Refused(Exception):
    """Reef does not take something; `code` says why, `detail` in words."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail


class Away(Exception):
    """Reef cannot be reached; everything goes on where it was when it is run again."""


class Client:
    """Reef, for whoever the token is of."""

    def __init__(self, address: str, token: str) -> None:
        self._base = f"{address.rstrip('/')}/api/v3"
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        retries = urllib3.Retry(
            total=5, redirect=0, backoff_factor=0.5, status_forcelist=_LASTING, allowed_methods=None
        )
        timeout = urllib3.Timeout(connect=10, read=60)
        self._http = urllib3.PoolManager(timeout=timeout, retries=retries)

    def get(self, path: str) -> Json:
        """Read something.

        Raises:
            Refused: there is none, or it is not for this member.
            Away: there is no answer.
        """
        return self._ask("GET", path)

    def post(self, path: str, body: Json, key: str | None = None) -> Json:
        """Make something; what is sent again with the same key is made once.

        Raises:
            Refused, Away: as `get`.
        """
        return self._ask("POST", path, body, {"Idempotency-Key": key} if key else {})

    def put(self, path: str, body: Json) -> Json:
        """Replace something.

        Raises:
            Refused, Away: as `get`.
        """
        return self._ask("PUT", path, body)

    def delete(self, path: str) -> None:
        """Delete something.

        Raises:
            Refused, Away: as `get`.
        """
        self._ask("DELETE", path)

    def send(self, upload: Json, path: Path) -> None:
        """Send a file's bytes where a reserved upload says.

        Raises:
            Refused: the storage does not take them.
            Away: there is no answer.
        """
        if upload["method"] == "MULTIPART":
            self._send_parts(upload, path)
            return
        mark = uuid.uuid4().hex
        fields = cast("dict[str, str]", upload["fields"])
        head = "".join(
            f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields.items()
        )
        head += f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="file"\r\n\r\n'
        tail = f"\r\n--{mark}--\r\n"
        size = len(head.encode()) + path.stat().st_size + len(tail)

        def body() -> Iterator[bytes]:
            yield head.encode()
            with path.open("rb") as file:
                while block := file.read(_BLOCK):
                    yield block
            yield tail.encode()

        headers = {
            "Content-Type": f"multipart/form-data; boundary={mark}",
            "Content-Length": str(size),
        }
        self._store("POST", str(upload["url"]), body(), headers)

    def _send_parts(self, upload: Json, path: Path) -> None:
        base = f"/uploads/{upload['upload_id']}"
        size = cast("int", upload["part_size_bytes"])
        with path.open("rb") as file:
            for number in range(1, cast("int", upload["part_count"]) + 1):
                signed = self.post(f"{base}/parts/", {"part_numbers": [number]})
                part = cast("list[Json]", signed["parts"])[0]
                headers = cast("dict[str, str]", part.get("headers") or {})
                self._store("PUT", str(part["url"]), file.read(size), headers)
        self.post(f"{base}/complete/", {})

    def _store(
        self, method: str, url: str, body: bytes | Iterator[bytes], headers: dict[str, str]
    ) -> None:
        try:
            answer = self._http.request(method, url, body=body, headers=headers, retries=False)
        except urllib3.exceptions.HTTPError as error:
            raise Away(f"the storage cannot be reached ({type(error).__name__})") from None
        if answer.status >= 400:
            raise Refused(answer.status, "storage", f"the storage answers {answer.status}")

    def _ask(
        self, method: str, path: str, body: Json | None = None, more: dict[str, str] | None = None
    ) -> Json:
        sent = None if body is None else msgspec.json.encode(body)
        try:
            answer = self._http.request(
                method, self._base + path, body=sent, headers=self._headers | (more or {})
            )
        except urllib3.exceptions.HTTPError as error:
            raise Away(f"Reef cannot be reached ({type(error).__name__})") from None
        try:
            found = msgspec.json.decode(answer.data, type=Json) if answer.data else {}
        except msgspec.MsgspecError:
            found = {}
        if answer.status >= 400:
            code, detail = str(found.get("code", "")), str(found.get("detail", ""))
            if answer.status == 401:
                raise Away("Reef does not know the token, or it is over; get another one")
            if answer.status >= 500:
                raise Away(f"Reef answers {answer.status}")
            raise Refused(answer.status, code, detail or f"Reef answers {answer.status}")
        return found
