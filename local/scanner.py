"""Keeps one machine's clamd running and its signatures fresh: `python -m local.scanner FOLDER`."""

import logging
import signal
import sys
import time

from chalicelib.processing.scanning.signatures import SignaturesNotRefreshed
from local import clamav

REFRESH_SECONDS = 3600


def main(folder: str) -> int:
    """Run clamd until told to stop, or until it ends."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with clamav.start(folder) as clamd:
        refreshed = time.monotonic()
        while clamd.process.poll() is None:
            time.sleep(0.5)
            if time.monotonic() - refreshed > REFRESH_SECONDS:
                refreshed = time.monotonic()
                _refresh(clamd.signatures)
        return 1


def _refresh(folder: str) -> None:
    try:
        clamav.refresh(folder)
    except SignaturesNotRefreshed:
        # Too old signatures make scans fail closed, so the scanner itself may go on.
        logging.exception("the signatures could not be refreshed")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
