"""Files on their way in: sent, processed before one's eyes, refused, failed, cancelled."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Request, Route, expect

from tests.browser import samples
from tests.browser.console import Console

Visit = Callable[..., Console]
MIB = 1024 * 1024


def test_pictures_and_a_text_come_out_approved_with_thumbnails(editor: Console) -> None:
    editor.upload(
        samples.picture("harbour.jpg"), samples.picture("menu.png"), samples.text("hours.txt")
    )
    for name in ("harbour.jpg", "menu.png", "hours.txt"):
        editor.expect_outcome(name, "Approved")
        editor.expect_picture(name.partition(".")[0])


def test_a_video_comes_out_approved_with_its_poster(editor: Console, tmp_path: Path) -> None:
    editor.upload(samples.video(tmp_path, "loop.mp4"))
    editor.expect_outcome("loop.mp4", "Approved")
    editor.expect_picture("loop")
    expect(editor.open_detail("loop")).to_contain_text("320 \N{MULTIPLICATION SIGN} 180 px")


def test_the_steps_of_processing_are_shown_as_they_happen(editor: Console) -> None:
    editor.upload(samples.picture("steps.png"))
    expect(editor.row("steps.png").locator(".step").first).to_contain_text("Virus check")
    editor.expect_outcome("steps.png", "Approved")
    expect(editor.row("steps.png").locator(".step")).to_have_count(0)


def test_a_virus_ends_quarantined_and_the_page_says_so(editor: Console) -> None:
    editor.upload(samples.infected("letter.txt"))
    editor.expect_outcome("letter.txt", "Quarantined")
    expect(editor.row("letter.txt")).to_contain_text("A virus was found")
    detail = editor.open_detail("letter")
    expect(detail).to_contain_text("nobody can open it")
    expect(detail.get_by_role("button", name="Download")).to_have_count(0)
    expect(detail.locator("img")).to_have_count(0)


def test_a_type_that_is_not_accepted_is_refused_by_name(editor: Console) -> None:
    editor.expect_message("415")
    editor.upload(samples.payload("tool.exe", "application/x-msdownload", b"MZ"))
    expect(editor.row("tool.exe")).to_contain_text("application/x-msdownload")
    expect(editor.row("tool.exe").get_by_role("button", name="Retry")).to_have_count(0)


def test_a_name_that_is_not_accepted_is_refused_with_the_reason_said_once(editor: Console) -> None:
    editor.expect_message("422")
    editor.upload(samples.payload("two\nlines.txt", "text/plain", b"x"))
    expect(editor.row("lines.txt")).to_contain_text(re.compile("line breaks are not allowed$"))
    told = editor.row("lines.txt").inner_text()
    assert told.count("line breaks are not allowed") == 1


def test_a_file_that_is_too_large_is_refused_with_the_limit(visit: Visit, tmp_path: Path) -> None:
    console = visit("editor@globex.test")
    console.expect_message("413")
    console.upload(samples.hollow(tmp_path, "wall.mp4", 101 * MIB))
    expect(console.row("wall.mp4")).to_contain_text(re.compile("104857600|100 Mi?B"))


def test_who_may_not_upload_is_told(visit: Visit) -> None:
    console = visit("viewer@acme.test")
    console.expect_message("403")
    console.upload(samples.text("from a viewer.txt"))
    expect(console.row("from a viewer.txt")).to_have_class("upload bad")


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
    editor.expect_outcome("ambience.wav", "Approved")
    assert len(set(parts)) > 1


def test_cancelling_leaves_nothing(editor: Console) -> None:
    editor.page.route(_is_form, _hold)
    editor.upload(samples.picture("mistake.png"))
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
    editor.expect_outcome("patient.png", "Approved")


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
    editor.expect_outcome("Pasted 2" if event == "paste" else "dropped.png", "Approved")


def test_a_folder_is_uploaded_without_what_systems_leave_in_it(
    editor: Console, tmp_path: Path
) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "inside.txt").write_text("Inside a folder")
    (tmp_path / ".DS_Store").write_text("Litter")
    editor.page.get_by_label("Folder", exact=True).set_input_files(tmp_path)
    editor.expect_outcome("inside.txt", "Approved")
    expect(editor.row(".DS_Store")).to_have_count(0)


def _is_part(request: Request) -> bool:
    return request.method == "PUT" and "partNumber=" in request.url


def _is_form(url: str) -> bool:
    return "uploads" in url and "/api/" not in url and not url.endswith((".js", ".css"))


def _hold(route: Route) -> None:
    """Neither answer nor go on: the bytes stay on their way."""
