"""What a child process has loaded, told by a function that loads nothing itself."""

import sys


def modules() -> list[str]:
    """List the modules of the process that runs this."""
    return sorted(sys.modules)
