"""What of the stage would make the suite too long, so that `make nightly` alone tries it."""

import os

import pytest

NIGHTLY = bool(os.environ.get("REEF_NIGHTLY"))
"""Whether all of it is tried."""

only_nightly = pytest.mark.skipif(not NIGHTLY, reason="`make nightly` tries it")
