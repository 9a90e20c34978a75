"""Visitors take a shared collection as one zip."""

import pytest

from tests.processing.zips.counter import files
from tests.sharing.browser import Browser
from tests.sharing.counter import PASSWORD, Counter


class Collection:
    """A shared collection of two files of one tenant."""

    def __init__(self, counter: Counter, **terms: object) -> None:
        self.counter = counter
        self.one = counter.asset(b"one", filename="one.txt")
        self.two = counter.asset(b"two", filename="two.txt")
        body = {"name": "Autumn / 26", "asset_ids": [self.two, self.one]}
        self.id = counter.shelf.post("/collections/", body, "editor").json["id"]
        wanted = {"collection_id": self.id, "share_type": "public"} | terms
        self.uuid = str(counter.ask(wanted).json["share_link"]["uuid"])
        self.page = f"/share/{self.uuid}/"


def test_all_of_a_collection_is_taken_as_one_zip_without_a_script(
    counter: Counter, browser: Browser
) -> None:
    shared = Collection(counter, max_downloads=1)
    assert "Download all as a zip" in browser.open(shared.page).content.decode()
    assert "Make the zip" in browser.open(f"{shared.page}zip/").content.decode()
    sent_on = browser.submit(f"{shared.page}zip/")
    assert (sent_on.status, sent_on.headers["Location"].endswith(f"{shared.page}zip/")) == (
        303,
        True,
    )
    waiting = browser.open(f"{shared.page}zip/").content.decode()
    assert '<meta http-equiv="refresh" content="3">' in waiting
    assert browser.submit(f"{shared.page}zip/download/", number="1").status == 404
    browser.submit(f"{shared.page}zip/")  # asked twice, made once
    assert counter.cloud.run("make_zip") == 1
    ready = browser.open(f"{shared.page}zip/").content.decode()
    assert "refresh" not in ready
    assert "2 files · 6 bytes" in ready
    assert browser.submit(f"{shared.page}zip/download/", number="2").status == 404
    taken = browser.submit(f"{shared.page}zip/download/", number="1")
    assert taken.status == 303
    assert files(taken.headers["Location"]) == {"two.txt": b"two", "one.txt": b"one"}
    assert "Autumn%20-%2026.zip" in taken.headers["Location"]
    again = browser.submit(f"{shared.page}zip/download/", number="1")
    assert (again.status, "All downloads have been taken" in again.content.decode()) == (410, True)
    assert browser.submit(f"{shared.page}zip/").status == 410


def test_a_zip_that_is_taken_counts_for_each_asset_and_is_recorded_once(
    counter: Counter, browser: Browser
) -> None:
    shared = Collection(counter)
    browser.submit(f"{shared.page}zip/")
    counter.cloud.run()
    browser.submit(f"{shared.page}zip/download/")
    counter.cloud.run()
    for asset_id in (shared.one, shared.two):
        figures = counter.shelf.get(f"/assets/{asset_id}/analytics/").json["totals"]
        assert figures["downloads"] == 1
    assert counter.shelf.get(f"/shares/{shared.uuid}/analytics/").json["totals"]["bytes"] == 6
    records = counter.shelf.get("/audit/?action=share.zip_downloaded").json["items"]
    assert [set(one["new"]["asset_ids"]) for one in records] == [{shared.one, shared.two}]
    assert counter.shelf.get("/audit/?action=asset.downloaded").json["items"] == []


def test_what_is_not_shared_any_more_is_in_no_zip(counter: Counter, browser: Browser) -> None:
    shared = Collection(counter)
    browser.submit(f"{shared.page}zip/")
    counter.cloud.run()
    counter.shelf.call("DELETE", f"/assets/{shared.one}/")
    assert browser.submit(f"{shared.page}zip/download/").status == 404
    assert "Make the zip" in browser.open(f"{shared.page}zip/").content.decode()
    browser.submit(f"{shared.page}zip/")
    counter.cloud.run()
    taken = browser.submit(f"{shared.page}zip/download/")
    assert files(taken.headers["Location"]) == {"two.txt": b"two"}


@pytest.mark.parametrize(
    ("terms", "status"),
    [
        ({"share_type": "protected", "password": PASSWORD}, 401),
        ({"share_type": "private"}, 401),
        ({"allow_download": False}, 403),
    ],
)
def test_a_zip_is_for_those_who_may_download(
    counter: Counter, browser: Browser, terms: dict[str, object], status: int
) -> None:
    shared = Collection(counter, **terms)
    assert browser.open(f"{shared.page}zip/").status == status
    for path in ("zip/", "zip/download/"):
        assert browser.submit(shared.page + path).status == status
    assert counter.cloud.run("make_zip") == 0
    if "password" in terms:
        browser.submit(shared.page, password=PASSWORD)
        assert browser.submit(f"{shared.page}zip/").status == 303
        assert counter.cloud.run("make_zip") == 1


def test_one_asset_makes_no_zip(counter: Counter, browser: Browser) -> None:
    page = f"/share/{counter.link()}/"
    assert browser.submit(f"{page}zip/").status == 404
    assert "as a zip" not in browser.open(page).content.decode()


def test_a_revoked_share_gives_no_zip_that_was_made(counter: Counter, browser: Browser) -> None:
    shared = Collection(counter)
    browser.submit(f"{shared.page}zip/")
    counter.cloud.run()
    counter.shelf.call("DELETE", f"/shares/{shared.uuid}/")
    assert browser.submit(f"{shared.page}zip/download/").status == 410
