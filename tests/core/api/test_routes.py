"""What anybody may ask of the API."""

from tests.cloud import Cloud
from tests.shared import assert_problem


def test_health_answers_nobody_in_particular(cloud: Cloud) -> None:
    for path in ("/health", "/health/"):
        answer = cloud.get(path)
        assert (answer.status, answer.json) == (200, {"status": "ok"})


def test_routes_without_parameters_take_none(cloud: Cloud) -> None:
    for path in ("/health/?verbose=1", "/openapi.json?x="):
        assert_problem(cloud.get(path), 422, "invalid")
