"""Where a picture was taken is kept and shown only while the tenant wants it."""

import io
from typing import Any

from PIL import ExifTags, Image
from PIL.TiffImagePlugin import IFDRational

from tests import media_files
from tests.journeys.pipeline import Pipeline

PLACE = {"latitude": -33.5, "longitude": 151.25}


def photo(note: str) -> bytes:
    """A JPEG that tells its place; another one for each note."""
    exif = Image.Exif()
    exif[ExifTags.Base.ImageDescription] = note
    place = exif.get_ifd(ExifTags.IFD.GPSInfo)
    place[ExifTags.GPS.GPSLatitudeRef], place[ExifTags.GPS.GPSLongitudeRef] = "S", "E"
    place[ExifTags.GPS.GPSLatitude] = (IFDRational(33), IFDRational(30), IFDRational(0))
    place[ExifTags.GPS.GPSLongitude] = (IFDRational(151), IFDRational(15), IFDRational(0))
    made = io.BytesIO()
    media_files.picture().save(made, "JPEG", exif=exif)
    return made.getvalue()


def embedded(pipeline: Pipeline, asset: dict[str, Any], role: str = "admin") -> dict[str, Any]:
    shown = pipeline.cloud.get(f"/metadata/{asset['id']}/", pipeline.who(role))
    found: dict[str, Any] = shown.json["embedded"]
    return found


def allow(pipeline: Pipeline, value: bool | None) -> None:
    body = {"settings": {"EXTRACT_GPS": value}}
    assert pipeline.cloud.call("PATCH", "/tenant/", pipeline.who("admin"), body).status == 200


def test_a_place_is_kept_for_tenants_that_want_it_and_hidden_when_they_no_longer_do(
    pipeline: Pipeline,
) -> None:
    before = pipeline.process(photo("before"))
    assert embedded(pipeline, before) == {"exif.ImageDescription": "before"}
    allow(pipeline, True)
    after = pipeline.process(photo("after"))
    assert embedded(pipeline, after) == {"exif.ImageDescription": "after", "gps": PLACE}
    assert "gps" not in embedded(pipeline, before)
    again = {"asset_id": before["id"], "tasks": ["metadata"]}
    assert pipeline.cloud.post("/processing/", pipeline.who("editor"), again).status == 202
    pipeline.cloud.run()
    assert embedded(pipeline, before)["gps"] == PLACE
    allow(pipeline, None)
    assert embedded(pipeline, after) == {"exif.ImageDescription": "after"}
    assert "gps" not in embedded(pipeline, before, "viewer")


def test_another_tenant_wants_nothing_by_it(pipeline: Pipeline) -> None:
    allow(pipeline, True)
    data = photo("shared")
    pipeline.process(data)
    globex = pipeline.tenant("globex")
    theirs = pipeline.process(data, "contributor", globex)
    shown = pipeline.cloud.get(f"/metadata/{theirs['id']}/", pipeline.who("admin", globex))
    assert shown.json["embedded"] == {"exif.ImageDescription": "shared"}
