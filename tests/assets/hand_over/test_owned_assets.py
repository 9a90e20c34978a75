"""Assets go to their new owner one by one; what somebody else took meanwhile stays theirs."""

from chalicelib.assets.hand_over import owned_assets
from chalicelib.assets.hand_over.parts import Handing, Moved
from chalicelib.assets.models import AssetMetadata, asset_key
from chalicelib.core import clock, pages
from chalicelib.core.outbox import SYSTEM, Person
from chalicelib.core.tables import find
from tests.assets.hand_over.owned import acme, owned, owner
from tests.cloud import Cloud, Tenant
from tests.shared import audit

__all__ = ["acme", "owned"]


def handing(acme: Tenant, to: str) -> Handing:
    people = [Person(acme.members[one], acme.email(one)) for one in ("leaver", to)]
    return Handing(acme.id, *people, SYSTEM)


def test_of_two_who_take_at_once_each_asset_goes_to_one(
    cloud: Cloud, acme: Tenant, owned: dict[str, str]
) -> None:
    now, read = clock.now(), pages.read

    def overtaken(*args: object, **kwargs: object) -> object:
        found = read(*args, **kwargs)  # type: ignore[arg-type, misc]
        pages.read = read
        assert owned_assets.take(handing(acme, "other"), None, now) == Moved(2)
        return found

    pages.read = overtaken  # type: ignore[assignment]
    try:
        assert owned_assets.take(handing(acme, "heir"), None, now) == Moved(0)
    finally:
        pages.read = read
    assert owner(cloud, acme, owned["published"]) == "other"
    told = audit(cloud, acme.email("admin"), f"&subject={owned['published']}")
    assert [one["action"] for one in told].count("asset.handed_over") == 1
    assert owned_assets.take_trash(handing(acme, "heir"), None, now) == Moved(1)


def test_what_is_said_of_an_asset_and_its_revision_stay(
    cloud: Cloud, acme: Tenant, owned: dict[str, str]
) -> None:
    def stored() -> AssetMetadata:
        found = find(AssetMetadata, asset_key(acme.id, owned["planned"]), "ASSET")
        assert found is not None
        return found

    before = stored()
    owned_assets.take(handing(acme, "heir"), None, clock.now())
    after = stored()
    assert (after.revision, after.schedule, after.title) == (
        before.revision,
        before.schedule,
        before.title,
    )
    assert after.uploaded_by.id == acme.members["heir"]
