"""Visitors open shares: with scripts and without, on a desktop and on a phone."""

import base64
import io
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser import samples
from tests.browser.console import Console
from tests.stack import Stack

EDITOR = "editor@acme.test"
PASSWORD = "open sesame"
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 375, "height": 667}
MAIL_SECONDS = 90

Ask = Callable[..., Any]
Visit = Callable[..., Page]


@pytest.fixture
def ask(stack: Stack, browser: Browser) -> Ask:
    """Call the API as the editor; gives the answer's JSON."""
    request = browser.new_context(base_url=stack.url).request
    headers = {"Authorization": f"Bearer {stack.token(EDITOR)}"}

    def call(method: str, path: str, data: Any = None) -> Any:
        answer = request.fetch(f"/api/v3/{path}", method=method, headers=headers, data=data)
        assert answer.ok, answer.text()
        return answer.json()

    return call


@pytest.fixture
def visitor(browser: Browser) -> Visit:
    """Open an address as somebody who has nothing but that."""

    def visit(url: str, **options: Any) -> Page:
        page = browser.new_context(**options).new_page()
        page.set_default_timeout(20_000)
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(error.message))
        page.goto(url)
        policy = [text for text in said if "Content Security Policy" in text]
        assert policy == []
        return page

    return visit


def shared(ask: Ask, editor: Console, file: Any, **terms: Any) -> dict[str, Any]:
    """Have a file uploaded by the page, and shared by the API; gives what that answers."""
    name = file.name if isinstance(file, Path) else file["name"]
    editor.upload(file)
    editor.expect_outcome(name, "Ready")
    title = name.rpartition(".")[0]
    (asset,) = [one for one in ask("GET", "assets/")["items"] if one["title"] == title]
    made: dict[str, Any] = ask(
        "POST", "shares/", {"asset_id": asset["id"], "share_type": "public"} | terms
    )
    return made


def serious(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [one["id"] for one in found if one["impact"] in {"serious", "critical"}]


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_public_picture_is_seen_and_downloaded(
    ask: Ask, editor: Console, visitor: Visit, size: Any, scripts: bool
) -> None:
    file = samples.picture(f"beach {size['width']} {scripts}.png")
    made = shared(ask, editor, file, max_downloads=1)
    page = visitor(made["share_link"]["url"], viewport=size, java_script_enabled=scripts)
    picture = page.locator("figure img")
    expect(picture).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    assert Path(download.value.path()).read_bytes() == file["buffer"]
    page.goto(made["short_url"])
    expect(page.get_by_role("button", name="Download")).to_be_disabled()
    expect(page.get_by_text("All downloads have been taken.")).to_be_visible()
    if scripts:
        assert picture.evaluate("image => image.naturalWidth") > 1
        width = page.evaluate("() => document.documentElement.scrollWidth")
        assert width <= size["width"]


def test_a_password_opens_a_page_by_its_form_and_keyboard(
    ask: Ask, editor: Console, visitor: Visit
) -> None:
    made = shared(
        ask, editor, samples.picture("vault.png"), share_type="protected", password=PASSWORD
    )
    page = visitor(made["share_link"]["url"], java_script_enabled=False, viewport=PHONE)
    assert "vault" not in page.content()
    page.get_by_label("Password").press_sequentially("not that one")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("That is not the password")
    page.get_by_label("Password").press_sequentially(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="vault")).to_be_visible()
    expect(page.locator("figure img")).to_be_visible()


def test_a_private_page_opens_by_a_mailed_code(
    ask: Ask, editor: Console, visitor: Visit, stack: Stack
) -> None:
    guest = "guest@example.test"
    made = shared(ask, editor, samples.picture("den.png"), share_type="private", emails=[guest])
    page = visitor(made["share_link"]["url"], java_script_enabled=False)
    page.get_by_label("E-mail").fill(guest)
    page.get_by_role("button", name="Send the code").click()
    page.get_by_label("Code").fill(_mailed_code(page, stack, guest))
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_role("heading", name="den")).to_be_visible()


def test_films_seek_by_ranges_and_documents_are_pages(
    ask: Ask, editor: Console, visitor: Visit, tmp_path: Path
) -> None:
    film = shared(ask, editor, samples.video(tmp_path, "surf.mp4"))
    page = visitor(film["share_link"]["url"])
    video = page.locator("video")
    expect(video).to_have_js_property("readyState", 4)
    source = video.get_attribute("src")
    assert source is not None
    part = page.request.get(source, headers={"Range": "bytes=0-99"})
    assert (part.status, len(part.body())) == (206, 100)
    book = shared(ask, editor, samples.document(tmp_path, "timetable of ferries.pdf", 2))
    page.goto(book["share_link"]["url"])
    expect(page.get_by_alt_text("Page 2 of 2")).to_be_visible()
    expect(page.locator("form:has(button) ~ figure img")).to_have_count(2)


def test_the_qr_code_says_the_address(ask: Ask, editor: Console, visitor: Visit) -> None:
    made = shared(ask, editor, samples.picture("sampled square.png"))
    url, page = made["share_link"]["url"], visitor(made["share_link"]["url"])
    page.get_by_text("Pass it on").click()
    drawn = page.locator("img.qr").get_attribute("src")
    assert drawn is not None
    for data_url in (drawn, made["qr_code"]):
        png = base64.b64decode(data_url.partition(",")[2])
        picture = Image.open(io.BytesIO(png))
        assert picture.size == (200, 200)
        assert [one.text for one in zxingcpp.read_barcodes(picture.convert("L"))] == [url]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing_serious_in_shares(
    ask: Ask, editor: Console, visitor: Visit, scheme: str, size: Any
) -> None:
    name = f"axe {scheme} {size['width']}.png"
    made = shared(ask, editor, samples.picture(name), allow_comments=True)
    uuid = made["share_link"]["uuid"]
    page = visitor(made["share_link"]["url"], viewport=size, color_scheme=scheme, bypass_csp=True)
    page.get_by_text("Pass it on").click()
    page.get_by_role("textbox", name="Comment").fill("Lovely")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Lovely")).to_be_visible()
    assert serious(page) == []
    page.goto(made["share_link"]["url"].replace("/share/", "/embed/"))
    assert serious(page) == []
    ask("PATCH", f"shares/{uuid}/", {"share_type": "protected", "password": PASSWORD})
    page.goto(made["share_link"]["url"])
    expect(page.get_by_label("Password")).to_be_visible()
    assert serious(page) == []


def _mailed_code(page: Page, stack: Stack, email: str) -> str:
    give_up_at = time.monotonic() + MAIL_SECONDS
    headers = {"Accept": "application/json"}
    while time.monotonic() < give_up_at:
        for mail in page.request.get(f"{stack.url}/_local/mail/", headers=headers).json():
            code = re.match(r"([0-9]{6}) is your code", mail["subject"])
            if mail["to"] == [email] and code is not None:
                return code[1]
        page.wait_for_timeout(200)
    raise AssertionError(f"no code was mailed to {email}")
