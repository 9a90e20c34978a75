"""Players without a machine: taken in by the API, and saying what a test has them say."""

from typing import Any

from playwright.sync_api import APIRequestContext

from tests.stack import Stack

Json = dict[str, Any]


class Wall:
    """A tenant's screens, reached by the API.

    Args:
        stack: the running Reef.
        request: reaches it.
    """

    def __init__(self, stack: Stack, request: APIRequestContext) -> None:
        self._stack, self._request = stack, request

    def call(self, method: str, path: str, body: Any = None, who: str = "admin@acme.test") -> Any:
        """Call the API as a member; gives the answer's JSON."""
        return self._send(method, path, body, self._stack.token(who))

    def wait_until_found(self, words: str) -> None:
        """Wait until the search knows of an asset, which is a moment after it is ready."""
        while not self.call("GET", f"assets/?q={words}", who="editor@acme.test")["items"]:
            pass

    def device(self, name: str, **more: Any) -> Json:
        """Make a device that has been heard of; gives it with its token."""
        body = {"name": name, "time_zone": "UTC"} | more
        made: Json = self.call("POST", "devices/", body)
        self.beat(made["id"], made["token"])
        return made

    def beat(self, device_id: str, token: str, **said: Any) -> None:
        """Say something as a player."""
        self._send("POST", f"devices/{device_id}/heartbeat/", said, token)

    def show_code(self) -> Json:
        """Let a new player show a code; gives that and what it polls with."""
        made: Json = self._send("POST", "devices/pairing/", {}, None)
        return made

    def poll(self, shown: Json) -> Json:
        """Ask as a new player whether it was taken in."""
        body = {"poll_token": shown["poll_token"]}
        found: Json = self._send("POST", "devices/pairing/", body, None)
        return found

    def _send(self, method: str, path: str, body: Any, token: str | None) -> Any:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        url = f"/api/v3/{path}"
        answer = self._request.fetch(url, method=method, headers=headers, data=body)
        assert answer.ok, answer.text()
        return answer.json() if answer.body() else None
