"""Copies say of themselves what is said of their assets, as exiftool reads it."""

import io
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from chalicelib.processing.conversion import describing
from chalicelib.processing.media import metadata
from chalicelib.processing.media.embedded_metadata.mapping import Said
from chalicelib.processing.problems import Unreadable

SAID = Said(
    title="Zimní menu — Winter 👩‍🚀",
    description='Line one\nline "two" & <three>',
    alt_text="A bowl",
    category="menus/winter",
    keywords=["sůl", "salt, pepper", "塩"],
    creator=["Ann", "Božena Němcová"],
    copyright="© 2026 Čeněk",
    attribution="Photo: Čeněk",
    license="https://creativecommons.org/licenses/by/4.0/",
    usage_terms="Not for sale",
)
BY_EXIFTOOL = {
    "XMP-dc:Title": SAID.title,
    "XMP-dc:Description": SAID.description,
    "XMP-iptcCore:AltTextAccessibility": SAID.alt_text,
    "XMP-lr:HierarchicalSubject": ["menus|winter"],
    "XMP-dc:Subject": SAID.keywords,
    "XMP-dc:Creator": SAID.creator,
    "XMP-dc:Rights": SAID.copyright,
    "XMP-photoshop:Credit": SAID.attribution,
    "XMP-cc:License": SAID.license,
    "XMP-xmpRights:UsageTerms": SAID.usage_terms,
    "XMP-xmpRights:Marked": True,
    "IFD0:ImageDescription": SAID.description,
    "IFD0:Artist": "Ann; Božena Němcová",
    "IFD0:Copyright": SAID.copyright,
    "IPTC:ObjectName": SAID.title,
    "IPTC:Caption-Abstract": SAID.description,
    "IPTC:Keywords": SAID.keywords,
    "IPTC:By-line": SAID.creator,
    "IPTC:CopyrightNotice": SAID.copyright,
    "IPTC:Credit": SAID.attribution,
}
BY_REEF = {
    "xmp.dc.title": SAID.title,
    "xmp.dc.description": SAID.description,
    "xmp.Iptc4xmpCore.AltTextAccessibility": SAID.alt_text,
    "xmp.lr.hierarchicalSubject": ["menus|winter"],
    "xmp.dc.subject": SAID.keywords,
    "xmp.dc.creator": SAID.creator,
    "xmp.dc.rights": SAID.copyright,
    "xmp.photoshop.Credit": SAID.attribution,
    "xmp.cc.license": SAID.license,
    "xmp.xmpRights.UsageTerms": SAID.usage_terms,
    "exif.ImageDescription": SAID.description,
    "exif.Artist": "Ann; Božena Němcová",
    "exif.Copyright": SAID.copyright,
}
FORMATS = ("JPEG", "PNG", "WEBP")


def exiftool(path: Path, *options: str) -> dict[str, Any]:
    """Read all that a file says of itself."""
    command = ["exiftool", "-j", "-G1", "-a", "-struct", *options, str(path)]
    told = subprocess.run(command, capture_output=True, check=True).stdout
    (found,) = json.loads(told)
    return dict(found)


def drawn(path: Path, format_name: str, **options: Any) -> Path:
    Image.effect_noise((64, 48), 90).convert("RGB").save(path, format_name, **options)
    return path


def tagged(path: Path, *tags: str) -> Path:
    """Have exiftool write into a file, as another program of the tenant's did."""
    command = ["exiftool", "-q", "-overwrite_original", *tags, str(path)]
    subprocess.run(command, check=True)
    return path


def copy(path: Path, format_name: str, said: Said = SAID) -> Path:
    target = path.with_name(f"{path.name}-copy")
    before = path.read_bytes()
    size = describing.write_copy(str(path), f"image/{format_name.lower()}", said, str(target))
    assert (size.width, size.height) == (64, 48)
    assert path.read_bytes() == before
    with Image.open(path) as old, Image.open(target) as new:
        assert (new.format, new.tobytes()) == (format_name, old.tobytes())
    assert "Warning" not in exiftool(target, "-validate", "-warning")
    return target


@pytest.mark.parametrize("format_name", FORMATS)
def test_exiftool_reads_what_was_said(tmp_path: Path, format_name: str) -> None:
    made = copy(drawn(tmp_path / "bare", format_name), format_name)
    found = exiftool(made, "-charset", "iptc=UTF8")
    expected = BY_EXIFTOOL
    if format_name != "JPEG":
        expected = {k: v for k, v in expected.items() if not k.startswith("IPTC")}
        assert not [name for name in found if name.startswith("IPTC")]
    assert {name: found.get(name) for name in expected} == expected


@pytest.mark.parametrize("format_name", FORMATS)
def test_reef_reads_what_was_said(tmp_path: Path, format_name: str) -> None:
    made = copy(drawn(tmp_path / "bare", format_name), format_name)
    found = metadata.read(str(made), f"image/{format_name.lower()}").embedded
    assert {name: found.get(name) for name in BY_REEF} == BY_REEF
    if format_name == "JPEG":
        assert found["iptc.Keywords"] == SAID.keywords
        assert found["iptc.Byline"] == SAID.creator


@pytest.mark.parametrize("format_name", FORMATS)
def test_what_others_wrote_stays_unless_reef_says_otherwise(
    tmp_path: Path, format_name: str
) -> None:
    path = tagged(
        drawn(tmp_path / "other", format_name),
        *("-XMP-dc:Title=Old", "-XMP-xmp:Rating=4", "-XMP-dc:Publisher=Kept"),
        *(
            "-IFD0:Make=Maker",
            "-IFD0:Orientation#=6",
            "-ExifIFD:DateTimeOriginal=2020:01:02 03:04:05",
        ),
        *("-GPSLatitude=50.1", "-GPSLatitudeRef=N", "-XMP-exif:GPSLatitude=50.1"),
        *(["-IPTC:ObjectName=Old", "-IPTC:City=Brno"] if format_name == "JPEG" else []),
    )
    assert any("GPS" in name for name in exiftool(path))
    made = exiftool(copy(path, format_name, Said(title="New")), "-n")
    assert made["XMP-dc:Title"] == "New"
    assert (made["XMP-xmp:Rating"], made["XMP-dc:Publisher"]) == (4, ["Kept"])
    assert (made["IFD0:Make"], made["IFD0:Orientation"]) == ("Maker", 6)
    assert made["ExifIFD:DateTimeOriginal"] == "2020:01:02 03:04:05"
    assert not [name for name in made if "GPS" in name]
    if format_name == "JPEG":
        assert (made["IPTC:ObjectName"], made["IPTC:City"]) == ("New", "Brno")


@pytest.mark.parametrize("format_name", FORMATS)
def test_very_much_is_said_as_far_as_there_is_room(tmp_path: Path, format_name: str) -> None:
    said = Said(
        title="t",
        description="Ž" * 10_000,
        usage_terms="塩" * 10_000,
        alt_text="塩" * 10_000,
        keywords=[f"{number} " + "k" * 190 for number in range(400)],
    )
    found = exiftool(copy(drawn(tmp_path / "long", format_name), format_name, said))
    assert found["XMP-dc:Title"] == "t"
    assert said.description.startswith(found["XMP-dc:Description"])
    if format_name == "JPEG":
        assert len(found["IPTC:Keywords"]) == 400
        assert len(found["XMP-dc:Description"]) > 1000
    else:
        assert found["XMP-dc:Description"] == said.description
        assert found["XMP-dc:Subject"] == said.keywords


def test_a_second_copy_of_a_copy_is_the_same(tmp_path: Path) -> None:
    first = copy(drawn(tmp_path / "bare", "JPEG"), "JPEG")
    assert copy(first, "JPEG").read_bytes() == first.read_bytes()


def test_what_cannot_be_taken_apart_is_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "torn"
    data = io.BytesIO()
    Image.new("RGB", (9, 9)).save(data, "PNG")
    path.write_bytes(data.getvalue()[:20])
    for content_type in ("image/jpeg", "image/png", "image/webp"):
        with pytest.raises(Unreadable):
            describing.write_copy(str(path), content_type, SAID, f"{path}.copy")
