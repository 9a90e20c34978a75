"""A library with a real scanner, shared with the stories of the pipeline."""

from tests.journeys.pipeline import pipeline, shared_cloud
from tests.processing.conftest import clamd

__all__ = ["clamd", "pipeline", "shared_cloud"]
