"""The page of the API's description loads nothing but files of the site, under a strict policy."""

import re

from chalicelib.core.api import reference
from local.functions import ROOT
from tests.cloud import Cloud


def test_anybody_gets_the_page_with_its_policy(cloud: Cloud) -> None:
    answer = cloud.get("/docs/")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "script-src 'self'", "style-src 'self'"} <= set(policy)
    assert "require-trusted-types-for 'script'" in policy
    assert not re.search("unsafe|data:|https?:", answer.headers["Content-Security-Policy"])


def test_what_the_page_loads_lies_in_the_site() -> None:
    text = reference.page().body
    loaded = re.findall(r'(?:src|href)="(/[^"]+\.(?:js|css|svg))"', text)
    assert len(loaded) == 5
    for path in loaded:
        assert (ROOT / "web" / path.removeprefix("/")).is_file(), path
    assert "<style" not in text
    assert not re.search(r"<script(?![^>]* src=)", text)
