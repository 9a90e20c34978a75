"""Signing the thumbnails of a list: one signature a content and ten minutes, none a picture."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from moto import mock_aws

from bench.measuring import median
from bench.report import Goal, Section, Table
from chalicelib.assets import shapes
from chalicelib.assets.faces import Face, Scan
from chalicelib.core import aws, signing
from chalicelib.core.settings import settings
from local import cloud

TITLE = "Signed thumbnails of a list"
_ASSETS = 200
_MOST_SECONDS = 0.0005
_SIZES = {"small": (150, 100), "medium": (300, 200), "large": (600, 400)}


def measure(quick: bool) -> Section:
    """Show the thumbnails of as many assets as a list holds, signed afresh and signed before."""
    faces = [_face(number) for number in range(_ASSETS)]
    fresh, known = [], []
    with _key():
        moment = datetime.now(UTC)
        _shown(faces[:1], moment)  # reads the key
        for _ in range(3 if quick else 25):
            moment += timedelta(seconds=signing.WINDOW_SECONDS)
            fresh.append(_shown(faces, moment))
            known.append(_shown(faces, moment))
    each = median(fresh) / _ASSETS
    return Section(
        TITLE,
        f"{_ASSETS} assets with three thumbnails each and bytes of their own, by the processor's "
        "clock. Each content is signed once in ten minutes; its pictures share the query.",
        [
            Goal(
                f"under {_MOST_SECONDS * 1000:.1f} ms a signature",
                f"{each * 1000:.2f} ms",
                each < _MOST_SECONDS,
            )
        ],
        [
            Table(
                [f"{_ASSETS} assets", "ms", "ms an asset"],
                [
                    _row("signed afresh", median(fresh)),
                    _row("signed in this window before", median(known)),
                ],
            )
        ],
    )


@contextmanager
def _key() -> Iterator[None]:
    """Keep a key where the functions find theirs."""
    os.environ |= cloud.AWS_ENVIRONMENT
    os.environ |= {
        "REEF_MEDIA_URL": "https://media.reef.test",
        "REEF_MEDIA_KEY_SECRET": "media-key",
    }
    settings.cache_clear()
    with mock_aws():
        aws.client("secretsmanager").create_secret(
            Name="media-key", SecretString=cloud.media_secret("K1", cloud.media_keys().private)
        )
        yield
    aws.forget_clients()


def _row(name: str, seconds: float) -> list[str]:
    return [name, f"{seconds * 1000:.1f}", f"{seconds * 1000 / _ASSETS:.3f}"]


def _shown(faces: list[Face], now: datetime) -> float:
    began = time.process_time()
    for face in faces:
        shapes.thumbnails("tenant", face, now)
    return time.process_time() - began


def _face(number: int) -> Face:
    return Face(
        number=1,
        filename="photo.jpg",
        kind="image",
        content_type="image/jpeg",
        size_bytes=1,
        sha256=f"{number:064x}",
        status="approved",
        scan=Scan(status="clean"),
        thumbnails=_SIZES,
    )
