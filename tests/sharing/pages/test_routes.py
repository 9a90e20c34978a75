"""Pages of shares as browsers without scripts get them."""

import re
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.cloud import Answer
from tests.media_files import image_file, pdf
from tests.sharing.browser import Browser
from tests.sharing.counter import PASSWORD, Counter


def text(answer: Answer) -> str:
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    return answer.content.decode()


def photo(counter: Counter, folder: Path, **described: str) -> str:
    data = Path(image_file(folder / "p.jpg")).read_bytes()
    return counter.asset(
        data, filename="p.jpg", content_type="image/jpeg", generate_thumbnail=True, **described
    )


def test_a_page_shows_what_is_shared_without_a_script(
    counter: Counter, browser: Browser, tmp_path: Path
) -> None:
    uuid = counter.link(photo(counter, tmp_path, title="Harbour"), max_downloads=2)
    answer = browser.open(f"/share/{uuid}/")
    page = text(answer)
    assert answer.status == 200
    assert "<script" not in page
    assert '<h1 dir="auto">Harbour</h1>' in page
    assert "2 downloads are left." in page
    assert re.search(r'<img src="[^"]+thumbnail-large\.webp\?[^"]+" alt="Harbour">', page)
    assert '<meta property="og:title" content="Harbour">' in page
    assert '<meta property="og:image"' in page
    assert len(answer.content) < 30_000
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_download_by_the_form_is_sent_on_and_spends_one(
    counter: Counter, browser: Browser
) -> None:
    uuid = counter.link(max_downloads=1)
    sent_on = browser.submit(f"/share/{uuid}/download/")
    assert sent_on.status == 303
    assert "/originals/" in sent_on.headers["Location"]
    refused = browser.submit(f"/share/{uuid}/download/")
    assert refused.status == 410
    assert "All downloads have been taken" in text(refused)
    page = browser.open(f"/share/{uuid}/")
    assert page.status == 200
    assert "disabled" in text(page)


def test_a_locked_page_asks_and_reveals_nothing(counter: Counter, browser: Browser) -> None:
    uuid = counter.protected(title="Secret menu", description="Hidden words")
    for path in (f"/share/{uuid}/", f"/embed/{uuid}/"):
        answer = browser.open(path)
        for secret in ("Secret", "Hidden", "shared.txt", "notes", "og:image", "thumbnail"):
            assert secret not in text(answer) + str(answer.headers)
    locked = browser.open(f"/share/{uuid}/")
    assert locked.status == 401
    assert 'type="password"' in text(locked)
    about = counter.cloud.fetch(
        "GET", f"/oembed/?url={quote(f'http://127.0.0.1:8000/share/{uuid}/')}"
    )
    counter.assert_refused(about, 401, "password_required")


def test_the_right_password_opens_and_the_cookie_keeps_it_open(
    counter: Counter, browser: Browser
) -> None:
    uuid = counter.protected(title="Secret menu")
    wrong = browser.submit(f"/share/{uuid}/", password="not that one")
    assert wrong.status == 403
    assert "That is not the password" in text(wrong)
    right = browser.submit(f"/share/{uuid}/", password=PASSWORD)
    assert (right.status, right.headers["Location"]) == (
        303,
        f"http://127.0.0.1:8000/share/{uuid}/",
    )
    assert {"HttpOnly", "SameSite=Lax", f"Path=/share/{uuid}"} <= set(
        right.headers["Set-Cookie"].split("; ")
    )
    assert "Secret menu" in text(browser.open(f"/share/{uuid}/"))
    assert browser.submit(f"/share/{uuid}/download/").status == 303
    counter.change(uuid, password="another one")
    assert browser.open(f"/share/{uuid}/").status == 401


def test_too_many_attempts_are_told_on_the_page(counter: Counter, browser: Browser) -> None:
    uuid = counter.protected()
    for _ in range(10):
        browser.submit(f"/share/{uuid}/", password="not that one")
    refused = browser.submit(f"/share/{uuid}/", password=PASSWORD)
    assert refused.status == 429
    assert int(refused.headers["Retry-After"]) >= 1
    assert "Too many attempts" in text(refused)


@pytest.mark.parametrize(
    ("end", "status", "said"),
    [("revoke", 410, "withdrawn"), ("trash", 410, "not available"), ("never", 404, "nothing here")],
)
def test_each_end_has_a_page_of_its_own(
    counter: Counter, browser: Browser, end: str, status: int, said: str
) -> None:
    asset_id = counter.asset()
    uuid = counter.link(asset_id, title="Over and out")
    if end == "revoke":
        counter.shelf.call("DELETE", f"/shares/{uuid}/", role="contributor")
    elif end == "trash":
        counter.shelf.trash(asset_id)
    else:
        uuid = "00000000-0000-4000-8000-000000000000"
    for answer in (browser.open(f"/share/{uuid}/"), browser.open(f"/embed/{uuid}/")):
        assert answer.status == status
        assert said in text(answer)
        assert "Over and out" not in text(answer)
    assert browser.submit(f"/share/{uuid}/download/").status == status


def test_short_addresses_lead_to_the_page_even_when_it_is_over(
    counter: Counter, browser: Browser
) -> None:
    made = counter.share(counter.asset())
    code, uuid = made["short_url"].rpartition("/")[2], made["share_link"]["uuid"]
    counter.shelf.call("DELETE", f"/shares/{uuid}/", role="contributor")
    followed = browser.open(f"/s/{code}")
    assert followed.status == 302
    assert followed.headers["Location"].startswith(f"http://127.0.0.1:8000/share/{uuid}/")


def test_guessing_short_addresses_has_to_wait(browser: Browser) -> None:
    statuses = [browser.open(f"/s/guess{number}").status for number in range(21)]
    assert statuses == [404] * 20 + [429]


def test_an_embed_is_framed_by_the_tenants_hosts_alone(counter: Counter, browser: Browser) -> None:
    counter.allow(embed_hosts=["www.example.com", "*.example.org:8443"])
    answer = browser.open(f"/embed/{counter.link()}/")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.endswith("frame-ancestors 'self' www.example.com *.example.org:8443")
    assert "X-Frame-Options" not in answer.headers


@pytest.mark.parametrize("host", ["*", "a b", "javascript:", "x;script-src *", "'none'", "a/b", ""])
def test_what_is_no_host_frames_nothing(counter: Counter, host: str) -> None:
    body = {"settings": {"EMBED_HOSTS": [host]}}
    counter.assert_refused(counter.shelf.call("PATCH", "/tenant/", body), 422, "invalid")


def test_texts_are_shown_and_nothing_in_them_is_markup(counter: Counter, browser: Browser) -> None:
    hostile = "<script>alert(1)</script>"
    asset_id = counter.asset(f"Prices: {hostile} <b>&amp;".encode(), title=f"{hostile}\"'")
    uuid = counter.link(asset_id, description=hostile, allow_comments=True)
    browser.submit(f"/share/{uuid}/comments/", body=hostile, name=hostile)
    page = text(browser.open(f"/share/{uuid}/"))
    assert "<script" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 5
    made = counter.share(asset_id, title='"><script>')
    assert "<script>" not in made["embed_code"]


def test_a_document_is_shown_page_by_page(
    counter: Counter, browser: Browser, tmp_path: Path
) -> None:
    data = Path(pdf(tmp_path / "d.pdf")).read_bytes()
    asset_id = counter.asset(
        data, filename="d.pdf", content_type="application/pdf", generate_thumbnail=True
    )
    page = text(browser.open(f"/share/{counter.link(asset_id)}/"))
    assert re.search(r'<img src="[^"]+page-1[-.][^"]+" alt="Page 1 of 1">', page)


def test_a_page_without_previews_shows_the_type(
    counter: Counter, browser: Browser, tmp_path: Path
) -> None:
    uuid = counter.link(photo(counter, tmp_path), allow_preview=False)
    page = text(browser.open(f"/share/{uuid}/"))
    assert "thumbnail" not in page
    assert 'aria-label="JPG file"' in page


def test_looking_without_opening_counts_nothing(counter: Counter, browser: Browser) -> None:
    uuid = counter.link(max_downloads=1)
    head = browser.open(f"/share/{uuid}/", "HEAD")
    assert (head.status, head.content) == (200, b"")
    counter.cloud.run()
    (link,) = counter.shelf.get("/shares/").json["items"]
    assert (link["view_count"], link["download_count"]) == (0, 0)


def test_oembed_tells_how_to_show_a_share(counter: Counter) -> None:
    made = counter.share(counter.asset(), title="Menu")
    for address in (made["share_link"]["url"], made["short_url"]):
        answer = counter.cloud.fetch("GET", f"/oembed/?url={quote(address)}&maxwidth=320")
        assert answer.status == 200, answer.content
        told = answer.json
        assert (told["version"], told["type"], told["title"]) == ("1.0", "rich", "Menu")
        assert (told["width"], told["height"]) == (320, 360)
        assert f"/embed/{made['share_link']['uuid']}/" in told["html"]


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("https://evil.example/share/00000000-0000-4000-8000-000000000000/", 404),
        ("http://127.0.0.1:8000.evil.example/share/x/", 404),
        ("http://127.0.0.1:8000/api/v3/assets/", 404),
        ("javascript:alert(1)", 404),
        ("http://127.0.0.1:8000/share/00000000-0000-4000-8000-000000000000/", 404),
        ("x" * 3000, 422),
    ],
)
def test_oembed_knows_no_other_addresses(counter: Counter, url: str, status: int) -> None:
    answer = counter.cloud.fetch("GET", f"/oembed/?url={quote(url)}")
    counter.assert_refused(answer, status, "not_found" if status == 404 else "invalid")


def test_comments_are_taken_where_the_link_says_so(counter: Counter, browser: Browser) -> None:
    uuid = counter.link(allow_comments=True)
    assert browser.submit(f"/share/{uuid}/comments/", body="Fine!", name="Ann").status == 303
    page = text(browser.open(f"/share/{uuid}/"))
    assert "Fine!" in page
    assert counter.visit(uuid, "comments/").json["items"][0]["name"] == "Ann"
    for body in ("", " \u200b", "with\0NUL", "x" * 100_000):
        answer = counter.visit(uuid, "comments/", "POST", body={"body": body})
        counter.assert_refused(answer, 422, "invalid")
    counter.change(uuid, allow_comments=False)
    for method in ("GET", "POST"):
        refused = counter.visit(
            uuid, "comments/", method, body={"body": "x"} if method == "POST" else None
        )
        counter.assert_refused(refused, 403, "comments_not_allowed")
    assert browser.submit(f"/share/{uuid}/comments/", body="Too late").status == 403
