"""The life of an upload as it is declared, and as it is written."""

from typing import Any

import pytest

from chalicelib.assets.upload_models import Upload
from chalicelib.assets.uploads import life
from chalicelib.assets.uploads.life import Transition
from chalicelib.core import clock
from chalicelib.core.tables import ConditionFailed, transact
from local.functions import ROOT
from tests.assets.shelf import QUICK, Shelf


@pytest.fixture
def upload(shelf: Shelf) -> Upload:
    found: Any = shelf.pipeline.record(shelf.pipeline.reserve(b"Ebb and flood.", **QUICK))
    return found


def become(upload: Upload, transition: Transition) -> Upload:
    due = None if transition.target == "ended" else clock.now()
    transact(life.moved(upload, transition, due))
    upload.refresh(consistent_read=True)
    return upload


def test_the_drawing_is_the_declaration() -> None:
    page = (ROOT / "docs" / "lives.md").read_text("utf-8")
    assert f"```mermaid\n{life.diagram()}\n```" in page, "paste what life.diagram() gives"


def test_an_upload_is_looked_after_until_it_has_ended(upload: Upload) -> None:
    assert upload.open_of is not None
    for transition in (life.ARRIVED, life.DONE, life.REOPENED, life.DONE):
        become(upload, transition)
        assert upload.state == transition.target
        assert (upload.due_at is None) == (upload.state == "ended")
        assert upload.open_of is None, "it counts no more among those that are open"


@pytest.mark.parametrize("transition", [life.DONE, life.REOPENED])
def test_an_upload_in_another_state_stays_as_it_is(upload: Upload, transition: Transition) -> None:
    with pytest.raises(ConditionFailed):
        become(upload, transition)
    upload.refresh(consistent_read=True)
    assert upload.state == "open"
