"""Puts the samples through the API with progress bars, and tells what came of each."""

import sys
from pathlib import Path
from typing import Any

from local.demo.samples import Sample, make
from local.demo.uploader import Api

_BAR = 30


def show(url: str, token: str, folder: Path) -> None:
    """Upload sample media as a member, and print a table of what came of each.

    The links lead to the console, which asks for a member's password.

    Raises:
        OSError: the API refused something.
        subprocess.CalledProcessError: ffmpeg could not make a sample.
    """
    print("Making sample media, and putting it through the API", flush=True)
    samples = make(folder)
    api = Api(url, token)
    assets = [(sample, _upload(api, sample)) for sample in samples]
    print(f"\n{'file':16}{'became':14}{'kind':10}{'facts':32}link")
    for sample, asset in assets:
        state = asset["status"]
        link = f"{url}/?asset={asset['id']}"
        facts = _facts(asset)
        print(f"{sample.path.name:16}{state:14}{asset['kind'] or '':10}{facts:32}{link}")
    print(flush=True)


def _upload(api: Api, sample: Sample) -> Any:
    name = sample.path.name
    shown = ""

    def tell(percent: int, step: str) -> None:
        nonlocal shown
        filled = "█" * (percent * _BAR // 100)
        line = f"{name:16}{filled:░<{_BAR}}{percent:4} %  {step}"
        if sys.stdout.isatty() and line != shown:
            sys.stdout.write(f"\r\x1b[2K{line}")
            sys.stdout.flush()
        shown = line

    asset = api.upload(sample, tell)
    tell(100, asset["status"])
    print("" if sys.stdout.isatty() else shown, flush=True)
    return asset


def _facts(asset: Any) -> str:
    technical = asset["technical"]
    facts = []
    if "width" in technical:
        facts.append(f"{technical['width']} x {technical['height']}")
    if "duration_seconds" in technical:
        facts.append(f"{technical['duration_seconds']:.1f} s")
    if "pages" in technical:
        facts.append(f"{technical['pages']} pages")
    if asset["scan"]["signature"]:
        facts.append(asset["scan"]["signature"])
    return ", ".join(facts)
