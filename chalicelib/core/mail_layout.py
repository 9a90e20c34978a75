"""How mails look: HTML that reads well without its styles, in light and in dark.

Styles stand inline, for many mail programs know no others; those of the dark come on top where
they are known. Nothing is loaded from anywhere. Whatever is filled in is escaped.
"""

from collections.abc import Sequence
from html import escape
from string import Template

_WRAP = "overflow-wrap:anywhere"
_INK, _SOFT, _ACCENT = "color:#11211f", "color:#4d5f5c", "color:#0b6f6d"
_FONTS = "-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"

_STYLES = {
    "ground": f"margin:0;padding:24px 12px;background:#f4f7f6;font-family:{_FONTS};"
    "font-size:16px;line-height:1.5",
    "column": "max-width:560px;margin:0 auto",
    "name": f"margin:0 0 12px 4px;{_ACCENT};font-weight:700",
    "card": "padding:24px;background:#ffffff;border:1px solid #d7e0de;border-radius:14px",
    "title": f"margin:0 0 12px;{_INK};font-size:20px;line-height:1.3;{_WRAP}",
    "paragraph": f"margin:0 0 16px;{_INK};{_WRAP}",
    "small": f"margin:0;{_SOFT};font-size:14px;{_WRAP}",
    "footer": f"margin:16px 4px 0;{_SOFT};font-size:14px;{_WRAP}",
    "link": _ACCENT,
    "quote": f"margin:4px 0 16px;padding:12px 16px;background:#e9efed;{_INK};"
    f"border-left:3px solid #0b6f6d;border-radius:6px;{_WRAP}",
    "action": "margin:24px 0 16px",
    "button": "display:inline-block;padding:12px 24px;background:#0b6f6d;color:#ffffff;"
    "border-radius:10px;font-weight:600;text-decoration:none",
    "heading": f"margin:24px 0 12px;padding-top:16px;border-top:1px solid #d7e0de;{_SOFT};"
    "font-size:14px;line-height:1.3",
}

_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>$title</title>
<style>
:root { color-scheme: light dark; }
@media (prefers-color-scheme: dark) {
  .ground { background: #0b1112 !important; }
  .card { background: #141c1d !important; border-color: #2a3738 !important; }
  .title, .paragraph { color: #e6efed !important; }
  .small, .footer, .heading { color: #9db1ae !important; }
  .name, .link { color: #53d0c4 !important; }
  .quote { background: #1b2526 !important; color: #e6efed !important; }
  .quote { border-color: #53d0c4 !important; }
  .button { background: #53d0c4 !important; color: #04201e !important; }
  .heading { border-color: #2a3738 !important; }
}
</style>
</head>
<body class="ground">
<div class="column">
<p class="name">Reef</p>
<div class="card">
<h1 class="title">$title</h1>
$body
</div>
<p class="footer">$footer <a class="link" href="$address">$address</a></p>
</div>
</body>
</html>
"""
_PARAGRAPH = '<p class="paragraph">$text</p>'
_QUOTE = '<p class="small">$by wrote:</p>\n<blockquote class="quote">$note</blockquote>'
_UNTIL = '<p class="paragraph"><strong>$label:</strong> $moment ($left)</p>'
_BUTTON = """\
<p class="action"><a class="button" href="$link">$label</a></p>
<p class="small">Or open this address: <a class="link" href="$link">$link</a></p>"""
_HEADING = '<h2 class="heading">$text</h2>'
_ENTRY = """\
<p class="paragraph"><a class="link" href="$link"><strong>$title</strong></a><br>
$text</p>"""


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


def page(title: str, body: Sequence[Html], footer: str, address: str) -> Html:
    """Write a whole mail."""
    return _fill(_PAGE, title=title, body=Html("\n".join(body)), footer=footer, address=address)


def paragraph(text: str) -> Html:
    """Write a paragraph."""
    return _fill(_PARAGRAPH, text=text)


def quote(by: str, note: str) -> Html:
    """Write what a person wrote, and who."""
    return _fill(_QUOTE, by=by, note=note)


def until(label: str, moment: str, left: str) -> Html:
    """Write until when, and how long that is."""
    return _fill(_UNTIL, label=label, moment=moment, left=left)


def button(label: str, link: str) -> Html:
    """Write the one thing to do, with its address in plain sight."""
    return _fill(_BUTTON, label=label, link=link)


def heading(text: str) -> Html:
    """Write the heading of a group."""
    return _fill(_HEADING, text=text)


def entry(title: str, text: str, link: str) -> Html:
    """Write one of several things."""
    return _fill(_ENTRY, title=title, text=text, link=link)


def _fill(template: str, **values: str) -> Html:
    """Fill a template's `$names`; all but HTML is escaped, and keeps its line breaks."""
    return Html(_styled(template).substitute({k: _escaped(v) for k, v in values.items()}))


def _styled(template: str) -> Template:
    """Put the style of every class inline."""
    for name, style in _STYLES.items():
        template = template.replace(f'class="{name}"', f'class="{name}" style="{style}"')
    return Template(template)


def _escaped(value: str) -> str:
    if isinstance(value, Html):
        return value
    return escape(value).replace("\n", "<br>\n")
