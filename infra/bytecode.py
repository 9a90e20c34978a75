"""Compiles what ships, by Lambda's own Python: `python -m infra.bytecode FOLDER PLACE`.

The folders that Lambda runs code from cannot be written to, so a cold start would compile all that
it imports, and keep nothing of it. The bytecode is never compared with its source, which is beside
it and does not change.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

VERSION = "3.13"


class NotCompiled(Exception):
    """Some of it is not Python that the runtime understands."""


def runtime_python() -> str | None:
    """Find a Python of the runtime's version on this machine: by its name, pyenv's or uv's."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    uv = Path.home() / ".local" / "share" / "uv" / "python"
    name = f"python{VERSION}"
    candidates = [name, *map(str, pyenv.glob(f"versions/{VERSION}*/bin/{name}"))]
    candidates += map(str, uv.glob(f"cpython-{VERSION}*/bin/{name}"))
    for candidate in candidates:
        if path := shutil.which(candidate):
            command = [path, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
            asked = subprocess.run(command, capture_output=True, text=True, check=False)
            if asked.stdout.strip() == VERSION:
                return path
    return None


def compile_folder(folder: Path, place: str) -> bool:
    """Compile every module of a folder, as seen where Lambda puts it.

    Args:
        folder: what to compile.
        place: where it will lie, which tracebacks show.

    Returns:
        Whether there was a Python to do it with.

    Raises:
        NotCompiled: a module could not be compiled.
    """
    python = runtime_python()
    if python is None:
        return False
    command = [python, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"]
    command += ["-s", str(folder), "-p", place, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotCompiled(done.stdout + done.stderr)
    return True


if __name__ == "__main__":
    if not compile_folder(Path(sys.argv[1]), sys.argv[2]):
        print(f"no Python {VERSION}: without its bytecode cold starts take longer", file=sys.stderr)
