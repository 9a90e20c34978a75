"""Programs are told by what they say of themselves."""

import time

import pytest

from chalicelib.analytics import programs
from tests.analytics.visitors import CHROME, GOOGLEBOT, IPHONE

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
APPLES = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
IPAD = "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X)"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"


@pytest.mark.parametrize(
    ("user_agent", "browser", "device"),
    [
        (CHROME, "Chrome", "desktop"),
        (IPHONE, "Mobile Safari", "phone"),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0",
            "Firefox",
            "desktop",
        ),
        (
            f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {WEBKIT} Chrome/126.0 Safari/537.36",
            "Chrome",
            "desktop",
        ),
        (f"{MAC} {APPLES} Version/17.5 Safari/605.1.15", "Safari", "desktop"),
        (
            f"{IPAD} {APPLES} Version/17.5 Mobile/15E148 Safari/604.1",
            "Mobile Safari",
            "tablet",
        ),
        (
            f"Mozilla/5.0 (Linux; Android 14; Pixel 8) {WEBKIT} Chrome/126.0.0.0 Mobile Safari/1",
            "Chrome Mobile",
            "phone",
        ),
        (
            f"Mozilla/5.0 (Linux; Android 13; SM-X700) {WEBKIT} Chrome/126.0 Safari/537.36",
            "Chrome",
            "tablet",
        ),
        (f"Mozilla/5.0 (Web0S; Linux/SmartTV) {WEBKIT} Chrome/94.0 Safari/537.36", "Chrome", "tv"),
        (
            f"Mozilla/5.0 (SMART-TV; LINUX; Tizen 7.0) {WEBKIT} 94.0/7.0 TV Safari/537.36",
            "Safari",
            "tv",
        ),
        (
            f"Mozilla/5.0 (PlayStation; PlayStation 5/6.00) {APPLES} Version/15.4 Safari/605.1.15",
            "Safari",
            "other",
        ),
        ("", "other", "other"),
        ("\x00\ud7ff", "other", "other"),
        ("something of its own", "other", "other"),
    ],
)
def test_browsers_and_devices(user_agent: str, browser: str, device: str) -> None:
    assert programs.read(user_agent) == (browser, device, False)


@pytest.mark.parametrize(
    "user_agent",
    [
        GOOGLEBOT,
        "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
        "Slack-ImgProxy (+https://api.slack.com/robots)",
        "WhatsApp/2.23.20.0",
        "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
        "Twitterbot/1.0",
        "TelegramBot (like TwitterBot)",
        "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
        "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5",
        f"Mozilla/5.0 (Windows NT 6.1) {WEBKIT} Chrome/87.0 Teams/1.0 SkypeUriPreview",
        "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
        "Mattermost-Bot/1.1",
        "Synapse (bot; +https://github.com/matrix-org/synapse)",
        f"{MAC} {APPLES} Version/9.0 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0",
        f"Mozilla/5.0 {WEBKIT}; compatible; GPTBot/1.0; +https://openai.com/gptbot)",
        f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} HeadlessChrome/126.0 Safari/537.36",
        "SomethingNew-Crawler/0.1",
    ],
)
def test_crawlers_and_previews_of_chats_are_bots(user_agent: str) -> None:
    assert programs.read(user_agent).is_bot


@pytest.mark.parametrize(
    "user_agent",
    [
        "curl/8.5.0",
        "python-requests/2.32",
        "python-httpx/0.27.0",
        "Python-urllib/3.13",
        "okhttp/4.9",
    ],
)
def test_a_library_does_not_say_whose_program_it_is(user_agent: str) -> None:
    assert not programs.read(user_agent).is_bot


@pytest.mark.parametrize(
    "text", ["(", "a" * 512, "Mozilla/5.0 (" * 39, "; Android 1" * 46, "/" * 512]
)
def test_no_text_takes_long(text: str) -> None:
    programs.read(CHROME)
    started = time.process_time()
    programs.read(text)
    assert time.process_time() - started < 1
