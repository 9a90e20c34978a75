"""What lies around a function on Lambda, put together from this machine and from what ships."""

import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from local.functions import ROOT
from tests.runtime.network import ADDRESS

HOSTS = ("cloud", "tables")
"""The names by which a function finds the emulated AWS, and DynamoDB in it."""

_PROGRAMS = ("/bin/sh",)
_LIBRARIES = (
    *("libdl.so.2", "libpthread.so.0", "libresolv.so.2", "librt.so.1", "libutil.so.1"),
    *("libgcc_s.so.1", "libstdc++.so.6"),
)
"""What Lambda's image has and Python alone does not need."""

_SHOWN = re.compile(r"(?:=> )?(/\S+) \(0x")


@cache
def why_no_namespaces() -> str | None:
    """Say why this machine gives a test no namespaces; None where it does."""
    if os.geteuid() != 0:
        return "functions run in namespaces, which only root may make here"
    command = ["unshare", "--mount", "--net", "--pid", "--fork", "mount", "--make-rprivate", "/"]
    try:
        tried = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return "there is no unshare on this machine"
    return tried.stderr.strip() if tried.returncode else None


def unpack(archive: Path, folder: Path) -> Path:
    """Unpack a zip as Lambda does: with the modes that it says, for everybody to read."""
    with zipfile.ZipFile(archive) as packed:
        for info in packed.infolist():
            path = Path(packed.extract(info, folder))
            if mode := info.external_attr >> 16:
                path.chmod(mode & 0o777 | 0o444 | (0o111 if info.is_dir() else 0))
    for path in (folder, *folder.rglob("*")):
        if path.is_dir():
            path.chmod(0o755)
    return folder


def merge(layers: Sequence[Path], folder: Path) -> Path:
    """Lay layers over each other, as Lambda does under /opt."""
    folder.mkdir(parents=True, exist_ok=True)
    for layer in layers:
        shutil.copytree(layer, folder, dirs_exist_ok=True, copy_function=_linked)
    return folder


def _linked(source: str, target: str) -> str:
    if os.path.exists(target):
        os.unlink(target)
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return target


def make_root(folder: Path, python: Path, buckets: Iterable[str]) -> Path:
    """Make a folder that can be the root of a function's file system.

    It holds a C library, a shell, and what Python's own modules are linked against, no other
    program; and a libmagic of the image's own, which is not the one that ships.

    Args:
        folder: where to.
        python: the installation that becomes /var/lang.
        buckets: whose names are hosts, too, as S3 has them.
    """
    for place in ("dev", "etc", "lib", "opt", "proc", "tmp", "bin", "usr", "var/lang", "var/task"):
        (folder / place).mkdir(parents=True)
    (folder / "var" / "runtime").mkdir()
    libraries = folder / "lib64"
    libraries.mkdir()
    needed = _needed_by(
        *_PROGRAMS, str(python / "bin/python3.13"), *map(str, python.rglob("lib-dynload/*.so"))
    )
    for path in sorted(needed | _found(_LIBRARIES)):
        if not path.startswith(str(python)):
            shutil.copy(path, libraries / Path(path).name)
    (folder / "lib" / "x86_64-linux-gnu").symlink_to("/lib64")
    (folder / "usr" / "lib64").symlink_to("/lib64")
    shutil.copy(libraries / "libm.so.6", libraries / "libmagic.so.1")
    for program in _PROGRAMS:
        shutil.copy(program, folder / "bin")
    for device in ("null", "zero", "full", "random", "urandom"):
        (folder / "dev" / device).touch()
    (folder / "dev" / "fd").symlink_to("/proc/self/fd")
    names = [*HOSTS, *(f"{bucket}.{HOSTS[0]}" for bucket in buckets)]
    (folder / "etc" / "hosts").write_text(
        "127.0.0.1 localhost\n" + "".join(f"{ADDRESS} {name}\n" for name in names)
    )
    (folder / "etc" / "nsswitch.conf").write_text("hosts: files\npasswd: files\n")
    (folder / "etc" / "passwd").write_text("sbx_user1051:x:993:990::/home/sbx_user1051:/bin/sh\n")
    for name in ("bootstrap.py", "probes.py"):
        shutil.copy(ROOT / "tests" / "runtime" / name, folder / "var" / "runtime")
    for path in (folder, *folder.rglob("*")):
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o755)
    return folder


def _needed_by(*programs: str) -> set[str]:
    shown = subprocess.run(["ldd", *programs], capture_output=True, text=True, check=False).stdout
    return set(_SHOWN.findall(shown))


def _found(names: Iterable[str]) -> set[str]:
    known = subprocess.run(["/sbin/ldconfig", "-p"], capture_output=True, text=True, check=True)
    lines = [line.split() for line in known.stdout.splitlines() if "x86-64" in line]
    return {line[-1] for line in lines if line[0] in names}
