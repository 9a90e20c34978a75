"""Uploads that are interrupted: by a lost network, by a reload, by somebody who leaves."""

import re
import secrets
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.browser import samples
from tests.browser.console import PROCESSING_MS, Console
from tests.stack import Stack

Visit = Callable[..., Console]
MIB = 1024 * 1024
DROP = """async numbers => {
    // A file that the browser itself keeps gives a handle as one on the visitor's disk does.
    const folder = await navigator.storage.getDirectory();
    const handle = await folder.getFileHandle("dropped once.png", { create: true });
    const stream = await handle.createWritable();
    await stream.write(new Uint8Array(numbers));
    await stream.close();
    const carried = new DataTransfer();
    const data = await (await handle.getFile()).arrayBuffer();
    carried.items.add(new File([data], "dropped once.png", { type: "image/png" }));
    DataTransferItem.prototype.getAsFileSystemHandle = async () => handle;
    const init = { bubbles: true, cancelable: true, dataTransfer: carried };
    document.body.dispatchEvent(new DragEvent("drop", init));
}"""
PART = re.compile(r"partNumber=(\d+)")


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A recording that goes in parts, under a name that no other has."""
    return samples.recording(tmp_path, f"waves {secrets.token_hex(4)}.wav", 101 * MIB)


def test_a_retry_sends_only_the_parts_that_are_missing(editor: Console, large: Path) -> None:
    sent = _arriving_parts(editor.page)
    held: list[Route] = []
    arrived = threading.Event()

    def refuse(route: Route) -> None:
        """Refuse a part, once others have arrived."""
        if arrived.is_set():
            route.fulfill(status=400)
        else:
            held.append(route)

    editor.page.route(re.compile(r"partNumber=[3-9]"), refuse)
    editor.expect_message("400")
    with editor.page.expect_request_finished(lambda r: bool(PART.search(r.url)), timeout=60_000):
        editor.upload(large)
    arrived.set()
    for route in held:
        route.fulfill(status=400)
    again = editor.row(large.name).get_by_role("button", name="Retry")
    expect(again).to_be_visible(timeout=60_000)
    first = set(sent)
    editor.page.unroute(re.compile(r"partNumber=[3-9]"))
    sent.clear()
    again.click()
    editor.expect_outcome(large.name, "Ready")
    assert first
    assert not first & set(sent)
    expect(editor.card(large.stem)).to_have_count(1)


def test_after_a_reload_a_file_picked_again_goes_on_where_it_was(
    editor: Console, large: Path
) -> None:
    sent = _arriving_parts(editor.page)
    editor.page.route(re.compile(r"partNumber=[3-9]"), _hold)
    editor.page.on("dialog", lambda dialog: dialog.accept())
    editor.upload(large)
    expect(editor.row(large.name).get_by_role("progressbar")).to_be_visible(timeout=60_000)
    editor.page.wait_for_event("requestfinished", lambda r: bool(PART.search(r.url)))
    first = set(sent)
    editor.page.reload()
    editor.page.unroute(re.compile(r"partNumber=[3-9]"))
    left = editor.row(large.name)
    expect(left).to_contain_text("Interrupted")
    editor.page.get_by_label(f"File for {large.name}").set_input_files(samples.picture("other.png"))
    expect(left.get_by_role("alert")).to_contain_text("other.png")
    sent.clear()
    editor.page.get_by_label(f"File for {large.name}").set_input_files(large)
    editor.expect_outcome(large.name, "Ready")
    assert not first & set(sent)
    expect(editor.card(large.stem)).to_have_count(1)
    editor.page.reload()
    editor.await_library()
    expect(editor.row(large.name)).to_have_count(0)
    expect(editor.card(large.stem)).to_have_count(1)


def test_a_small_file_picked_again_takes_the_place_of_its_first_try(editor: Console) -> None:
    file = samples.picture("half way.png")
    _leave_half_way(editor, file)
    expect(editor.row("half way.png")).to_contain_text("Interrupted")
    editor.upload(file)
    editor.expect_outcome("half way.png", "Ready")
    expect(editor.page.locator(".upload.interrupted")).to_have_count(0)
    expect(editor.card("half way")).to_have_count(1)


def test_a_dropped_file_goes_on_after_a_reload_without_being_picked_again(editor: Console) -> None:
    editor.page.on("dialog", lambda dialog: dialog.accept())
    editor.page.route(_is_form, _hold)
    with editor.page.expect_request(lambda r: _is_form(r.url)):
        editor.page.evaluate(DROP, list(samples.picture("dropped once.png")["buffer"]))
    editor.page.reload()
    editor.page.unroute(_is_form)
    expect(editor.row("dropped once.png")).to_contain_text("It can go on.")
    editor.page.get_by_role("button", name="Go on with dropped once.png").press("Enter")
    editor.expect_outcome("dropped once.png", "Ready")
    expect(editor.card("dropped once")).to_have_count(1)


def test_a_reload_before_the_answer_comes_leaves_no_ghost(editor: Console) -> None:
    editor.expect_message("409")  # while the first question is still being answered
    file = samples.picture("unanswered.png")
    editor.page.on("dialog", lambda dialog: dialog.accept())
    editor.page.route("**/api/v3/assets/upload/", _fetch_and_hold)
    with editor.page.expect_request("**/api/v3/assets/upload/"):
        editor.upload(file)
    editor.page.reload()
    editor.page.unroute("**/api/v3/assets/upload/")
    expect(editor.row("unanswered.png")).to_contain_text("Interrupted")
    editor.upload(file)
    editor.expect_outcome("unanswered.png", "Ready")
    expect(editor.card("unanswered")).to_have_count(1)


def test_what_an_earlier_visit_left_can_be_discarded(editor: Console) -> None:
    _leave_half_way(editor, samples.picture("given up.png"))
    discard = editor.page.get_by_role("button", name="Discard given up.png")
    with editor.page.expect_response(lambda r: r.request.method == "DELETE") as answered:
        discard.press("Enter")
    assert answered.value.status == 204
    expect(editor.row("given up.png")).to_have_count(0)
    editor.page.reload()
    editor.await_library()
    expect(editor.row("given up.png")).to_have_count(0)
    expect(editor.card("given up")).to_have_count(0)


def test_what_another_browser_began_is_listed_there_and_can_be_discarded(
    editor: Console, visit: Visit
) -> None:
    _leave_half_way(editor, samples.picture("begun at home.png"))
    office = visit("editor@acme.test")
    row = office.row("begun at home.png")
    expect(row).to_contain_text("begun in another browser or program")
    expect(editor.row("begun at home.png")).to_contain_text("Interrupted")
    expect(editor.row("begun at home.png")).to_have_count(1)
    row.get_by_role("button", name="Discard begun at home.png").press("Enter")
    expect(row).to_have_count(0)
    expect(office.card("begun at home")).to_have_count(0)
    editor.page.reload()
    editor.await_library()
    expect(editor.row("begun at home.png")).to_have_count(0)


def test_what_arrives_meanwhile_is_no_more_listed_as_begun_elsewhere(
    editor: Console, visit: Visit
) -> None:
    held: list[Route] = []
    editor.page.route(_is_form, lambda route: held.append(route))
    with editor.page.expect_request(lambda request: _is_form(request.url)):
        editor.upload(samples.picture("on its way.png"))
    office = visit("editor@acme.test")
    expect(office.row("on its way.png")).to_contain_text("begun in another browser or program")
    for route in held:
        route.continue_()
    editor.expect_outcome("on its way.png", "Ready")
    expect(office.row("on its way.png")).to_have_count(0, timeout=PROCESSING_MS)


def test_without_a_network_an_upload_waits_and_goes_on_by_itself(editor: Console) -> None:
    editor.expect_message("ERR_INTERNET_DISCONNECTED")
    editor.page.context.set_offline(True)
    editor.upload(samples.picture("ferry.png"))
    expect(editor.page.locator(".uploads")).to_contain_text("Offline")
    editor.page.context.set_offline(False)
    editor.expect_outcome("ferry.png", "Ready")


def test_a_network_that_goes_away_in_the_middle_costs_nothing(editor: Console, large: Path) -> None:
    editor.expect_message("ERR_INTERNET_DISCONNECTED|ERR_FAILED")
    editor.page.route(re.compile(r"partNumber=[2-9]"), lambda route: route.abort())
    editor.upload(large)
    editor.page.wait_for_event("requestfailed", lambda r: bool(PART.search(r.url)))
    editor.page.context.set_offline(True)
    expect(editor.row(large.name)).to_contain_text("Offline")
    editor.page.unroute(re.compile(r"partNumber=[2-9]"))
    editor.page.context.set_offline(False)
    editor.expect_outcome(large.name, "Ready")


def test_uploads_that_others_left_off_hold_nobody_up(
    editor: Console, visit: Visit, stack: Stack
) -> None:
    for number in range(4):
        _reserve(editor.page, stack.token("contributor@acme.test"), f"ghost {number}.txt")
    editor.page.reload()
    editor.await_library()
    expect(editor.card("ghost 3")).to_contain_text("Uploading")
    waited: list[str] = []
    editor.page.on("request", lambda r: waited.append(r.url) if "wait=" in r.url else None)
    editor.upload(samples.picture("in a hurry.png"))
    editor.expect_outcome("in a hurry.png", "Ready")
    ghost = editor.card("ghost 3").get_attribute("data-asset")
    assert not [url for url in waited if str(ghost) in url]


def test_whoever_may_delete_an_asset_ends_its_upload(editor: Console, stack: Stack) -> None:
    _reserve(editor.page, stack.token("contributor@acme.test"), "left behind.txt")
    editor.page.reload()
    editor.await_library()
    detail = editor.open_detail("left behind")
    detail.get_by_role("button", name="End this upload").press("Enter")
    expect(editor.page.get_by_role("dialog")).to_have_count(0)
    expect(editor.card("left behind")).to_have_count(0)
    editor.page.reload()
    editor.await_library()
    expect(editor.card("left behind")).to_have_count(0)


def _leave_half_way(console: Console, file: Any) -> None:
    """Begin to send a file, and reload before its bytes have gone."""
    console.page.on("dialog", lambda dialog: dialog.accept())
    console.page.route(_is_form, _hold)
    with console.page.expect_request(lambda r: _is_form(r.url)):
        console.upload(file)
    console.page.reload()
    console.page.unroute(_is_form)
    console.await_library()


def _arriving_parts(page: Page) -> list[str]:
    """List the numbers of the parts that storage takes from now on."""
    numbers: list[str] = []

    def count(request: Request) -> None:
        found = PART.search(request.url)
        answer = request.response()
        if found and request.method == "PUT" and answer is not None and answer.ok:
            numbers.append(found[1])

    page.on("requestfinished", count)
    return numbers


def _reserve(page: Page, token: str, filename: str) -> None:
    answer = page.request.post(
        "/api/v3/assets/upload/",
        headers={"Authorization": f"Bearer {token}"},
        data={"filename": filename, "size_bytes": 1, "content_type": "text/plain"},
    )
    assert answer.status == 201


def _is_form(url: str) -> bool:
    return "uploads" in url and "/api/" not in url and not url.endswith((".js", ".css"))


def _hold(route: Route) -> None:
    """Neither answer nor go on: the bytes stay on their way."""


def _fetch_and_hold(route: Route) -> None:
    """Let the API take a request, and keep its answer."""
    route.fetch()
