"""What a view's return type says of its answers."""

from typing import Any, Literal

import msgspec
import pytest

from chalicelib.core.api.replies import (
    Accepted,
    Answers,
    Blob,
    Csv,
    Html,
    NotModified,
    Page,
    Redirect,
    Reply,
    SeeOther,
    Tagged,
    response,
)


class Link(msgspec.Struct):
    name: str


PICTURES = Blob[Literal["image/png", "image/svg+xml"]]


@pytest.mark.parametrize(
    ("declared", "answers"),
    [
        (None, Answers()),
        (Link, Answers(json=Link)),
        (dict[str, int], Answers(json=dict[str, int])),
        (Link | None, Answers(json=Link)),
        (Reply[Link], Answers(json=Link)),
        (Reply[Link | None], Answers(json=Link)),
        (Reply[None], Answers()),
        (Accepted[Link] | None, Answers(accepted=Link)),
        (Tagged[Link], Answers(json=Link, tagged=True)),
        (Tagged[Link] | NotModified, Answers(json=Link, tagged=True, not_modified=True)),
        (Page[Link] | Csv, Answers(json=Page[Link], media_types=("text/csv",))),
        (Html, Answers(media_types=("text/html",))),
        (Redirect | Link, Answers(json=Link, redirects=(302,))),
        (Html | SeeOther, Answers(media_types=("text/html",), redirects=(303,))),
        (PICTURES, Answers(media_types=("image/png", "image/svg+xml"))),
    ],
)
def test_the_return_type_says_what_may_come(declared: Any, answers: Answers) -> None:
    assert Answers.of(declared) == answers


def test_two_types_of_json_are_one_too_many() -> None:
    with pytest.raises(TypeError, match="two types of JSON"):
        Answers.of(Link | Tagged[Page[Link]])


def test_what_a_reply_says_goes_before_what_is_usual() -> None:
    usual = response(Reply({"a": 1}), 201)
    assert (usual.status_code, usual.body) == (201, b'{"a":1}')
    assert usual.headers["Cache-Control"] == "no-store"
    assert usual.headers["Content-Type"] == "application/json"
    own = response(Reply("text", 202, {"Cache-Control": "max-age=60", "Content-Type": "a/b"}), 201)
    assert (own.status_code, own.body) == (202, b"text")
    assert (own.headers["Cache-Control"], own.headers["Content-Type"]) == ("max-age=60", "a/b")


def test_nothing_has_no_type() -> None:
    empty = response(Reply(None), 204)
    assert (empty.status_code, empty.body) == (204, b"")
    assert "Content-Type" not in empty.headers
