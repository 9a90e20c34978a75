"""What becomes of a version whose bytes are ready: approved, into review, or rejected.

Approval belongs to a higher slice, which says here how it decides.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from chalicelib.assets.faces import Face, Status
from chalicelib.assets.models import AssetMetadata, AssetVersion
from chalicelib.core.tables import Write


class Candidate(msgspec.Struct, kw_only=True):
    """A version that has all it needs but somebody's word.

    Args:
        asset: its asset.
        version: the version, written already or about to be.
        face: what is known of its content.
        text: gives what was read in it.
        embedded: its embedded metadata.
        copied_from: the version whose content it has, where it is merged or rolled back.
        skip_rules: a moderator has looked at it, so that the rules have no say any more.
    """

    asset: AssetMetadata
    version: AssetVersion
    face: Face
    text: Callable[[], str] = str
    embedded: dict[str, Any] = {}
    copied_from: AssetVersion | None = None
    skip_rules: bool = False


class Admission(NamedTuple):
    """What a candidate becomes, and whether it is published if it is approved.

    `writes` belong into the transaction that says so; `afterwards` is called when it is done.
    `unreviewed` says that a template would apply on `main`, so that it is published by merging.
    """

    status: Status
    reason: str | None
    writes: list[Write]
    afterwards: Callable[[], None]
    publish: bool = False
    unreviewed: bool = False


Admit = Callable[[Candidate, datetime], Admission]
_admit: list[Admit] = []


def decide_with(function: Admit) -> None:
    """Say how candidates are admitted."""
    _admit[:] = [function]


def decide(candidate: Candidate, now: datetime) -> Admission:
    """Say what a candidate becomes; where nobody decides this fails, so that nothing passes."""
    return _admit[0](candidate, now)
