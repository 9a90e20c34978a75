"""Signing in by authorization code with PKCE, staying signed in, and signing out."""

import json
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Request, expect

from tests.browser.console import Console
from tests.stack import Stack

Visit = Callable[..., Console]
TOKENS = "reef.tokens"


def test_a_member_signs_in_and_sees_whose_library_it_is(visit: Visit) -> None:
    console = visit("editor@acme.test")
    expect(console.page.get_by_role("banner").get_by_text("editor@acme.test")).to_be_visible()
    assert urlsplit(console.page.url).query == ""


def test_the_page_comes_under_a_strict_policy(visit: Visit, stack: Stack) -> None:
    answer = visit().page.request.get(stack.url)
    policy = answer.headers["content-security-policy"].split("; ")
    for rule in ("default-src 'none'", "script-src 'self'", "style-src 'self'"):
        assert rule in policy
    assert "require-trusted-types-for 'script'" in policy


def test_the_issuer_is_asked_with_a_challenge_and_never_sees_the_verifier(
    visit: Visit, stack: Stack
) -> None:
    console = visit()
    asked: list[Request] = []
    console.page.on("request", lambda request: asked.append(request))
    console.sign_in("viewer@acme.test")
    question = next(parse_qs(urlsplit(r.url).query) for r in asked if "code_challenge=" in r.url)
    answer = next(r for r in asked if "grant_type=authorization_code" in (r.post_data or ""))
    assert question["code_challenge_method"] == ["S256"]
    assert question["redirect_uri"] == [f"{stack.url}/"]
    verifier = parse_qs(answer.post_data or "")["code_verifier"][0]
    assert len(verifier) >= 43
    assert verifier not in json.dumps(question)


def test_a_wrong_password_is_refused_in_words(visit: Visit) -> None:
    console = visit()
    console.expect_message("40[013]")
    console.ask_to_sign_in("editor@acme.test", "not the password")
    expect(console.page.locator("input[name=password]")).to_be_visible()
    expect(console.page.locator("body")).to_contain_text("password")
    expect(console.page.get_by_role("button", name="Sign out")).to_have_count(0)


def test_the_form_waits_with_the_focus_in_its_first_field_and_looks_like_reef(
    visit: Visit,
) -> None:
    console = visit()
    console.page.get_by_role("button", name="Sign in").click()
    expect(console.page.get_by_label("Address")).to_be_focused()
    card = console.page.locator(".welcome-card")
    expect(card).to_have_css("border-radius", "24px")
    light = card.evaluate("card => getComputedStyle(card).backgroundColor")
    console.page.emulate_media(color_scheme="dark")
    assert card.evaluate("card => getComputedStyle(card).backgroundColor") != light


def test_back_does_not_return_to_the_form(visit: Visit) -> None:
    console = visit()
    console.expect_message("403")
    console.ask_to_sign_in("editor@acme.test", "not the password")
    expect(console.page.get_by_role("alert")).to_be_visible()
    expect(console.page.get_by_label("Password")).to_be_focused()
    console.page.get_by_label("Password").fill("Reef-acme-editor-1")
    console.page.get_by_label("Password").press("Enter")
    console.await_library()
    console.page.go_back()
    assert "authorize" not in console.page.url
    expect(console.page.get_by_label("Password")).to_have_count(0)


def test_an_answer_that_was_not_asked_for_is_not_accepted(visit: Visit) -> None:
    console = visit()
    console.page.goto("/?code=stolen&state=foreign")
    expect(console.page.get_by_role("alert")).to_contain_text("not started here")
    assert urlsplit(console.page.url).query == ""


def test_a_reload_keeps_the_session(editor: Console) -> None:
    editor.page.reload()
    editor.await_library()


def test_a_token_about_to_end_is_renewed(editor: Console) -> None:
    editor.page.evaluate(
        """name => {
            const tokens = JSON.parse(sessionStorage.getItem(name));
            sessionStorage.setItem(name, JSON.stringify({ ...tokens, expiresAt: Date.now() }));
        }""",
        TOKENS,
    )
    with editor.page.expect_request(lambda r: "grant_type=refresh_token" in (r.post_data or "")):
        editor.page.reload()
    editor.await_library()


def test_a_session_that_is_over_leads_back_to_signing_in(editor: Console) -> None:
    editor.expect_message("40[01]")
    editor.page.evaluate(
        """name => {
            const ended = { idToken: JSON.parse(sessionStorage.getItem(name)).idToken + "x",
                            refreshToken: "ended", expiresAt: Date.now() + 3600000 };
            sessionStorage.setItem(name, JSON.stringify(ended));
        }""",
        TOKENS,
    )
    editor.page.reload()
    expect(editor.page.get_by_role("alert")).to_contain_text("session has ended")
    expect(editor.page.get_by_role("button", name="Sign in")).to_be_visible()


def test_signing_out_forgets_the_tokens(editor: Console) -> None:
    editor.page.get_by_role("button", name="Sign out").click()
    expect(editor.page.get_by_role("button", name="Sign in")).to_be_visible()
    editor.page.goto("/")
    expect(editor.page.get_by_role("button", name="Sign in")).to_be_visible()
    assert editor.page.evaluate("name => sessionStorage.getItem(name)", TOKENS) is None


def test_after_signing_out_nothing_more_is_asked(editor: Console) -> None:
    page = editor.page
    page.route("**/_local/logout*", lambda route: route.fulfill(status=204))  # and stay
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    code = page.evaluate(
        "() => import('/api.js').then(({ call }) => call('GET', 'me/')).catch(({ code }) => code)"
    )
    assert (code, asked) == ("unauthorized", [])
    expect(page.get_by_role("alert")).to_have_count(0)
