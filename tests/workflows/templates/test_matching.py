"""Which template fits a version best, and which of its conditions hold."""

from typing import Any

import pytest

from chalicelib.workflows.models import WorkflowTemplate
from chalicelib.workflows.templates.definition import read
from chalicelib.workflows.templates.matching import (
    Subject,
    approves_by_itself,
    conditions,
    matching,
)
from tests.workflows.desk import step

Json = dict[str, Any]


SUBJECT = Subject("image/png", 100, "menus/summer", "someone")


def template(number: int, **values: Any) -> WorkflowTemplate:
    defaults = {"name": "T", "steps": [step()]}
    return WorkflowTemplate("tenant", f"TEMPLATE#{number}", values=defaults | values)


@pytest.mark.parametrize(
    ("values", "chosen"),
    [
        ([{}, {"content_type": "image/*"}, {"content_type": "image/png"}], 2),
        ([{"category": "menus"}, {"category": "menus/summer"}, {"content_type": "image/png"}], 1),
        ([{"category": "menus", "content_type": "*"}, {"content_type": "image/png"}], 0),
        ([{"category": "menu"}, {"category": "menus/summer/old"}], None),
        ([{"content_type": "video/*"}, {"content_type": "image/jpeg"}], None),
        ([{"is_active": False}, {}], 1),
        ([{"name": "newer"}, {"name": "older"}], 0),
        ([{"content_type": "IMAGE/PNG"}], 0),
        ([], None),
    ],
)
def test_the_best_fitting_template_applies(values: list[Json], chosen: int | None) -> None:
    every = [template(number, **more) for number, more in enumerate(values)]
    found = matching(every, SUBJECT)
    assert found is (None if chosen is None else every[chosen])


FILM = Subject("audio/mp4", 100, None, "someone", "video")
SOUND = Subject("video/webm", 100, None, "someone", "audio")


@pytest.mark.parametrize(
    ("subject", "pattern", "fits"),
    [
        (FILM, "video/*", True),
        (FILM, "video/mp4", True),
        (FILM, "audio/*", True),
        (FILM, "video/webm", False),
        (SOUND, "audio/*", True),
        (SOUND, "video/webm", True),
        (SOUND, "image/*", False),
    ],
)
def test_what_is_in_a_container_counts_as_the_container_does(
    subject: Subject, pattern: str, fits: bool
) -> None:
    every = [template(1, content_type=pattern)]
    assert (matching(every, subject) is every[0]) is fits


def test_a_film_is_as_safe_as_both_of_its_types() -> None:
    for safe, holds in ((["audio/*"], False), (["audio/*", "video/mp4"], True)):
        given = {"safe_mime_types": safe}
        values = read({"name": "T", "steps": [step()], "auto_approve_conditions": given})
        assert conditions(values, FILM) == {"safe_mime_types": holds}


@pytest.mark.parametrize(
    ("given", "held", "approves"),
    [
        (None, {}, False),
        ({}, {}, False),
        ({"file_size_limit": 100}, {"file_size_limit": True}, True),
        ({"file_size_limit": 99}, {"file_size_limit": False}, False),
        ({"trusted_uploaders": []}, {"trusted_uploaders": False}, False),
        (
            {"trusted_uploaders": ["someone"], "safe_mime_types": ["image/*"]},
            {"trusted_uploaders": True, "safe_mime_types": True},
            True,
        ),
        (
            {"trusted_uploaders": ["someone"], "safe_mime_types": ["image/jpeg"]},
            {"trusted_uploaders": True, "safe_mime_types": False},
            False,
        ),
    ],
)
def test_all_conditions_that_are_given_must_hold(
    given: Json | None, held: dict[str, bool], approves: bool
) -> None:
    values = read({"name": "T", "steps": [step()], "auto_approve_conditions": given})
    assert conditions(values, SUBJECT) == held
    assert approves_by_itself(held) is approves
