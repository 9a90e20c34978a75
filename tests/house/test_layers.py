"""The layers that media is handled with: built for Lambda's Python, and small enough for it.

A layer is built once for each state of its recipe and kept under `dist/layers/`.
"""

import hashlib
import importlib.metadata
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

from chalicelib.processing.media.documents import fonts
from infra.bytecode import runtime_python
from infra.package import services
from local.functions import ROOT
from tests.house.test_package import pinned, with_dependencies
from tests.runtime.machine import unpack

LAYERS = ("frame", "media")
UNPACKED_LIMIT_BYTES = 250 * 1024 * 1024
"""What a function's code and its layers may take together."""

NEWEST_GLIBC = 34
"""Lambda's Python 3.13 runs on Amazon Linux 2023, whose C library is 2.34."""

USES = """
import io, sys
sys.path[:0] = sys.argv[1:]
from PIL import Image, features
from cryptography.hazmat.primitives.asymmetric import rsa
import chardet, msgspec, mutagen, olefile, pi_heif, pypdfium2, re2, striprtf, svg2png_py
formats = ("jpg", "webp", "zlib", "avif", "libtiff", "jpg_2000", "littlecms2")
assert all(features.check(name) for name in formats), features.get_supported()
assert pi_heif.libheif_info()["decoders"], "nothing that decodes HEVC"
drawing = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
fonts = svg2png_py.FontDatabase()
assert svg2png_py.svg_to_rgba(drawing, fonts)[1:] == (9, 9)
made = io.BytesIO()
Image.new("RGB", (640, 480), "teal").save(made, "JPEG")
picture = Image.open(made).convert("RGB")
picture.thumbnail((150, 150))
picture.save(io.BytesIO(), "WEBP")
document = pypdfium2.PdfDocument.new()
document.new_page(200, 100).render().to_pil()
rsa.generate_private_key(public_exponent=65537, key_size=2048)
assert msgspec.json.decode(b"[1]") == [1]
assert chardet.detect("Привет, мир".encode("koi8-r"))["encoding"] == "KOI8-R"
assert re2.search("(a+)+$", "b" * 9 + "aa").span() == (9, 11)
homes = {m.__file__ for m in (Image, mutagen, msgspec, olefile, pi_heif, pypdfium2, re2)}
assert all(home.startswith(tuple(sys.argv[1:])) for home in homes), homes
print(sys.version_info[:2], Image.__version__)
"""


@cache
def built(name: str) -> Path:
    """Build a layer, unless its recipe is that of the last build; gives it unpacked."""
    recipe = hashlib.sha256()
    for path in sorted((ROOT / "layers" / name).iterdir()):
        recipe.update(path.read_bytes())
    unpacked = ROOT / "dist" / "layers" / f"{name}-{recipe.hexdigest()[:16]}"
    if not unpacked.is_dir():
        script = ["sh", str(ROOT / "layers" / name / "build.sh")]
        done = subprocess.run(script, capture_output=True, text=True, timeout=900, check=False)
        assert done.returncode == 0, done.stderr
        for old in unpacked.parent.glob(f"{name}-*"):
            shutil.rmtree(old)
        draft = unpacked.with_suffix(".draft")
        unpack(ROOT / "dist" / "layers" / f"{name}.zip", draft).rename(unpacked)
    return unpacked


def size_bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


@pytest.mark.timeout(900)
@pytest.mark.parametrize("layer", LAYERS)
def test_every_wheel_is_for_lambdas_python_and_its_c_library(layer: str) -> None:
    wheels = sorted(built(layer).glob("python/*.dist-info/WHEEL"))
    assert len(wheels) >= len(pinned(ROOT / "layers" / layer / "requirements.txt"))
    for wheel in wheels:
        tags = [line[5:] for line in wheel.read_text().splitlines() if line.startswith("Tag: ")]
        assert any(fits(tag) for tag in tags), f"{wheel.parent.name}: {tags}"


def fits(tag: str) -> bool:
    """Say whether a wheel with this tag runs on Lambda."""
    python, abi, platform = tag.split("-")
    if abi == "none":
        right_python = python.startswith("py3")
    else:
        right_python = abi == "abi3" or (python, abi) == ("cp313", "cp313")
    if platform.startswith("manylinux_2_"):
        _, _, minor, architecture = platform.split("_", 3)
        return right_python and architecture == "x86_64" and int(minor) <= NEWEST_GLIBC
    return right_python and platform in {"any", "manylinux2014_x86_64"}


@pytest.mark.parametrize(
    ("tag", "runs"),
    [
        ("cp313-cp313-manylinux_2_28_x86_64", True),
        ("cp39-abi3-manylinux2014_x86_64", True),
        ("py3-none-any", True),
        ("cp311-cp311-manylinux_2_28_x86_64", False),
        ("cp313-cp313-manylinux_2_28_aarch64", False),
        ("cp313-cp313-manylinux_2_39_x86_64", False),
        ("cp313-cp313-musllinux_1_2_x86_64", False),
    ],
)
def test_a_wheel_for_something_else_would_be_found(tag: str, runs: bool) -> None:
    assert fits(tag) == runs


@pytest.mark.parametrize("layer", LAYERS)
def test_every_extension_says_the_same(layer: str) -> None:
    compiled = [path.name for path in built(layer).glob("python/**/*.cpython-*.so")]
    assert [name for name in compiled if ".cpython-313-x86_64-linux-gnu." not in name] == []


def is_removed(path: str, used: set[str]) -> bool:
    """Say whether a file of botocore's describes a service that nothing asks."""
    found = re.match(r"botocore/data/([^/]+)/", path)
    return found is not None and found[1] not in used


def test_zip_and_layers_fit_into_a_function() -> None:
    shipped = [r for r in pinned(ROOT / "requirements.txt") if r.name != "chalice"]
    used = services(ROOT)
    files = [
        Path(str(file.locate()))
        for name in with_dependencies(shipped)
        for file in importlib.metadata.files(name) or []
        if not str(file).endswith(".pyc") and not is_removed(str(file), used)
    ]
    zipped = sum(path.stat().st_size for path in files if path.is_file())
    zipped += size_bytes(ROOT / "chalicelib")
    together = zipped + sum(size_bytes(built(layer)) for layer in LAYERS)
    assert zipped > 10 * 1024 * 1024
    assert together < UNPACKED_LIMIT_BYTES, f"{together / 1024**2:.0f} MiB"


def test_lambdas_python_imports_the_layers_and_works_with_them() -> None:
    python = runtime_python()
    if python is None:
        pytest.skip("no Python 3.13 on this machine: tags were checked, nothing was imported")
    folders = [str(built(layer) / "python") for layer in LAYERS]
    done = subprocess.run(
        [python, "-I", "-S", "-c", USES, *folders], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("(3, 13)")


def test_the_media_layer_carries_the_fonts_and_their_licences() -> None:
    names = (ROOT / "layers" / "media" / "fonts.txt").read_text().splitlines()
    assert names == list(fonts.NAMES)
    carried = {path.name for path in (built("media") / "share" / "fonts").iterdir()}
    assert {Path(name).name for name in names} < carried
    assert {name for name in carried if name.startswith("LICENSE-")} == {
        f"LICENSE-{package}"
        for package in ("fonts-dejavu-core", "fonts-noto-core", "fonts-wqy-microhei", "libfribidi0")
    }


def test_what_turns_text_around_runs_with_lambdas_c_library() -> None:
    library = (built("media") / "lib" / "libfribidi.so.0").read_bytes()
    needed = [int(minor) for minor in re.findall(rb"GLIBC_2\.(\d+)", library)]
    assert needed
    assert max(needed) <= NEWEST_GLIBC


@pytest.mark.parametrize("program", ["ffmpeg", "ffprobe"])
def test_the_programs_run_alone(program: str) -> None:
    path = built("media") / "bin" / program
    done = subprocess.run([path, "-version"], env={}, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert done.stdout.startswith(f"{program} version")
