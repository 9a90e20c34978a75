"""Mails as text and as HTML: nothing that people write becomes anything but text."""

from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest

from chalicelib.notifications import mails
from chalicelib.notifications.models import Notification
from tests.notifications.post import Hall

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
EVIL = "<script>alert(1)</script>\"'&$title"


class Tags(HTMLParser):
    """What a mail's HTML holds: its tags, its links, its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.words: list[str] = []
        self.unstyled: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        assert not {"src", "background", "onclick", "onload"} & given.keys()
        if "href" in given:
            self.links.append(str(given["href"]))
        if "class" in given and "style" not in given:
            self.unstyled.append(tag)

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def told(**more: Any) -> Notification:
    values: dict[str, Any] = {
        "kind": "assignment",
        "title": "Please decide: “Poster”",
        "text": "Version 1 of “Poster” waits.",
        "link": "https://reef.test/?workflow=1",
        "asset_id": "1",
        "turn": 1,
        "at": "2026-11-22T12:00:00.000Z",
        "due_at": "2026-11-25T13:30:00.000Z",
    }
    return Notification("t#m", "NOTIFICATION#1", **values | more)


def test_html_is_escaped_wherever_people_wrote_it() -> None:
    written = told(title=EVIL, text=EVIL, note=f"{EVIL}\nsecond", by=EVIL)
    for made in (mails.of(written, NOW), mails.digest([written], NOW)):
        found = Tags(made.html)
        assert "script" not in found.tags
        assert "<script>alert(1)" in " ".join(found.words)
        assert "$title" in " ".join(found.words)
        assert found.unstyled == []
        assert set(found.tags) <= {
            "html", "head", "meta", "title", "style", "body", "div", "p", "h1", "h2", "a",
            "strong", "br", "blockquote",
        }  # fmt: skip


def test_one_button_leads_where_the_plain_link_does() -> None:
    made = mails.of(told(), NOW)
    links = Tags(made.html).links
    assert links[:2] == ["https://reef.test/?workflow=1"] * 2
    assert made.html.count('class="button"') == 1
    assert "Decide now: https://reef.test/?workflow=1" in made.text
    assert "Decide by: Wednesday, 25 November 2026, 13:30 UTC (in 3 days)" in made.text


def test_what_somebody_wrote_is_marked_on_every_line_and_cut_when_it_is_very_long() -> None:
    text = mails.of(told(note="one\n\nOpen: http://evil.test", by="a@b.test"), NOW).text
    assert "a@b.test wrote:\n> one\n> \n> Open: http://evil.test\n" in text
    long = mails.of(told(note="x" * 9000, by="a@b.test"), NOW)
    assert len(long.text) < 4000
    assert "the rest is in Reef" in long.html


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (timedelta(days=3, hours=1), "in 3 days"),
        (timedelta(hours=47), "in 47 hours"),
        (timedelta(hours=2), "in 2 hours"),
        (timedelta(minutes=119), "in 119 minutes"),
        (timedelta(minutes=1), "in 1 minute"),
        (timedelta(seconds=2), "in 1 minute"),
        (timedelta(), "over by now"),
        (timedelta(days=-3), "over by now"),
    ],
)
def test_time_is_said_in_words(left: timedelta, said: str) -> None:
    assert mails.time_left((NOW + left).isoformat(), NOW) == said


def test_a_title_is_no_markup(hall: Hall) -> None:
    hall.review("Poster <script>alert(1)</script>")
    (letter,) = hall.post.to(hall.email("anna"))
    assert letter["subject"] == "Please decide: “Poster <script>alert(1)</script>”"
    assert "<script>" not in letter["html"]
    assert "&lt;script&gt;" in letter["html"]
