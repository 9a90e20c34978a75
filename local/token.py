"""Fetches an ID token from a running local mode."""

import json
import sys
import urllib.error
import urllib.parse
import urllib.request

from local.front.tokens import MEMBER_GRANT
from local.serving import HOST


class NoToken(Exception):
    """There is no token to be had; the message says why."""


def member_token(email: str, port: int) -> str:
    """Return an ID token of a member.

    Raises:
        NoToken: no local mode answers, or it has no such member.
    """
    form = {"grant_type": MEMBER_GRANT, "username": email}
    address = f"http://{HOST}:{port}/_local/token"
    try:
        with urllib.request.urlopen(
            address, urllib.parse.urlencode(form).encode(), timeout=30
        ) as answer:
            token: str = json.load(answer)["id_token"]
    except urllib.error.HTTPError as error:
        error.close()
        raise NoToken(f"{email} is not a member of any tenant here") from error
    except OSError as error:
        raise NoToken(f"nothing answers at port {port}; start it with `make run`") from error
    return token


def print_token(email: str, port: int) -> int:
    """Print a member's ID token and nothing else; gives the exit status."""
    try:
        print(member_token(email, port))
    except NoToken as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0
