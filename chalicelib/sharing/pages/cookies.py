"""The cookie that keeps what unlocking a page has earned, for that page alone."""

from datetime import datetime
from http.cookies import CookieError, SimpleCookie

from chalicelib.core.settings import settings
from chalicelib.sharing.visiting.unlocking import Unlocked

_NAME = "reef_share"


def kept(unlocked: Unlocked, secret: str, now: datetime) -> str:
    """Write the cookie of a page that was unlocked, which no script can read."""
    seconds = int((datetime.fromisoformat(unlocked.expires_at) - now).total_seconds())
    secure = "; Secure" if settings().public_url.startswith("https:") else ""
    return (
        f"{_NAME}={unlocked.access_token}; Path=/share/{secret}; Max-Age={max(1, seconds)}; "
        f"HttpOnly; SameSite=Lax{secure}"
    )


def token(header: str | None) -> str | None:
    """Return what unlocking has earned, from a request's cookies."""
    try:
        found = SimpleCookie(header or "").get(_NAME)
    except CookieError:
        return None
    return None if found is None else found.value
