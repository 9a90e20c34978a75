"""Mails look alike: styles inline, and nothing that is filled in becomes anything but text."""

from chalicelib.core import mail_layout

EVIL = "<b>&\"'\nx"


def test_whatever_is_filled_in_is_escaped_and_keeps_its_lines() -> None:
    for part in (
        mail_layout.paragraph(EVIL),
        mail_layout.quote(EVIL, "said"),
        mail_layout.until(EVIL, "then", "soon"),
        mail_layout.heading(EVIL),
        mail_layout.entry(EVIL, "text", "https://reef.test/"),
    ):
        assert "<b>" not in part
        assert "&lt;b&gt;&amp;&quot;&#x27;<br>\nx" in part


def test_every_class_stands_with_its_style() -> None:
    body = [mail_layout.paragraph("text"), mail_layout.button("Open", "https://reef.test/?a=1&b=2")]
    page = mail_layout.page("Title", body, "Reef sends this:", "https://reef.test/")
    assert page.count('class="') == page.count('style="')
    assert "$" not in page
    assert 'href="https://reef.test/?a=1&amp;b=2"' in page


def test_nothing_is_loaded_from_anywhere() -> None:
    page = mail_layout.page("Title", [mail_layout.paragraph("text")], "Reef", "https://reef.test/")
    assert not any(word in page for word in ("src=", "@import", "url(", "<script", "<link"))
