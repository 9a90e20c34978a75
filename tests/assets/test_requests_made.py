"""What deeds cost, counted in AWS requests."""

import msgspec
import pytest

from chalicelib.assets.models import AssetVersion, version_key
from chalicelib.core.tables import update
from tests.assets.shelf import Shelf
from tests.crashes import Faults

READS = {"dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"}


@pytest.fixture
def faults(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> Faults:
    return Faults(monkeypatch)


@pytest.mark.parametrize("role", ["admin", "viewer"])
def test_one_asset_takes_two_reads(shelf: Shelf, faults: Faults, role: str) -> None:
    asset_id = shelf.add(b"one")
    shelf.shown(asset_id, role)
    with faults.process() as calls:
        shelf.shown(asset_id, role)
    reviewed = ["dynamodb:Query"] if role == "viewer" else []  # who may have to decide on a version
    assert calls == ["dynamodb:GetItem"] * 2 + reviewed


def test_publishing_is_one_transaction(shelf: Shelf, faults: Faults) -> None:
    asset_id = shelf.add(b"one")
    shelf.version(asset_id, b"two")
    with faults.process() as calls:
        assert shelf.act(asset_id, 1, "publish").status == 200
    assert [call for call in calls if call not in READS] == ["dynamodb:TransactWriteItems"]
    assert calls.count("dynamodb:Query") == 2  # the templates of now, and those of then
    assert calls.count("dynamodb:GetItem") <= 5


def test_rolling_back_two_gigabytes_copies_nothing(shelf: Shelf, faults: Faults) -> None:
    asset_id = shelf.add(b"one")
    shelf.version(asset_id, b"two")
    item = shelf.item(asset_id)
    first = AssetVersion.get(item.pk, version_key(1))
    large = msgspec.structs.replace(first.face, size_bytes=2 * 1024**3, kind="video")
    update(first, AssetVersion.face.set(large))
    with faults.process() as calls:
        assert shelf.act(asset_id, 1, "rollback").status == 201
    assert len(calls) <= 11  # two of them find the template that has to be satisfied
    assert {call.split(":")[0] for call in calls} == {"dynamodb"}
    assert calls.count("dynamodb:TransactWriteItems") == 1
    assert shelf.pipeline.usage() == (2 * 1024**3 + 6, 1)
