"""Writes the pages that exist in local mode alone, in the console's own style and theme."""

import base64
import hashlib
from html import escape

from local.edge.answers import Answer, Headers

_STYLE = """\
.local{max-inline-size:60rem;margin-inline:auto;padding:1.5rem clamp(1rem,3vw,2rem) 4rem}
.local header{display:flex;align-items:center;gap:.75rem;margin-block-end:1.5rem}
.welcome-card form{display:grid;gap:.25rem;inline-size:100%}
.welcome-card input{margin-block-end:.75rem;padding:.5rem .75rem;border:1px solid var(--line);\
border-radius:var(--round-small);background:var(--ground);color:inherit;font:inherit}
.welcome-card h1{font-size:1.75rem}
.soft{color:var(--soft);font-size:.875rem}
.mails{display:grid;gap:.75rem}
.mail{display:grid;gap:.25rem;padding:1rem;border:1px solid var(--line);\
border-radius:var(--round);background:var(--surface);overflow-wrap:anywhere}
.mail h2{font-size:1rem}
.part{margin-block-start:1.5rem}
.part h2{margin-block-end:.5rem;font-size:1rem}
.part pre{margin:0;padding:1rem;border-radius:var(--round);background:var(--sunken);\
white-space:pre-wrap;overflow-wrap:anywhere}
.part iframe{inline-size:100%;block-size:70vh;border:1px solid var(--line);\
border-radius:var(--round);background:#fff}
"""
_HEAD = (
    '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    '<meta name="color-scheme" content="light dark">'
    '<link rel="icon" href="/favicon.svg" type="image/svg+xml">'
    '<link rel="stylesheet" href="/style.css">'
    '<link rel="stylesheet" href="/styles/controls.css">'
    '<link rel="stylesheet" href="/styles/shell.css">'
)
MARK = '<img class="mark" src="/favicon.svg" alt="" width="32" height="32">'


def page(status: int, title: str, content: str, script: str = "") -> Answer:
    """Return a page.

    Args:
        status: the HTTP status.
        title: the page's title, as plain text.
        content: what the body holds, as HTML.
        script: JavaScript to run in it.
    """
    html = (
        f'<!doctype html><html lang="en"><head>{_HEAD}<title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body>{content}"
        f"{f'<script>{script}</script>' if script else ''}</body></html>"
    )
    return Answer(status, _headers(script), [html.encode()])


def _headers(script: str) -> Headers:
    policy = (
        f"default-src 'none'; style-src 'self' {_source(_STYLE)}; img-src 'self'; "
        f"frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    if script:
        policy += f"; script-src {_source(script)}; connect-src 'self'"
    return [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("Content-Security-Policy", policy),
    ]


def _source(text: str) -> str:
    """Name inline text in a policy by its hash."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
