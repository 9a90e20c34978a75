"""The page on which people read the API's description, and try it."""

from chalicelib.core.api.replies import Html

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    )
)

_PAGE = """\
<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Reef API</title>
    <link rel="icon" href="/favicon.svg" type="image/svg+xml">
    <link rel="stylesheet" href="/vendor/swagger-ui/swagger-ui.css">
    <link rel="stylesheet" href="/reference/page.css">
    <script src="/vendor/swagger-ui/swagger-ui-bundle.js" defer></script>
    <script src="/reference/start.js" defer></script>
  </head>
  <body>
    <main id="reference"></main>
    <noscript>
      <p>This page needs JavaScript. What it shows is <a href="/api/v3/openapi.json">JSON</a>.</p>
    </noscript>
  </body>
</html>
"""


def page() -> Html:
    """Return the page; what it loads lies beside the console."""
    return Html(_PAGE, headers={"Content-Security-Policy": _POLICY})
