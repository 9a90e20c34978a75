"""What a visitor's program is, by its own words: a bot or not, which browser, on what device.

ua-parser tells browsers, systems and devices; see `docs/decisions/visits.md`. It matches by RE2,
whose time no text can stretch. Loading it takes half a second, so the counting function alone
imports this module.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from ua_parser import Parser, Result
from ua_parser.loaders import load_lazy_builtins
from ua_parser.re2 import Resolver

from chalicelib.analytics import bots


class Program(NamedTuple):
    """A visitor's program.

    `browser` is the name that its family goes by, `other` where nobody knows it; `device` is one of
    `desktop`, `phone`, `tablet`, `tv` and `other`.
    """

    browser: str
    device: str
    is_bot: bool


@lru_cache(maxsize=4096)
def read(user_agent: str) -> Program:
    """Return what a program says that it is.

    What ua-parser takes for a spider is a bot, too, unless it is a library for HTTP.
    """
    parsed = _parser().parse(user_agent)
    spider = parsed.device is not None and parsed.device.family == "Spider"
    is_bot = bots.is_listed(user_agent) or (spider and not bots.is_library(user_agent))
    browser = parsed.user_agent.family if parsed.user_agent else "other"
    return Program(browser[:64], _device(parsed), is_bot)


def _device(parsed: Result) -> str:
    """Tell the form of a device from its model and system, as ua-parser names them."""
    model = f"{parsed.device.family} {parsed.device.brand}" if parsed.device else ""
    system = parsed.os.family if parsed.os else ""
    mobile = re.search(r"\bMobile\b", parsed.string) is not None
    if re.search(r"TV\b", f"{model} {system}") or re.search(r"\bATV\b|\bTV\b", parsed.string):
        return "tv"
    if re.search(r"iPad|Tablet|Kindle", model):
        return "tablet"
    if system in {"Android", "iOS"}:
        # Chrome and others on Android say "Mobile" on phones alone.
        return "phone" if mobile or system == "iOS" or "Smartphone" in model else "tablet"
    if mobile or "Phone" in f"{model} {system}":
        return "phone"
    # What is left of the systems runs on a desk, unless it is a games console or a watch.
    return "desktop" if system and (not model or "Mac" in model) else "other"


@lru_cache(maxsize=1)
def _parser() -> Parser:
    return Parser(Resolver(load_lazy_builtins()))
