"""Reviews of uploads of one type, and the mails by which their approvers come to them."""

import json
import re
import time
import urllib.request
from typing import Any

from playwright.sync_api import APIRequestContext

from tests.stack import Stack

MAIL_SECONDS = 90


class Reviews:
    """Has every WebP picture of a tenant approved by two roles, one after the other.

    Args:
        stack: the running Reef.
        request: reaches it.
    """

    def __init__(self, stack: Stack, request: APIRequestContext) -> None:
        self._stack, self._request = stack, request
        steps = [
            _step("brand", "Brand check", "Marketing Manager", "editor"),
            _step("legal", "Legal review", "Legal Team"),
        ]
        template = {"name": "Campaigns", "content_type": "image/webp", "steps": steps}
        self.post("workflow_templates/", "admin@acme.test", template)

    def require(self, category: str, role: str) -> None:
        """Have a role approve whatever comes into a category."""
        template = {
            "name": f"Whatever is in {category}",
            "content_type": "*",
            "category": category,
            "steps": [_step(role, f"Check of {category}", role)],
        }
        self.post("workflow_templates/", "admin@acme.test", template)

    def post(self, path: str, who: str, body: Any) -> None:
        """Call the API as a member."""
        headers = {"Authorization": f"Bearer {self._stack.token(who)}"}
        answer = self._request.post(f"/api/v3/{path}", headers=headers, data=body)
        assert answer.ok, answer.text()

    def link_mailed_to(self, email: str, title: str) -> str:
        """Wait for the mail that asks somebody to decide; gives the link in it."""
        give_up_at = time.monotonic() + MAIL_SECONDS
        while True:
            with urllib.request.urlopen(f"{self._stack.url}/_local/mail/", timeout=10) as answer:
                sent = json.load(answer)
            for mail in sent:
                link = re.search(r"http\S+\?workflow=\S+", mail["text"])
                if mail["to"] == [email] and title in mail["subject"] and link is not None:
                    return link[0]
            assert time.monotonic() < give_up_at, f"no mail to {email} about {title}"
            time.sleep(0.2)


def _step(identifier: str, name: str, *roles: str) -> dict[str, Any]:
    approvers = {"type": "roles", "roles": list(roles)}
    return {"id": identifier, "name": name, "approvers": approvers}
