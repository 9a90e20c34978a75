"""A deployment's settings come from its environment."""

import pytest

from chalicelib.core.settings import Settings, parse


def test_a_deployment_s_environment_is_read_with_its_types() -> None:
    found = parse(
        {
            "REEF_MAX_FILE_SIZE": "12",
            "REEF_ALLOWED_MIME_TYPES": '["image/png"]',
            "REEF_ALLOW_UNSCANNED": "true",
            "REEF_LOG_LEVEL": "DEBUG",
            "REEF_THUMBNAIL_SIZES": '{"tiny": [16, 16]}',
            "MAX_FILE_SIZE": "99",
        }
    )
    assert found == Settings(
        max_file_size=12,
        allowed_mime_types=("image/png",),
        allow_unscanned=True,
        log_level="DEBUG",
        thumbnail_sizes={"tiny": (16, 16)},
    )


@pytest.mark.parametrize(
    "environment",
    [{"REEF_MAX_FILE_SIZE": "2147483648"}, {"REEF_MAX_FILE_SIZE": "x"}, {"REEF_AUTO_PUBLISH": "1"}],
)
def test_a_deployment_with_a_wrong_value_does_not_start(environment: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"JSON|Expected"):
        parse(environment)
