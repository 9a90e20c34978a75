"""The folder that keeps a run's logs after it has stopped."""

import os
import shutil
import stat
import tempfile
from contextlib import suppress
from pathlib import Path


def log_folder(port: int) -> Path:
    """Return an empty folder for the logs of a run at this port, in place of the last run's.

    Where the usual one is not this user's own, which anybody on the machine could have made, it
    is one with a name by chance.
    """
    folder = Path(tempfile.gettempdir()) / f"reef-logs-{port}"
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        return Path(tempfile.mkdtemp(prefix=f"reef-logs-{port}-"))
    folder.chmod(0o700)
    for old in folder.iterdir():
        if old.is_dir() and not old.is_symlink():
            shutil.rmtree(old)
        else:
            old.unlink()
    return folder
