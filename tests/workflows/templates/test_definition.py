"""What a template says of times and types."""

import pytest

from chalicelib.workflows.templates.definition import Step, Template, read, seconds, type_rank
from tests.workflows.desk import step


@pytest.mark.parametrize(
    ("hours", "expected"), [(72, 259_200), (1 / 3600, 1), (0.0001, 1), (1.5 / 3600, 2), (0.1, 360)]
)
def test_times_are_rounded_up_to_seconds(hours: float, expected: int) -> None:
    values: Template = read({"name": "T", "steps": [step(timeout_hours=hours)]})
    one: Step = values.steps[0]
    assert seconds(one) == expected


def test_a_type_pattern_knows_how_exactly_it_fits() -> None:
    ranks = [type_rank(p, "image/png") for p in ("*", "image/*", "image/png", "image/jpeg")]
    assert ranks == [0, 1, 2, None]
    assert type_rank("image/jpg", "image/jpeg") == 2
