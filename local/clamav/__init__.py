"""A real clamd for one machine, with the small signature set that lies beside this file."""

from pathlib import Path

from chalicelib.processing.scanning import clamd, signatures
from chalicelib.processing.scanning.clamd import Clamd
from chalicelib.processing.scanning.signatures import Freshclam

SHIPPED = (Path(__file__).parent / "reef.ndb", Path(__file__).parent / "reef.hdb")
CONFIG = Freshclam(custom_urls=tuple(path.resolve().as_uri() for path in SHIPPED))
"""freshclam takes the shipped files and asks no mirror; pass it to `signatures.refresh`."""

_ENDS_WITH_ITS_STARTER = ("setpriv", "--pdeathsig", "TERM")
"""However the process that starts clamd ends, the kernel then ends clamd, too."""


def start(folder: str | Path) -> Clamd:
    """Fetch the shipped signatures with freshclam, start clamd in the folder and wait for it.

    Raises:
        SignaturesNotRefreshed: freshclam failed.
        ClamdFailed: clamd did not come up; nothing is left running.
    """
    folder = Path(folder)
    database = folder / "signatures"
    refresh(database)
    return clamd.start(folder, database, launcher=_ENDS_WITH_ITS_STARTER)


def refresh(database: str | Path) -> None:
    """Bring the signatures up to date as production does, from the shipped files."""
    signatures.refresh(database, CONFIG)
