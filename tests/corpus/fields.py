"""Metadata against exiftool's: the fields that docs/metadata.md promises, over a folder."""

import json
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

FIELDS: dict[str, tuple[str, ...]] = {
    "IFD0:Make": ("exif.Make",),
    "IFD0:Model": ("exif.Model",),
    "IFD0:Software": ("exif.Software",),
    "IFD0:Artist": ("exif.Artist",),
    "IFD0:Copyright": ("exif.Copyright",),
    "IFD0:ImageDescription": ("exif.ImageDescription",),
    "IFD0:ModifyDate": ("exif.DateTime",),
    "IFD0:XResolution": ("exif.XResolution",),
    "IFD0:YResolution": ("exif.YResolution",),
    "IFD0:ResolutionUnit": ("exif.ResolutionUnit",),
    "IFD0:HostComputer": ("exif.HostComputer",),
    "IFD0:DocumentName": ("exif.DocumentName",),
    "ExifIFD:DateTimeOriginal": ("exif.DateTimeOriginal",),
    "ExifIFD:CreateDate": ("exif.DateTimeDigitized",),
    "ExifIFD:ExposureTime": ("exif.ExposureTime",),
    "ExifIFD:FNumber": ("exif.FNumber",),
    "ExifIFD:ISO": ("exif.ISOSpeedRatings", "exif.PhotographicSensitivity"),
    "ExifIFD:ExposureProgram": ("exif.ExposureProgram",),
    "ExifIFD:ExposureCompensation": ("exif.ExposureBiasValue",),
    "ExifIFD:MeteringMode": ("exif.MeteringMode",),
    "ExifIFD:LightSource": ("exif.LightSource",),
    "ExifIFD:Flash": ("exif.Flash",),
    "ExifIFD:FocalLength": ("exif.FocalLength",),
    "ExifIFD:FocalLengthIn35mmFormat": ("exif.FocalLengthIn35mmFilm",),
    "ExifIFD:WhiteBalance": ("exif.WhiteBalance",),
    "ExifIFD:ExposureMode": ("exif.ExposureMode",),
    "ExifIFD:SceneCaptureType": ("exif.SceneCaptureType",),
    "ExifIFD:ColorSpace": ("exif.ColorSpace",),
    "ExifIFD:LensModel": ("exif.LensModel",),
    "ExifIFD:LensMake": ("exif.LensMake",),
    "ExifIFD:UserComment": ("exif.UserComment",),
    "ExifIFD:Sharpness": ("exif.Sharpness",),
    "ExifIFD:CustomRendered": ("exif.CustomRendered",),
    "ExifIFD:DigitalZoomRatio": ("exif.DigitalZoomRatio",),
    "IPTC:ObjectName": ("iptc.ObjectName",),
    "IPTC:Headline": ("iptc.Headline",),
    "IPTC:Caption-Abstract": ("iptc.Caption",),
    "IPTC:Keywords": ("iptc.Keywords",),
    "IPTC:By-line": ("iptc.Byline",),
    "IPTC:By-lineTitle": ("iptc.BylineTitle",),
    "IPTC:Credit": ("iptc.Credit",),
    "IPTC:Source": ("iptc.Source",),
    "IPTC:CopyrightNotice": ("iptc.CopyrightNotice",),
    "IPTC:City": ("iptc.City",),
    "IPTC:Province-State": ("iptc.ProvinceState",),
    "IPTC:Category": ("iptc.Category",),
    "IPTC:SpecialInstructions": ("iptc.SpecialInstructions",),
    "IPTC:Writer-Editor": ("iptc.CaptionWriter",),
    "XMP-dc:Creator": ("xmp.dc.creator", "document.Author", "document.LastModifiedBy"),
    "XMP-dc:Title": ("xmp.dc.title", "document.Title"),
    "XMP-dc:Description": ("xmp.dc.description", "document.Description"),
    "XMP-dc:Subject": ("xmp.dc.subject", "document.Subject"),
    "XMP-dc:Rights": ("xmp.dc.rights",),
    "XMP-xmp:CreatorTool": ("xmp.xmp.CreatorTool",),
    "XMP-xmp:CreateDate": ("xmp.xmp.CreateDate",),
    "XMP-xmp:ModifyDate": ("xmp.xmp.ModifyDate",),
    "XMP-xmp:Rating": ("xmp.xmp.Rating",),
    "XMP-photoshop:City": ("xmp.photoshop.City",),
    "XMP-photoshop:Credit": ("xmp.photoshop.Credit",),
    "XMP-photoshop:Headline": ("xmp.photoshop.Headline",),
    "PDF:Title": ("pdf.Title",),
    "PDF:Author": ("pdf.Author",),
    "PDF:Subject": ("pdf.Subject",),
    "PDF:Creator": ("pdf.Creator",),
    "PDF:Producer": ("pdf.Producer",),
    "XML:Application": ("document.Application",),
    "XML:AppVersion": ("document.AppVersion",),
    "XML:Company": ("document.Company",),
    "XML:LastModifiedBy": ("document.LastModifiedBy",),
    "XML:CreateDate": ("document.CreateDate",),
    "XML:ModifyDate": ("document.ModifyDate",),
    "XML:Words": ("words",),
    "XML:Slides": ("slides",),
    "FlashPix:Author": ("document.Author",),
    "FlashPix:Title": ("document.Title",),
    "FlashPix:LastModifiedBy": ("document.LastModifiedBy",),
    "FlashPix:Software": ("document.Application",),
    "FlashPix:Company": ("document.Company",),
    "RTF:Title": ("document.Title",),
    "RTF:Author": ("document.Author",),
    "ItemList:Title": ("tag.title",),
    "ItemList:Artist": ("tag.artist",),
    "ItemList:Album": ("tag.album",),
    "Vorbis:Title": ("tag.title",),
    "Vorbis:Artist": ("tag.artist",),
    "Vorbis:Album": ("tag.album",),
    "Vorbis:Genre": ("tag.genre",),
    "ASF:Title": ("tag.title",),
    "ASF:Author": ("tag.author", "tag.artist"),
}
"""exiftool's names by its groups of the second kind, and the names under which Reef has them."""

for _group in ("ID3v2_2", "ID3v2_3", "ID3v2_4"):
    FIELDS |= {
        f"{_group}:Title": ("tag.title",),
        f"{_group}:Artist": ("tag.artist",),
        f"{_group}:Album": ("tag.album",),
    }


def by_exiftool(paths: Sequence[Path]) -> dict[str, dict[str, Any]]:
    """Ask exiftool for the fields of files; codes stay numbers."""
    options = ["-j", "-G1", "-n", "-a", "-charset", "iptc=UTF8"]
    command = ["exiftool", *options, *map(str, paths)]
    shown = subprocess.run(command, capture_output=True, check=False).stdout
    return {entry["SourceFile"]: entry for entry in json.loads(shown or b"[]")}


def compared(theirs: dict[str, Any], ours: dict[str, object]) -> list[tuple[str, bool, Any, Any]]:
    """Compare one file's fields: name, whether Reef has the value, and both values."""
    rows = []
    for name, keys in FIELDS.items():
        value = theirs.get(name)
        if value in (None, "", []) or (isinstance(value, str) and not value.strip()):
            continue
        found = [ours[key] for key in keys if key in ours]
        rows.append((name, any(_same(value, one) for one in found), value, found))
    return rows


def _same(theirs: Any, ours: Any) -> bool:
    left, right = _parts(theirs), _parts(ours)
    if len(left) == len(right) and all(_alike(a, b) for a, b in zip(left, right, strict=True)):
        return True
    return _alike("".join(left), "".join(right))


def _parts(value: Any) -> list[str]:
    items = value if isinstance(value, list) else [value]
    return [str(item) for item in items]


def _alike(left: str, right: str) -> bool:
    try:
        a, b = float(left), float(right)
        return abs(a - b) <= 1e-3 * max(1.0, abs(a))
    except ValueError:
        plain = (re.sub(r"[\s:;,./TZ-]+", "", text).casefold() for text in (left, right))
        a_text, b_text = plain
        return a_text == b_text or (
            len(a_text) > 7 and b_text.startswith(a_text[:900]) and b_text[:900] == a_text[:900]
        )
