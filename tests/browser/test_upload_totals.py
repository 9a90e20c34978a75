"""What the page counts of uploads: bytes and files on their way, questions, what there is."""

from playwright.sync_api import Route, expect

from tests.browser import samples
from tests.browser.console import Console


def test_what_there_is_follows_what_is_uploaded(editor: Console) -> None:
    counted = editor.page.locator(".facet", has_text="Pictures").locator(".facet-count")
    editor.upload(samples.picture("counted first.png"))
    editor.expect_outcome("counted first.png", "Ready")
    expect(counted).to_be_visible()
    before = int(counted.inner_text())
    editor.upload(samples.picture("counted second.png"))
    editor.expect_outcome("counted second.png", "Ready")
    expect(counted).not_to_have_text(str(before))


def test_totals_are_those_of_what_is_sent_and_questions_are_counted(editor: Console) -> None:
    editor.page.route(_is_form, _hold)
    first = samples.picture("sent alone.png")
    total = editor.page.locator(".uploads-total")
    with editor.page.expect_request(lambda asked: _is_form(asked.url)):
        editor.upload(
            first,
            {**first, "name": "sent alone, again.png"},
            samples.payload("refused alone.exe", "application/x-msdownload", b"MZ" * 500_000),
        )
    expect(total).to_contain_text("1 file waits for your answer")
    expect(total).to_contain_text("0 of 1 file ·")
    expect(total).to_contain_text("1 refused")
    editor.row("sent alone, again.png").get_by_role("button", name="Leave it out").press("Enter")
    expect(editor.page.get_by_role("heading", name="Uploads")).to_be_focused()
    expect(total).not_to_contain_text("answer")
    with editor.page.expect_response(lambda answer: answer.request.method == "DELETE"):
        editor.row("sent alone.png").get_by_role("button", name="Cancel").press("Enter")


def _is_form(url: str) -> bool:
    return "uploads" in url and "/api/" not in url and not url.endswith((".js", ".css"))


def _hold(route: Route) -> None:
    """Neither answer nor go on: the bytes stay on their way."""
