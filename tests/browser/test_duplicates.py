"""Files that are in the library already: told before a byte is sent, and what one may do then."""

from collections.abc import Callable

from playwright.sync_api import FilePayload, Request, expect

from tests.browser import samples
from tests.browser.console import Console

Visit = Callable[..., Console]


def test_the_same_file_again_is_told_before_it_is_sent_and_left_out(editor: Console) -> None:
    file = _present(editor, "shore.png")
    posts = _posts(editor)
    editor.upload(_renamed(file, "shore again.png"))
    row = editor.row("shore again.png")
    expect(row).to_contain_text("The same bytes are in shore.")
    row.get_by_role("button", name="Leave it out").press("Enter")
    expect(row).to_contain_text("Left out")
    assert posts == []
    expect(editor.card("shore again")).to_have_count(0)


def test_the_same_file_again_is_linked_without_sending_it(editor: Console) -> None:
    file = _present(editor, "dune.png")
    posts = _posts(editor)
    editor.upload(_renamed(file, "dune twin.png"))
    editor.row("dune twin.png").get_by_role("button", name="Add it again without uploading").click()
    editor.expect_outcome("dune twin.png", "Ready")
    detail = editor.open_detail("dune twin")
    detail.get_by_role("region", name="The same file is in").get_by_role("link").press("Enter")
    expect(detail.get_by_role("heading", level=2)).to_have_text("dune")
    assert [url for url in posts if "/api/" not in url] == []


def test_the_same_file_again_becomes_a_new_version(editor: Console) -> None:
    file = _present(editor, "cliff.png")
    editor.upload(_renamed(file, "cliff, better name.png"))
    editor.row("better name").get_by_role("button", name="Make it a new version").click()
    editor.expect_outcome("better name", "Ready")
    expect(editor.card("better name")).to_have_count(0)
    expect(editor.open_detail("cliff")).to_contain_text("2, published")


def test_the_same_file_again_is_sent_all_the_same(editor: Console) -> None:
    file = _present(editor, "pier.png")
    posts = _posts(editor)
    editor.upload(_renamed(file, "pier, mine.png"))
    editor.row("pier, mine.png").get_by_role("button", name="Upload it again").click()
    editor.expect_outcome("pier, mine.png", "Ready")
    told = editor.row("pier, mine.png").get_by_role("link", name="pier", exact=True)
    told.press("Enter")
    expect(editor.page.get_by_role("dialog").get_by_role("heading", level=2)).to_have_text("pier")
    assert [url for url in posts if "/api/" not in url]


def test_one_file_twice_in_one_list_is_told_and_all_are_answered_at_once(editor: Console) -> None:
    one, two = samples.picture("gull.png"), samples.picture("tern.png")
    editor.upload(one, two, _renamed(one, "gull 2.png"), _renamed(two, "tern 2.png"))
    expect(editor.row("gull 2.png")).to_contain_text("in this list has the same bytes")
    expect(editor.page.get_by_text("2 files are here already.")).to_be_visible()
    editor.page.get_by_role("button", name="Leave them out").click()
    for name in ("gull.png", "tern.png"):
        editor.expect_outcome(name, "Ready")
    expect(editor.card("gull")).to_have_count(1)


def test_nobody_is_told_of_what_they_may_not_see(visit: Visit, editor: Console) -> None:
    file = _present(editor, "secret.png")
    stranger = visit("editor@globex.test")
    stranger.upload(file)
    stranger.expect_outcome("secret.png", "Ready")


def _present(console: Console, name: str) -> FilePayload:
    file = samples.picture(name)
    console.upload(file)
    console.expect_outcome(name, "Ready")
    return file


def _renamed(file: FilePayload, name: str) -> FilePayload:
    return {**file, "name": name}


def _posts(console: Console) -> list[str]:
    """List the addresses to which something is posted from now on."""
    urls: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST":
            urls.append(request.url)

    console.page.on("request", note)
    return urls
