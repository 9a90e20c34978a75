"""Functions that tell what lies around them; they stand beside the runtime, not in what ships."""

import os
import socket
import subprocess
import sys

READ_ONLY = ("/", "/opt", "/var/lang", "/var/runtime", "/var/task")


def surroundings(_event, _context):
    """Tell who runs, where it may write, and whom it reaches."""
    space = os.statvfs("/tmp")
    return {
        "python": [sys.executable, list(sys.version_info[:2])],
        "user": [os.getuid(), os.getgid(), os.getgroups()],
        "unset": [name for name in ("HOME", "TMPDIR") if name not in os.environ],
        "writable": [place for place in READ_ONLY if can_write(place)],
        "tmp_bytes": space.f_blocks * space.f_frsize,
        "programs": sorted(os.listdir("/bin")),
        "reaches_others": reaches("192.0.2.2"),
    }


def without_its_libraries(_event, _context):
    """Start Python as a process that was told of the layers' libraries alone."""
    tried = subprocess.run(
        [sys.executable, "-c", ""],
        env={"LD_LIBRARY_PATH": "/opt/lib"},
        capture_output=True,
        text=True,
        check=False,
    )
    return [tried.returncode, tried.stderr]


def libmagic(_event, _context):
    """Ask libmagic as sniffing does; tell its answer, and which libmagic it was."""
    from chalicelib.processing.media.types import sniffing

    told = sniffing._libmagic().from_buffer(b"GIF89a" + bytes(100))
    with open("/proc/self/maps") as maps:
        files = {line.split()[-1] for line in maps if "libmagic" in line}
    return [told, sorted(files)]


def compiled_anew(_event, _context):
    """Import the API and what every function imports; tell which modules had no bytecode."""
    import boto3

    import app  # noqa: F401

    boto3.client("dynamodb")
    files = {name: getattr(module, "__file__", None) for name, module in sys.modules.items()}
    return sorted(
        name
        for name, file in files.items()
        if file
        and file.endswith(".py")
        and file.startswith(("/var/task", "/opt"))
        and not os.path.exists(sys.modules[name].__cached__)
    )


def can_write(place):
    try:
        with open(f"{place}/probe", "w"):
            return True
    except OSError:
        return False


def reaches(address):
    try:
        socket.create_connection((address, 80), timeout=0.5).close()
    except OSError:
        return False
    return True
