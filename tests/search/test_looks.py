"""Pictures that look alike are found, whatever their size and encoding."""

import io
import random

import pytest
from PIL import Image, ImageDraw, ImageFilter

from chalicelib.assets import faces
from chalicelib.assets.models import AssetMetadata, asset_key
from chalicelib.core import storage
from chalicelib.core.settings import settings
from chalicelib.core.tables import find
from chalicelib.processing.media.pictures import encoding
from chalicelib.search import looks
from tests.assets.stages import asset
from tests.cloud import INDEX, Cloud, Tenant
from tests.shared import Team, assert_problem


def picture(seed: int, size: tuple[int, int] = (640, 480)) -> Image.Image:
    """Draw soft blobs, other ones for each seed."""
    chance, drawn = random.Random(seed), Image.new("RGB", (640, 480), "gray")
    for _ in range(25):
        x, y, r = chance.randrange(640), chance.randrange(480), chance.randrange(30, 120)
        colour = tuple(chance.randrange(256) for _ in range(3))
        ImageDraw.Draw(drawn).ellipse((x - r, y - r, x + r, y + r), fill=colour)
    return drawn.filter(ImageFilter.GaussianBlur(4)).resize(size)


def look(drawn: Image.Image) -> str:
    return looks.of_picture(encoding.grid(drawn).data)


def encoded_badly(drawn: Image.Image) -> Image.Image:
    data = io.BytesIO()
    drawn.save(data, "JPEG", quality=30)
    return Image.open(data)


def test_a_look_outlives_scaling_and_encoding() -> None:
    for seed in range(8):
        one = look(picture(seed))
        for other in (picture(seed, (320, 240)), picture(seed, (1000, 600))):
            assert looks.are_alike(one, look(encoded_badly(other)))
        assert not looks.are_alike(one, look(picture(seed + 100)))
    assert not looks.are_alike(None, look(picture(1)))


@pytest.mark.parametrize("size", [(1, 1), (3, 200), (128, 2), (9, 8)])
def test_every_size_has_a_look(size: tuple[int, int]) -> None:
    assert len(look(Image.new("RGB", size, "white"))) == 16


def seen(cloud: Cloud, tenant: Tenant, drawn: Image.Image | None, state: str, title: str) -> str:
    """Make an asset whose thumbnails show a picture."""
    sha256 = f"{random.Random(title).getrandbits(256):064x}"
    admin = tenant.email("admin")
    made = asset(cloud, tenant.id, admin, state, title=title, sha256=sha256)
    if drawn is not None:
        read = find(AssetMetadata, asset_key(tenant.id, made), "ASSET")
        assert read is not None
        for face in (read.current, read.published):
            if face is not None:
                face.thumbnails = {"small": (1, 1)}
        read.save()
        path = faces.grid_path(tenant.id, sha256)
        data = encoding.grid(drawn).data
        storage.put(settings().renditions_bucket, path, data, "image/png")
    return made


def test_what_looks_like_an_asset_is_found(cloud: Cloud, team: Team) -> None:
    tenant, other = team("admin", "viewer"), team("admin")
    one = seen(cloud, tenant, picture(1), "approved!", "one")
    seen(cloud, tenant, encoded_badly(picture(1, (300, 220))), "approved!", "alike")
    seen(cloud, tenant, picture(1, (900, 700)), "approved", "hidden")
    seen(cloud, tenant, picture(2), "approved!", "other")
    blank = seen(cloud, tenant, None, "approved!", "blank")
    theirs = seen(cloud, other, picture(1), "approved!", "theirs")
    cloud.run(INDEX)

    def found(asset_id: str, who: str, more: str = "") -> set[str]:
        answer = cloud.get(f"/assets/?similar_to={asset_id}{more}", tenant.email(who))
        assert answer.status == 200, answer.content
        return {item["title"] for item in answer.json["items"]}

    assert found(one, "admin") == {"alike", "hidden"}
    assert found(one, "viewer") == {"alike"}
    assert found(one, "admin", "&q=hidden&kind=image") == {"hidden"}
    assert found(blank, "admin") == set()
    for unknown in (theirs, "nothing", "x" * 3000):
        answer = cloud.get(f"/assets/?similar_to={unknown}", tenant.email("admin"))
        assert_problem(answer, 404, "not_found")
