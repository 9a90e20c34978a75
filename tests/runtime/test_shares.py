"""Shares are opened, counted and mailed through all functions as Lambda runs them."""

import json
import urllib.request

import pytest

from tests.runtime.browsing import uploaded
from tests.runtime.region import Region

pytestmark = pytest.mark.timeout(600)

EDITOR, GUEST = "editor@acme.test", "guest@example.test"


def test_a_share_is_seen_counted_and_mailed(region: Region) -> None:
    text = {"filename": "tides.txt", "content_type": "text/plain", "title": "Tides"}
    asset_id = uploaded(region, b"High at noon.", EDITOR, **text)["id"]
    path = f"/assets/{asset_id}/share/"
    made = json.loads(region.call("POST", path, EDITOR, {"share_type": "public"}).body)
    page = region.open(f"/share/{made['share_link']['uuid']}/")
    assert page.status == 200, page.body
    assert b"High at noon." in page.body

    def is_counted() -> bool:
        shown = json.loads(region.call("GET", "/shares/", EDITOR).body)
        return bool(shown["items"][0]["view_count"] == 1)

    region.run_until(is_counted)
    private = {"share_type": "private", "emails": [GUEST], "title": "Tides for you"}
    assert region.call("POST", path, EDITOR, private).status == 201

    def is_mailed() -> bool:
        with urllib.request.urlopen(f"{region.stack.url}/_local/mail/", timeout=60) as answer:
            return any(mail["to"] == [GUEST] for mail in json.load(answer))

    region.run_until(is_mailed)
