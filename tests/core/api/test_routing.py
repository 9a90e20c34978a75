"""Groups of routes: their base, what their views take and answer."""

from typing import Any, Literal

import msgspec
import pytest

from chalicelib.core.api.audience import Audience
from chalicelib.core.api.replies import Blob, Csv, Html, NotModified, Redirect, SeeOther, Tagged
from chalicelib.core.api.routing import API, Routes
from chalicelib.core.errors import NotFound, ReefError
from tests.core.api.made import Made
from tests.shared import assert_problem


class Link(msgspec.Struct):
    name: str


class Unlocking(msgspec.Struct):
    password: str
    tries: int = 3
    remember: bool = False
    tags: list[str] = []


def opened(caller: None, value: str) -> Link:
    assert caller is None
    if value == "gone":
        raise NotFound("There is no such link.")
    return Link(value)


def page_of(problem: ReefError) -> Html:
    return Html(f"<h1>{problem.title}</h1>", headers={"X-Page": "problem"})


def pages(**options: Any) -> Routes[None]:
    """A group of routes for anybody, without a base."""
    loaders = {"code": ("link", opened)}
    return Routes[None](__name__, base="", audience=Audience.ANYONE, loaders=loaders, **options)


def test_a_group_has_its_own_base() -> None:
    plain, api = pages(), Routes[None](__name__, audience=Audience.ANYONE)

    @plain.get("/s/{code}")
    def follow(link: Link) -> Redirect:
        return Redirect(f"https://reef.test/share/{link.name}/")

    @api.get("/links/{code}")
    def show(code: str) -> Link:
        return Link(code)

    made = Made(plain, api)
    answer = made.get("/s/abc")
    assert (answer.status, answer.headers["Location"]) == (302, "https://reef.test/share/abc/")
    assert made.get(f"{API}/links/abc/").json == {"name": "abc"}


def test_loaders_run_without_anybody_signed_in() -> None:
    group = pages()

    @group.get("/share/{code}")
    def show(link: Link) -> Link:
        return link

    made = Made(group)
    assert made.get("/share/abc").json == {"name": "abc"}
    assert_problem(made.get("/share/gone"), 404, "not_found")
    assert_problem(made.get(f"/share/{'x' * 257}"), 404, "not_found")


def test_a_form_is_read_by_its_type() -> None:
    group = pages()

    @group.post("/share/{code}")
    def unlock(link: Link, form: Unlocking) -> Unlocking:
        return form

    made = Made(group)
    sent = b"password=sch%C3%B6n+blau&tries=5&remember=true&tags=a&tags=b"
    answer = made.send("/share/abc", sent)
    expected = {"password": "schön blau", "tries": 5, "remember": True, "tags": ["a", "b"]}
    assert (answer.status, answer.json) == (200, expected)
    left_blank = made.send("/share/abc", b"password=x&tries=")
    assert left_blank.json["tries"] == 3


@pytest.mark.parametrize(
    ("form", "field"),
    [
        (b"", "password"),
        (b"password=", "password"),
        (b"password=x&pasword=y", "pasword"),
        (b"password=x&pasword=", "pasword"),
        (b"password=x&password=y", "password"),
        (b"password=x&tries=many", "tries"),
    ],
)
def test_a_form_that_does_not_fit_names_the_field(form: bytes, field: str) -> None:
    group = pages()

    @group.post("/share/{code}")
    def unlock(link: Link, form: Unlocking) -> Unlocking:
        return form

    answer = Made(group).send("/share/abc", form)
    assert [e["field"] for e in assert_problem(answer, 422, "invalid")["errors"]] == [field]


def test_what_is_no_form_is_refused() -> None:
    group = pages()

    @group.post("/share")
    def unlock(form: Unlocking) -> Unlocking:
        return form

    made = Made(group)
    as_json = made.call("POST", "/share", b'{"password": "x"}', content_type="application/json")
    assert_problem(as_json, 415, "unsupported_media_type")
    assert_problem(made.send("/share", b"password=%ff"), 400, "bad_request")
    assert_problem(made.send("/share", b"password=\xff"), 400, "bad_request")
    assert_problem(made.send("/share", b"a=1&" * 201), 400, "bad_request")
    assert_problem(made.send("/share", b"x" * (1024 * 1024 + 1)), 413, "payload_too_large")


def test_a_page_is_html_and_so_are_its_failures() -> None:
    group = pages(problem_page=page_of)

    @group.get("/share/{code}")
    def show(link: Link) -> Html:
        if link.name == "broken":
            raise ValueError(link.name)
        return Html(f"<h1>{link.name}</h1>", headers={"Content-Security-Policy": "default-src"})

    made = Made(group)
    shown = made.get("/share/abc")
    assert (shown.status, shown.content) == (200, b"<h1>abc</h1>")
    assert shown.headers["Content-Type"] == "text/html; charset=utf-8"
    assert shown.headers["Content-Security-Policy"] == "default-src"
    for code, status, title in (("gone", 404, b"Not found"), ("broken", 500, b"went wrong")):
        failed = made.get(f"/share/{code}")
        assert (failed.status, failed.headers["X-Page"]) == (status, "problem")
        assert failed.headers["Content-Type"] == "text/html; charset=utf-8"
        assert title in failed.content
        assert failed.headers["X-Request-Id"]


def test_bytes_tables_and_redirects_come_as_what_they_are() -> None:
    group = pages()

    @group.get("/code")
    def draw() -> Blob[Literal["image/png", "image/svg+xml"]]:
        return Blob(b"\x89PNG\xff", "image/png")

    @group.get("/table")
    def tell() -> Csv:
        return Csv("a,b\n", "next")

    @group.post("/done")
    def finish() -> SeeOther:
        return SeeOther("/thanks")

    @group.get("/revision")
    def revision(if_none_match: str | None) -> Tagged[Link] | NotModified:
        return NotModified('"1"') if if_none_match == '"1"' else Tagged(Link("a"), '"1"')

    made = Made(group)
    picture = made.get("/code")
    assert (picture.content, picture.headers["Content-Type"]) == (b"\x89PNG\xff", "image/png")
    table = made.get("/table")
    assert (table.content, table.headers["X-Next-Cursor"]) == (b"a,b\n", "next")
    assert table.headers["Content-Type"] == "text/csv; charset=utf-8"
    done = made.call("POST", "/done")
    assert (done.status, done.headers["Location"], done.content) == (303, "/thanks", b"")
    fresh, known = made.get("/revision"), made.get("/revision", if_none_match='"1"')
    assert (fresh.status, fresh.headers["ETag"], fresh.json) == (200, '"1"', {"name": "a"})
    assert (known.status, known.headers["ETag"], known.content) == (304, '"1"', b"")


def test_head_answers_without_a_body() -> None:
    group = pages()

    @group.head("/file")
    def look() -> Link:
        return Link("a")

    answer = Made(group).call("HEAD", "/file")
    assert (answer.status, answer.content) == (200, b"")
