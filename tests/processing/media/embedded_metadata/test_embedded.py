"""EXIF, IPTC and XMP come out as plain values, and positions apart."""

import json
import struct
from pathlib import Path
from typing import Any

import pytest
from PIL import ExifTags, Image, PngImagePlugin
from PIL.TiffImagePlugin import IFDRational

from chalicelib.processing.media import metadata
from chalicelib.processing.media.embedded_metadata import embedded
from tests import media_files

XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="48,51N">'
    "<dc:creator><rdf:Seq><rdf:li>Ada</rdf:li></rdf:Seq></dc:creator>"
    "</rdf:Description></rdf:RDF></x:xmpmeta>"
)


def of(path: str, content_type: str = "image/jpeg") -> dict[str, Any]:
    found = metadata.read(path, content_type).embedded
    json.dumps(found)
    return found


def camera_exif() -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Lumen\0\0"
    exif[ExifTags.Base.Orientation] = 1
    exif[ExifTags.Base.XPTitle] = "Hafen".encode("utf-16-le")
    details = exif.get_ifd(ExifTags.IFD.Exif)
    details[ExifTags.Base.ExposureTime] = IFDRational(1, 250)
    details[ExifTags.Base.ISOSpeedRatings] = 200
    details[ExifTags.Base.MakerNote] = b"\x01\x02" * 500
    details[ExifTags.Base.UserComment] = b"ASCII\0\0\0low tide"
    place = exif.get_ifd(ExifTags.IFD.GPSInfo)
    place[ExifTags.GPS.GPSLatitudeRef] = "S"
    place[ExifTags.GPS.GPSLatitude] = (IFDRational(33), IFDRational(30), IFDRational(36))
    place[ExifTags.GPS.GPSLongitudeRef] = "E"
    place[ExifTags.GPS.GPSLongitude] = (IFDRational(151), IFDRational(12), IFDRational(0))
    place[ExifTags.GPS.GPSAltitude] = IFDRational(5, 2)
    return exif


def photoshop_iptc(*datasets: tuple[int, bytes]) -> bytes:
    """A JPEG segment with IPTC datasets in a Photoshop resource."""
    block = b"".join(struct.pack(">BBBH", 0x1C, 2, n, len(data)) + data for n, data in datasets)
    resource = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(block)) + block
    resource += b"\0" * (len(block) % 2)
    body = b"Photoshop 3.0\0" + resource
    return b"\xff\xed" + struct.pack(">H", len(body) + 2) + body


def test_exif_in_plain_values(tmp_path: Path) -> None:
    found = of(media_files.image_file(tmp_path / "a.jpg", exif=camera_exif()))
    assert found["exif.Make"] == "Lumen"
    assert found["exif.XPTitle"] == "Hafen"
    assert found["exif.ExposureTime"] == 0.004
    assert found["exif.ISOSpeedRatings"] == 200
    assert found["exif.UserComment"] == "low tide"
    assert "exif.MakerNote" not in found
    assert "exif.Orientation" not in found


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp"])
def test_the_position_is_apart_in_degrees(tmp_path: Path, suffix: str) -> None:
    path = media_files.image_file(tmp_path / f"a.{suffix}", exif=camera_exif())
    found = of(path, {"jpg": "image/jpeg"}.get(suffix, f"image/{suffix}"))
    assert found["gps"] == {"latitude": -33.51, "longitude": 151.2, "altitude_metres": 2.5}
    assert not [name for name in found if "GPS" in name]


def test_iptc_with_repeated_keywords(tmp_path: Path) -> None:
    path = Path(media_files.image_file(tmp_path / "a.jpg"))
    segment = photoshop_iptc((25, b"sea"), (25, b"ship"), (120, "Fl\u00f6\u00dfe".encode("cp1252")))
    data = path.read_bytes()
    path.write_bytes(data[:2] + segment + data[2:])
    found = of(str(path))
    assert found["iptc.Keywords"] == ["sea", "ship"]
    assert found["iptc.Caption"] == "Fl\u00f6\u00dfe"


@pytest.mark.parametrize("suffix", ["jpg", "webp"])
def test_xmp_and_its_position(tmp_path: Path, suffix: str) -> None:
    path = media_files.image_file(tmp_path / f"a.{suffix}", xmp=XMP.encode())
    found = of(path, {"jpg": "image/jpeg"}.get(suffix, f"image/{suffix}"))
    assert found["xmp.dc.creator"] == ["Ada"]
    assert found["gps"] == {"xmp.exif.GPSLatitude": "48,51N"}


def test_xmp_in_a_png_and_where_pillow_does_not_look(tmp_path: Path) -> None:
    text = PngImagePlugin.PngInfo()
    text.add_itxt("XML:com.adobe.xmp", XMP)
    path = media_files.image_file(tmp_path / "a.png", pnginfo=text)
    assert of(path, "image/png")["xmp.dc.creator"] == ["Ada"]
    gif = Path(media_files.image_file(tmp_path / "a.gif"))
    gif.write_bytes(gif.read_bytes() + XMP.encode())
    assert of(str(gif), "image/gif")["xmp.dc.creator"] == ["Ada"]


def test_values_are_bounded() -> None:
    found = embedded.tidied(
        {
            **{f"tag.{number}": "x" for number in range(1000)},
            "gps": {},
        }
    )
    assert len(found) == embedded.MOST_VALUES
    assert embedded.tidied({"tag.long": "x" * 10_000}) == {"tag.long": "x" * 1000}


def test_values_are_bounded_together(tmp_path: Path) -> None:
    words = "".join(f"<rdf:li>{number:02}{'é' * 998}</rdf:li>" for number in range(50))
    subject = f"<dc:subject><rdf:Bag>{words}</rdf:Bag></dc:subject>"
    info = PngImagePlugin.PngInfo()
    info.add_itxt(
        "XML:com.adobe.xmp", XMP.replace("</rdf:Description>", f"{subject}</rdf:Description>")
    )
    path = tmp_path / "a.png"
    Image.new("RGB", (8, 8)).save(path, pnginfo=info)
    found = of(str(path), "image/png")
    assert found["xmp.dc.creator"] == ["Ada"]
    assert "gps" in found
    assert len(json.dumps(found)) <= embedded.MOST_BYTES


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (float("nan"), {}),
        (float("inf"), {}),
        (IFDRational(1, 0), {}),
        (b"bytes", {}),
        (None, {}),
        ("", {}),
        ("a\0b ", {"tag.x": "ab"}),
        (True, {"tag.x": True}),
        (2.0, {"tag.x": 2}),
        (IFDRational(1, 3), {"tag.x": 0.333333}),
        ((1, "", b"x", "y"), {"tag.x": [1, "y"]}),
        (1 << 80, {}),
        ({"a": 1}, {}),
    ],
)
def test_odd_values_are_left_out_or_made_plain(value: object, expected: dict[str, object]) -> None:
    assert embedded.tidied({"tag.x": value}) == expected
