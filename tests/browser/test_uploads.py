"""Files on their way in: sent, processed before one's eyes, refused, failed, cancelled."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Request, Route, expect

from tests.browser import samples
from tests.browser.console import Console

Visit = Callable[..., Console]
MIB = 1024 * 1024
DROP_NOWHERE = """() => {
    const carried = new DataTransfer();
    carried.items.add(new File(["x"], "dropped.txt", { type: "text/plain" }));
    const init = { bubbles: true, cancelable: true, dataTransfer: carried };
    return !document.body.dispatchEvent(new DragEvent("drop", init));
}"""
"""Drops a file on the page, and says whether the browser is kept from opening it."""


def test_pictures_and_a_text_come_out_approved_with_thumbnails(editor: Console) -> None:
    editor.upload(
        samples.picture("harbour.jpg"), samples.picture("menu.png"), samples.text("hours.txt")
    )
    for name in ("harbour.jpg", "menu.png", "hours.txt"):
        editor.expect_outcome(name, "Ready")
        editor.expect_picture(name.partition(".")[0])


def test_a_video_comes_out_approved_with_its_poster(editor: Console, tmp_path: Path) -> None:
    editor.upload(samples.video(tmp_path, "loop.mp4"))
    editor.expect_outcome("loop.mp4", "Ready")
    editor.expect_picture("loop")
    expect(editor.open_detail("loop")).to_contain_text("320 \N{MULTIPLICATION SIGN} 180 px")


def test_the_steps_of_processing_are_shown_as_they_happen(editor: Console) -> None:
    # A picture may be ready before the page asks: it hears of that once the steps were seen.
    editor.page.route("**/api/v3/assets/*-*/", _as_processing)
    editor.upload(samples.picture("steps.png"))
    expect(editor.row("steps.png").locator(".step").first).to_contain_text("Virus check")
    editor.page.unroute("**/api/v3/assets/*-*/")
    editor.expect_outcome("steps.png", "Ready")
    expect(editor.row("steps.png").locator(".step")).to_have_count(0)


def _as_processing(route: Route) -> None:
    answer = route.fetch()
    route.fulfill(response=answer, json=answer.json() | {"status": "processing"})


def test_a_virus_ends_quarantined_and_the_page_says_so(editor: Console) -> None:
    editor.upload(samples.infected("letter.txt"))
    editor.expect_outcome("letter.txt", "Quarantined")
    expect(editor.row("letter.txt")).to_contain_text("A virus was found")
    detail = editor.open_detail("letter")
    expect(detail).to_contain_text("nobody can open it")
    expect(detail.get_by_role("button", name="Download")).to_have_count(0)
    expect(detail.locator("img")).to_have_count(0)


def test_what_is_accepted_is_said_before_by_kind_with_the_limit(visit: Visit) -> None:
    console = visit("editor@globex.test")
    area = console.page.get_by_role("region", name="Upload")
    summary = area.get_by_text("What is accepted, up to 100 MB a file")
    expect(summary).to_be_visible()
    if area.locator("details[open]").count() == 0:
        summary.press("Enter")
    for words in (
        "Pictures: JPEG, PNG, GIF, WEBP",
        "Films: MP4, MOV, AVI, WEBM",
        "Sound: MP3",
        "Documents: PDF",
    ):
        expect(area.get_by_text(words)).to_be_visible()
    offered = console.page.get_by_label("Files", exact=True).get_attribute("accept") or ""
    assert {"image/png", ".png", ".jpg", ".jpeg", ".mov"} <= set(offered.split(","))
    assert ".exe" not in offered


def test_a_type_that_is_not_accepted_is_refused_by_name_before_anything_is_sent(
    editor: Console,
) -> None:
    asked: list[str] = []
    editor.page.on("request", lambda r: asked.append(r.url) if r.method == "POST" else None)
    expect(editor.page.get_by_text("What is accepted")).to_be_visible()
    editor.upload(
        samples.payload("tool.exe", "application/x-msdownload", b"MZ"),
        samples.payload("phone.jxl", "", b"\xff\x0a"),
    )
    expect(editor.row("tool.exe")).to_contain_text("EXE is not accepted here.")
    expect(editor.row("phone.jxl")).to_contain_text("JXL is not accepted here.")
    expect(editor.row("tool.exe").get_by_role("button", name="Retry")).to_have_count(0)
    assert asked == []


def test_a_file_chosen_before_the_page_knows_what_is_accepted_waits_for_that(
    editor: Console,
) -> None:
    page, held, asked = editor.page, list[Route](), list[str]()
    page.on("request", lambda r: asked.append(r.url) if r.method == "POST" else None)
    page.route("**/api/v3/tenant/", lambda route: held.append(route))
    with page.expect_request("**/api/v3/tenant/"):
        page.reload()
    editor.await_library()
    editor.upload(samples.payload("early.exe", "application/x-msdownload", b"MZ"))
    expect(editor.row("early.exe")).to_be_visible()
    expect(editor.row("early.exe").get_by_role("alert")).to_have_count(0)
    held.pop().continue_()
    expect(editor.row("early.exe")).to_contain_text("EXE is not accepted here.")
    assert asked == []


def test_a_type_that_the_api_refuses_is_refused_in_the_same_words(editor: Console) -> None:
    editor.expect_message("415")
    editor.page.route("**/api/v3/tenant/", _accepting_everything)
    editor.page.reload()
    editor.await_library()
    editor.upload(samples.payload("tool.exe", "application/x-msdownload", b"MZ"))
    expect(editor.row("tool.exe")).to_contain_text("EXE is not accepted here.")


def test_what_the_api_refuses_is_refused_with_the_reason_said_once(editor: Console) -> None:
    editor.expect_message("422")
    editor.upload(samples.payload("...", "text/plain", b"to have a name of dots alone"))
    refusal = editor.page.locator(".upload").get_by_role("alert")
    expect(refusal).to_contain_text("A file name is needed")
    assert refusal.inner_text().count("A file name is needed") == 1


def test_a_file_that_is_too_large_is_refused_with_the_limit(visit: Visit, tmp_path: Path) -> None:
    console = visit("editor@globex.test")
    expect(console.page.get_by_text("What is accepted")).to_be_visible()
    console.upload(samples.hollow(tmp_path, "wall.mp4", 101 * MIB))
    expect(console.row("wall.mp4")).to_contain_text("101 MB is too large")
    expect(console.row("wall.mp4")).to_contain_text("100 MB.")


def test_who_may_not_upload_is_offered_nothing_to(visit: Visit) -> None:
    for who in ("viewer@acme.test", "moderator@acme.test"):
        console = visit(who)
        expect(console.page.get_by_role("heading", name="Library")).to_be_visible()
        expect(console.page.get_by_label("Files", exact=True)).to_have_count(0)
        expect(console.page.get_by_role("button", name="Choose files")).to_have_count(0)
        assert console.page.evaluate(DROP_NOWHERE)
        expect(console.page.locator(".upload")).to_have_count(0)


def test_the_list_counts_apart_what_came_to_what_and_shows_failures_first(editor: Console) -> None:
    editor.upload(
        samples.picture("kept.png"),
        samples.truncated("torn.jpg"),
        samples.payload("driver.exe", "application/x-msdownload", b"MZ"),
    )
    for name, words in (("kept.png", "Ready"), ("torn.jpg", "Failed")):
        editor.expect_outcome(name, words)
    expect(editor.page.locator(".uploads-total")).to_have_text("1 failed · 1 refused · 1 done")
    names = editor.page.locator(".uploads .upload-name")
    expect(names).to_have_text(["torn.jpg", "driver.exe", "kept.png"])
    detail = editor.open_detail("torn")
    expect(detail.locator(".step").filter(has_text="Virus check")).to_contain_text("done")


def test_totals_do_not_shrink_when_a_file_is_called_off(editor: Console) -> None:
    editor.page.route(_is_form, _hold)
    editor.upload(samples.picture("first of two.png"), samples.picture("second of two.png"))
    total = editor.page.locator(".uploads-total")
    expect(total).to_contain_text("of 2 files")
    editor.row("first of two.png").get_by_role("button", name="Cancel").click()
    expect(total).to_contain_text("1 of 2 files")


def test_a_file_that_is_not_what_it_says_has_failed_no_virus_check(editor: Console) -> None:
    editor.upload(samples.payload("no film.mp4", "video/mp4", b"just some words\n" * 20))
    editor.expect_outcome("no film.mp4", "Failed")
    expect(editor.row("no film.mp4")).to_contain_text("not what its name says")
    check = editor.open_detail("no film").locator(".step").filter(has_text="Virus check")
    expect(check).not_to_contain_text("failed")


def test_an_upload_is_being_scanned_as_soon_as_its_bytes_are_there(editor: Console) -> None:
    editor.page.route("**/api/v3/processing/*/status/*", _hold)
    editor.upload(samples.picture("just there.png"))
    expect(editor.row("just there.png")).to_contain_text("Scanning for viruses")
    expect(editor.card("just there")).to_be_visible()


def test_a_damaged_file_fails_with_the_reason_and_can_be_tried_again(editor: Console) -> None:
    editor.upload(samples.truncated("cut.jpg"))
    editor.expect_outcome("cut.jpg", "Failed")
    expect(editor.row("cut.jpg")).to_contain_text("damaged or incomplete")
    with editor.page.expect_response("**/retry/") as answered:
        editor.row("cut.jpg").get_by_role("button", name="Retry").click()
    assert answered.value.status == 202
    editor.expect_outcome("cut.jpg", "Failed")


def test_a_large_file_goes_in_parts(editor: Console, tmp_path: Path) -> None:
    parts: list[str] = []
    editor.page.on("request", lambda r: parts.append(r.url) if _is_part(r) else None)
    editor.upload(samples.recording(tmp_path, "ambience.wav", 101 * MIB))
    expect(editor.page.get_by_role("progressbar", name="All uploads")).to_be_visible()
    editor.expect_outcome("ambience.wav", "Ready")
    assert len(set(parts)) > 1


def test_cancelling_leaves_nothing(editor: Console) -> None:
    editor.page.route(_is_form, _hold)
    editor.upload(samples.picture("mistake.png"))
    expect(editor.row("mistake.png").get_by_role("progressbar")).to_be_visible()
    with editor.page.expect_response(lambda r: r.request.method == "DELETE") as answered:
        editor.row("mistake.png").get_by_role("button", name="Cancel").click()
    assert answered.value.status == 204
    expect(editor.row("mistake.png")).to_contain_text("Cancelled")
    editor.page.reload()
    editor.await_library()
    expect(editor.card("mistake")).to_have_count(0)


def test_leaving_warns_while_bytes_are_on_their_way(editor: Console) -> None:
    editor.page.on("dialog", lambda dialog: dialog.dismiss())
    editor.page.route(_is_form, _hold)
    editor.upload(samples.picture("slow.png"))
    expect(editor.row("slow.png").get_by_role("progressbar")).to_be_visible()
    with editor.page.expect_event("dialog") as asked:
        editor.page.close(run_before_unload=True)
    assert asked.value.type == "beforeunload"
    expect(editor.row("slow.png")).to_be_visible()


def test_a_lost_connection_can_be_tried_again(editor: Console) -> None:
    editor.expect_message("ERR_FAILED|500")
    editor.page.route("**/api/v3/assets/upload/", lambda route: route.abort())
    editor.upload(samples.picture("patient.png"))
    expect(editor.row("patient.png")).to_contain_text("cannot be reached")
    editor.page.unroute("**/api/v3/assets/upload/")
    editor.row("patient.png").get_by_role("button", name="Retry").click()
    editor.expect_outcome("patient.png", "Ready")


@pytest.mark.parametrize("event", ["paste", "drop"])
def test_an_image_can_be_pasted_or_dropped(editor: Console, event: str) -> None:
    data = samples.picture("image.png")["buffer"]
    editor.page.evaluate(
        """([kind, numbers]) => {
            const carried = new DataTransfer();
            const name = kind === "paste" ? "image.png" : "dropped.png";
            carried.items.add(new File([new Uint8Array(numbers)], name, { type: "image/png" }));
            const init = { bubbles: true, cancelable: true };
            document.body.dispatchEvent(kind === "paste"
                ? new ClipboardEvent("paste", { ...init, clipboardData: carried })
                : new DragEvent("drop", { ...init, dataTransfer: carried }));
        }""",
        [event, list(data)],
    )
    editor.expect_outcome("Pasted 2" if event == "paste" else "dropped.png", "Ready")


def test_a_folder_is_uploaded_without_what_systems_leave_in_it(
    editor: Console, tmp_path: Path
) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "inside.txt").write_text("Inside a folder")
    (tmp_path / ".DS_Store").write_text("Litter")
    editor.page.get_by_label("Folder", exact=True).set_input_files(tmp_path)
    editor.expect_outcome("inside.txt", "Ready")
    expect(editor.row(".DS_Store")).to_have_count(0)


def _is_part(request: Request) -> bool:
    return request.method == "PUT" and "partNumber=" in request.url


def _is_form(url: str) -> bool:
    return "uploads" in url and "/api/" not in url and not url.endswith((".js", ".css"))


def _hold(route: Route) -> None:
    """Neither answer nor go on: the bytes stay on their way."""


def _accepting_everything(route: Route) -> None:
    """Answer as a tenant whose settings the page does not know."""
    answer = route.fetch()
    route.fulfill(response=answer, json={**answer.json(), "settings": {}})
