"""The life of a version as it is declared."""

from typing import get_args

from chalicelib.assets.faces import Status
from chalicelib.assets.versions import life
from local.functions import ROOT

NEVER_STORED = {"expired", "trashed"}
"""What only answers say of a version, from what is known of its asset."""


def test_the_drawing_in_the_architecture_is_the_declaration() -> None:
    page = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    assert f"```mermaid\n{life.diagram()}\n```" in page, "paste what life.diagram() gives"


def test_every_state_that_is_stored_is_reached() -> None:
    reached = {one.target for one in life.every()} | {"uploading"}
    assert reached == set(get_args(Status)) - NEVER_STORED


def test_bytes_are_given_back_on_failure_alone() -> None:
    assert all(one.releases == (one.target == "failed") for one in life.every())


def test_only_what_is_approved_is_published() -> None:
    assert {one.target for one in life.every() if one.publishes} == {"approved"}


def test_what_is_infected_stays_so() -> None:
    assert not any("quarantined" in one.source for one in life.every())


def test_nothing_comes_out_that_was_not_scanned_and_processed() -> None:
    for one in life.every():
        if one.target in {"approved", "in_review"}:
            assert set(one.source) <= {"processing", "in_review", "approved", "rejected"}
